# Completions of fish for cadran. Commands are those that the program's own help lists, options those
# of `cadran COMMAND --options`: a name, a tab, what its value is, a tab, what it does.

function __cadran_commands
    cadran --help 2>/dev/null | string match -rg '^  ([a-z]+) +([a-z].*)' | paste - -
end

# The options of the command on the line, and the values of those that have a choice of some.
function __cadran_options
    set -l words (commandline -opc)
    cadran $words[2] --options 2>/dev/null | string replace -r '\t.*\t' '\t'
end
function __cadran_values
    set -l words (commandline -opc)
    cadran $words[2] --options 2>/dev/null |
        string match -rg -- "^$words[-1]\t(\S+\|\S+)\t" | string split '|'
end

complete -c cadran -f -n 'test (count (commandline -opc)) -eq 1' -a '(__cadran_commands)'
complete -c cadran -n 'test (count (commandline -opc)) -gt 1' -a '(__cadran_values)'
complete -c cadran -n 'test (count (commandline -opc)) -gt 1; and string match -q -- "-*" (commandline -ct)' \
    -a '(__cadran_options)'
