#!/bin/sh
# cadran-view --png and --svg, as its users run it: without a display, the same bytes twice, faults told in
# words and by status.
#
#     pictures.sh CADRAN CADRAN-VIEW SCENARIO FOLDER
#
# The scenario's trace is written to FOLDER, and pictures of it, too.
set -eu
cadran=$1
view=$2
scenario=$3
folder=$4
unset DISPLAY WAYLAND_DISPLAY
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

# expect STATUS WORDS COMMAND...: the status, and words on standard error.
expect() {
    wanted=$1
    words=$2
    shift 2
    status=0
    "$@" >out 2>err || status=$?
    [ "$status" -eq "$wanted" ] || fail "status $status instead of $wanted: $* ($(cat err))"
    [ -z "$words" ] || grep -qF -- "$words" err || fail "no \"$words\" in: $(cat err)"
}

# The width and height in a PNG's header.
size_of() {
    od -An -j16 -N8 -tu1 "$1" | awk '{print $1*16777216+$2*65536+$3*256+$4 "x" $5*16777216+$6*65536+$7*256+$8}'
}

expect 0 '' "$cadran" run --trace window.json "$scenario"

for theme in dark light; do
    expect 0 '' "$view" --png "$theme-1.png" --size 640x360 --theme "$theme" window.json
    expect 0 '' "$view" --png "$theme-2.png" --size 640x360 --theme "$theme" window.json
    cmp "$theme-1.png" "$theme-2.png" || fail 'two pictures of one trace differ'
    [ "$(size_of "$theme-1.png")" = 640x360 ] || fail "its size is $(size_of "$theme-1.png")"
done
! cmp -s dark-1.png light-1.png || fail 'the themes do not differ'
expect 0 '' "$view" --png zoomed.png --size 640x360 --from 250ms --to 0.5 window.json
! cmp -s dark-1.png zoomed.png || fail '--from and --to change nothing'
expect 0 '' "$view" --png fine.png --scale 2 window.json
[ "$(size_of fine.png)" = 2560x1440 ] || fail "at twice the scale it is $(size_of fine.png)"

# A large one is the same at a finer scale, where none is asked for.
expect 0 '' "$view" --png large.png --size 3840x2160 window.json
expect 0 '' "$view" --png finer.png --size 3840x2160 --scale 2 window.json
cmp large.png finer.png || fail 'a picture of 3840x2160 is not that of 1920x1080, finer'

# Two runs in one picture; the pictures of one are others.
"$cadran" run --trace narrow.json --set width=2 "$scenario" >out 2>err || true
expect 0 '' "$view" --png two-1.png --size 640x360 window.json narrow.json
expect 0 '' "$view" --png two-2.png --size 640x360 window.json narrow.json
cmp two-1.png two-2.png || fail 'two pictures of two traces differ'
! cmp -s two-1.png dark-1.png || fail 'two traces look as one'
expect 0 '' "$view" --png old.png --size 640x360 --show old window.json narrow.json
expect 0 '' "$view" --png new.png --size 640x360 --show new window.json narrow.json
! cmp -s old.png new.png || fail '--show changes nothing'
expect 0 '' "$view" --svg two.svg window.json narrow.json
grep -q 'First root: queue window has maxsize 2, not maxsize 4' two.svg || fail 'no first root'
expect 2 'would overwrite the trace' "$view" --png narrow.json window.json narrow.json
expect 2 'one trace is shown, or two' "$view" --png a.png window.json window.json window.json
status=0
"$cadran" diff --format svg window.json narrow.json >diff.svg || status=$?
[ "$status" -eq 1 ] || fail "diff --format svg ends with $status"
cmp diff.svg two.svg || fail 'diff --format svg is another picture'
"$cadran" diff --format svg window.json window.json >same.svg || fail 'equal traces differ'
status=0
"$cadran" diff --format svg - narrow.json <window.json >stdin.svg || status=$?
[ "$status" -eq 1 ] || fail "diff --format svg of standard input ends with $status"
grep -v 'narrow.json<' two.svg >two.shapes
sed 's/&lt;stdin&gt;/window.json/g' stdin.svg | grep -v 'narrow.json<' | cmp - two.shapes ||
    fail 'of standard input it is another picture'
status=0
"$cadran" diff --format svg window.json /dev/stdin <narrow.json >pipe.svg || status=$?
[ "$status" -eq 1 ] || fail "diff --format svg of a descriptor ends with $status"
grep -q 'First root: queue window has maxsize 2, not maxsize 4' pipe.svg || fail 'no first root of a descriptor'

