# What script/demo and script/test share. Sourced, from the top of the tree.

say() {
    printf '%s\n' "$*"
}

# configure <preset>: with Ninja where there is one. A tree that is already configured keeps its
# generator.
configure() {
    if [ -z "${CMAKE_GENERATOR:-}" ] && command -v ninja >/dev/null 2>&1; then
        CMAKE_GENERATOR=Ninja cmake --preset "$1"
    else
        cmake --preset "$1"
    fi
}

# How many jobs at once: the number of processors.
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

# build_quietly <preset>: configures and builds; shows what was said only where it failed.
build_quietly() {
    log=$(mktemp)
    if ! { configure "$1" && cmake --build --preset "$1" --parallel "$jobs"; } >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        say "The build failed; the reason is above." >&2
        return 1
    fi
    rm -f "$log"
}
