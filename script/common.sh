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

# build_quietly <preset> [<option of cmake> ...]: configures and builds; shows what was said where
# it failed, and else what the compiler warned of.
build_quietly() {
    log=$(mktemp)
    if ! { configure "$@" && cmake --build --preset "$1" --parallel "$jobs"; } >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        say "The build failed; the reason is above." >&2
        return 1
    fi
    grep -A 4 'warning: ' "$log" >&2 || :
    rm -f "$log"
}