# What counts is asked for as of cadran diff. Under the real clock times are never the same.
long='{"cadran":1,"name":"long","tasks":[{"name":"a","do":[{"span":"load","do":[{"sleep":LENGTH}]},{"span":"store","do":[{"sleep":1}]}]}]}'
for length in 1 1.05; do
    echo "$long" | sed "s/LENGTH/$length/" >long.scenario
    "$cadran" run --trace "$length.json" long.scenario >out 2>err || true
done
chip() {
    expect 0 '' "$view" --svg chip.svg "$@"
    grep -q ">$wanted<" chip.svg || fail "no \"$wanted\": $*"
}
wanted='1 root, [0-9]* consequences' chip 1.json 1.05.json
wanted='same order, other times' chip --level causes 1.json 1.05.json
wanted='no difference' chip --tolerance 60ms 1.json 1.05.json
wanted='no difference' chip --tolerance load=5% 1.json 1.05.json
wanted='1 root, [0-9]* consequences' chip --tolerance store=5% 1.json 1.05.json
"$cadran" diff --format svg --level order --tolerance load=5% 1.json 1.05.json >load.svg ||
    fail 'a tolerance for the spans of a name does not count'
grep -q '>no difference<' load.svg || fail 'the picture does not keep to it'
expect 2 'not "=5%"' "$view" --tolerance =5% 1.json 1.05.json
sed 's/"clock":"virtual"/"clock":"real"/; s/1000000\.000/1004000.000/g' 1.json >real.json
wanted='no difference' chip 1.json real.json
grep -q 'real.json (real clock).*within 10 ms' chip.svg || fail 'the header does not say what was kept to'
wanted='same order, other times' chip --tolerance 1ms 1.json real.json

head -c 700 window.json >cut.json
expect 0 'cut short' "$view" --png cut.png cut.json

expect 2 'no trace is named: "window.json" is the picture' "$view" --png window.json
expect 2 'job70: the trace has no task of that name; did you mean "job0"' "$view" --png late.png --select job70 window.json
expect 2 'nobody: the trace has no task of that name' "$view" --png late.png --pin nobody window.json
expect 2 '--from is beyond the end of the trace, 5 s' "$view" --png late.png --from 5.001 window.json
expect 2 '--at is beyond the end of the trace, 5 s' "$view" --png late.png --at 5.001 window.json
expect 2 '--step: the trace has ' "$view" --png late.png --step 9999 window.json
expect 2 '--step: there are ' "$view" --png late.png --at 1s --step 9999 window.json
printf '[{"ph": "X", "ts": 1, "dur": 5, "pid": 1, "tid": 1, "name": "x"}]' >foreign.json
expect 2 '--table: the trace has no tasks' "$view" --png late.png --table foreign.json
expect 2 "--at: another program's trace tells of no state" "$view" --png late.png --at 1us foreign.json
expect 2 '--png writes a PNG, and "a.svg" is named otherwise (--svg writes that)' \
    "$view" --png a.svg window.json
expect 2 '--svg writes an SVG, and "a.pdf" is named otherwise' "$view" --svg a.pdf window.json
[ ! -e late.png ] || fail 'a picture of no part of the trace'
expect 2 'no trace is named' "$view"
expect 2 'WIDTHxHEIGHT' "$view" --size 5 window.json
expect 2 'missing.json' "$view" --png a.png missing.json
expect 2 'would overwrite the trace' "$view" --svg window.json window.json
expect 2 "are one file" "$view" --png both.out --svg both.out window.json
expect 3 'no-such-folder/a.svg' "$view" --svg no-such-folder/a.svg window.json
echo 'no trace' >text.json
expect 2 'text.json' "$view" --png a.png text.json
[ ! -e a.png ] || fail 'a picture of no trace'
expect 3 'no-such-folder/a.png' "$view" --png no-such-folder/a.png window.json
expect 3 'no-such-font' "$view" --font no-such-font --png a.png window.json
expect 3 '--png' env SDL_VIDEODRIVER=x11 "$view" window.json
if [ -w /dev/full ]; then
    expect 3 '/dev/full' "$view" --png /dev/full window.json
    expect 3 '/dev/full' "$view" --svg /dev/full window.json
fi
"$view" --help | grep -q -- '--png' || fail '--help does not help'
"$view" --version | grep -q '^cadran-view [0-9]' || fail '--version says no version'
