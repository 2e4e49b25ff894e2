# Completions of fish for cadran and cadran-view. Commands are those that the program's own help lists,
# options those of `cadran COMMAND --options`: a name, a tab, what its value is, a tab, what it does.

function __cadran_commands
    cadran --help 2>/dev/null | string match -rg '^  ([a-z]+) +([a-z].*)' | paste - -
    printf '%s\t%s\n' help 'tell more about a command' --help 'list the commands' --version 'print the version'
end

# Whether a command is still to be named.
function __cadran_wants_command
    set -l words (commandline -opc)
    test "$words" = cadran -o "$words" = 'cadran help'
end

function __cadran_table
    set -l words (commandline -opc)
    if string match -q '*cadran-view' -- $words[1]
        $words[1] --options 2>/dev/null
    else
        $words[1] $words[2] --options 2>/dev/null
    end
end

# What the value of the option is that stands before the cursor: `real|virtual`, `FILE`; nothing where
# none does.
function __cadran_value
    set -l words (commandline -opc)
    __cadran_table | string match -rg -- "^"(string escape --style=regex -- $words[-1])"\t([^\t]+)\t"
end
function __cadran_words
    __cadran_value | string match '*|*' | string split '|'
end
function __cadran_options
    __cadran_table | string replace -r '\t.*\t' '\t'
end
# --clock=real, in one word.
function __cadran_joined
    set -l name (commandline -ct | string match -rg -- '^(--[a-z-]+)=')
    __cadran_table | string match -rg -- "^$name\t(\S+\|\S+)\t" | string split '|' | string replace -r '^' -- "$name="
end

function __cadran_is_value
    not __cadran_wants_command; and test -n "$(__cadran_value)"
end
function __cadran_is_file
    contains -- "$(__cadran_value)" FILE
end
function __cadran_is_option
    string match -q -- '-*' (commandline -ct); and not __cadran_wants_command
end

for program in cadran cadran-view
    complete -c $program -f -n __cadran_is_value -a '(__cadran_words)'
    complete -c $program -F -n '__cadran_is_value; and __cadran_is_file'
    complete -c $program -n '__cadran_is_value; and test "$(__cadran_value)" = DIR' -f -a '(__fish_complete_directories (commandline -ct))'
    complete -c $program -n '__cadran_is_option; and not __cadran_is_value' -a '(__cadran_options)'
    complete -c $program -f -n '__cadran_is_option; and test -n "$(__cadran_joined)"' -a '(__cadran_joined)'
end
complete -c cadran -f -n __cadran_wants_command -a '(__cadran_commands)'
