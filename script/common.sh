# What the scripts share. Sourced, from the top of the tree.

say() {
    printf '%s\n' "$*"
}

# configure <preset> [<option of cmake> ...]: with Ninja where there is one. A tree that is already
# configured keeps its generator.
configure() {
    if [ -z "${CMAKE_GENERATOR:-}" ] && command -v ninja >/dev/null 2>&1; then
        CMAKE_GENERATOR=Ninja cmake --preset "$@"
    else
        cmake --preset "$@"
    fi
}

# How many jobs at once: the number of processors.
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

# help: the comment that a script begins with.
help() {
    sed -n '2,/^[^#]/{/^#/s/^# \{0,1\}//p;}' "script/${0##*/}"
}

# show_progress: of a build's lines on standard input the numbers, in one line of the terminal on
# standard error; all of them go to standard output.
show_progress() {
    shown=
    while IFS= read -r line; do
        printf '%s\n' "$line"
        case $line in
        '['*'/'*']'*)
            if [ -t 2 ]; then printf '\r\033[K%s' "${line%%]*}]" >&2 && shown=yes; fi
            ;;
        esac
    done
    if [ -n "$shown" ]; then printf '\r\033[K' >&2; fi
}

# build_quietly <preset> [<option of cmake> ...]: configures and builds, all or the $targets; shows how
# far it is, what was said where it failed, and else what the compiler warned of.
build_quietly() {
    log=$(mktemp)
    status=$(mktemp)
    {
        # shellcheck disable=SC2086 # a list of words
        if configure "$@" 2>&1 &&
            cmake --build --preset "$1" --parallel "$jobs" ${targets:+--target $targets} 2>&1; then
            echo fine >"$status"
        fi
    } | show_progress >"$log"
    if [ ! -s "$status" ]; then
        cat "$log" >&2
        rm -f "$log" "$status"
        say "The build failed; the reason is above." >&2
        return 1
    fi
    grep -A 4 'warning: ' "$log" >&2 || :
    rm -f "$log" "$status"
}
