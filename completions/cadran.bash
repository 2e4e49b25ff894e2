# Completions of bash for cadran. Commands and options are those that the program's own help lists.

# The commands, and a command's options with what stands for their values: "--trace FILE".
_cadran_commands() {
    "$1" --help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\)  *[a-z].*/\1/p'
}
_cadran_options() {
    "$1" "$2" --help 2>/dev/null |
        sed -n 's/^  \(--*[a-z-]*\) \([^ ][^ ]*\)  *.*/\1 \2/p; s/^  \(--*[a-z-]*\)   *.*/\1/p
                s/^  \(--*[a-z-]*\), .*/\1/p'
}

_cadran() {
    local program=${COMP_WORDS[0]} command=${COMP_WORDS[1]}
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} value
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "$(_cadran_commands "$program") --help --version" -- "$word")
        return
    fi
    value=$(_cadran_options "$program" "$command" | sed -n "s/^$before //p")
    case $value in
    *'|'*) mapfile -t COMPREPLY < <(compgen -W "${value//|/ }" -- "$word") ;;
    FILE | '')
        if [[ $word == -* && -z $value ]]; then
            mapfile -t COMPREPLY < <(
                compgen -W "$(_cadran_options "$program" "$command" | cut -d ' ' -f 1)" -- "$word"
            )
        else
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
        fi
        ;;
    esac
}

complete -F _cadran cadran
