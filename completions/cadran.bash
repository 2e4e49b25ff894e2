# Completions of bash for cadran and cadran-view. Commands are those that the program's own help
# lists, options those of `cadran COMMAND --options`: a name, a tab, what its value is, a tab, what it
# does.

_cadran_commands() {
    "$1" --help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\)  *[a-z].*/\1/p'
}
_cadran_options() {
    "$@" --options 2>/dev/null
}

# What is offered for a value: its words, files, folders; nothing for what only the user knows.
_cadran_value() {
    local value=$1 word=$2
    case $value in
    *'|'*) mapfile -t COMPREPLY < <(compgen -W "${value//|/ }" -- "$word") ;;
    FILE)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        ;;
    DIR)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -d -- "$word")
        ;;
    esac
}

_cadran() {
    local program=("${COMP_WORDS[0]}") at=$COMP_CWORD value
    local word=${COMP_WORDS[at]} name=${COMP_WORDS[at - 1]}
    COMPREPLY=()
    if [[ ${program[0]##*/} == cadran ]]; then
        if ((at == 1)) || [[ $at == 2 && ${COMP_WORDS[1]} == help ]]; then
            mapfile -t COMPREPLY < <(
                compgen -W "$(_cadran_commands "${program[0]}") help --help --version" -- "$word"
            )
            return
        fi
        program+=("${COMP_WORDS[1]}")
    fi
    if [[ $word == = ]]; then # --clock=, which is two words to bash, and --clock=v three
        word=
    elif [[ $name == = ]]; then
        name=${COMP_WORDS[at - 2]}
    fi
    value=$(_cadran_options "${program[@]}" | awk -F '\t' -v name="$name" '$1 == name { print $2 }')
    if [[ -n $value ]]; then
        _cadran_value "$value" "$word"
    elif [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_cadran_options "${program[@]}" | cut -f 1)" -- "$word")
    else
        _cadran_value FILE "$word"
    fi
}

complete -F _cadran cadran cadran-view
