# Completions of bash for cadran. Commands are those that the program's own help lists, options those
# of `cadran COMMAND --options`: a name, a tab, what its value is, a tab, what it does.

_cadran_commands() {
    "$1" --help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\)  *[a-z].*/\1/p'
}
_cadran_options() {
    "$1" "$2" --options 2>/dev/null
}

_cadran() {
    local program=${COMP_WORDS[0]} command=${COMP_WORDS[1]}
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} value
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "$(_cadran_commands "$program") --help --version" -- "$word")
        return
    fi
    value=$(_cadran_options "$program" "$command" | awk -F '\t' -v name="$before" '$1 == name { print $2 }')
    case $value in
    *'|'*) mapfile -t COMPREPLY < <(compgen -W "${value//|/ }" -- "$word") ;;
    FILE | DIR | '')
        if [[ $word == -* && -z $value ]]; then
            mapfile -t COMPREPLY < <(
                compgen -W "$(_cadran_options "$program" "$command" | cut -f 1)" -- "$word"
            )
        else
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
        fi
        ;;
    esac
}

complete -F _cadran cadran
