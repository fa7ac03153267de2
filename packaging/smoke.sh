#!/bin/sh
# smoke.sh BUNDLE: does the frozen app work on a machine without Python? BUNDLE: the folder of build_linux.sh or the
# .app of build_macos.sh. The command line invents a graph, reads it and trains on it; then the real window, driven by
# the keyboard (Xvfb and xdotool; on macOS it opens a file and quits), loads the sample graph, trains two epochs and
# exports. Its home is temporary and its PATH empty. On Linux it has no network and sees the bundle read-only.
set -eu
bundle=$(CDPATH='' cd -- "${1:?which bundle?}" && pwd)
work=$(mktemp -d)
home="$work/home"
table="$work/kg.csv"
mkdir "$home" "$work/no-programs"
touch "$work/before"
processes=''
trap 'kill $processes 2>/dev/null || :; rm -rf "$work"' EXIT

fail() {
    printf 'smoke: %s\n' "$*" >&2
    find "$home" -name '*.log' -exec tail -n 20 {} + >&2
    exit 1
}

# wait_until SECONDS COMMAND...: ask once in a fifth of a second.
wait_until() {
    tries=$(($1 * 5))
    shift
    until "$@"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || fail "waited in vain: $*"
        sleep 0.2
    done
}

# start COMMAND...: the app, cut off from the rest.
start() {
    set -- env -i HOME="$home" PATH="$work/no-programs" LANG=C.UTF-8 DISPLAY="${display:-}" "$program" "$@"
    if [ "$(uname -s)" = Linux ]; then
        set -- unshare --map-root-user --net --mount sh -c \
            'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"' "$bundle" "$@"
    fi
    "$@"
}

exists() {
    [ -e "$1" ]
}

check_command_line() {
    start sample-graph "$table" --scale 0.003 --seed 1
    start info "$table" --json | grep -q '"num_nodes"' || fail 'info prints no JSON'
    start train "$table" --out "$work/run" --device cpu --json --set training.num_epochs=2 \
        --set architecture.embedding_dim=32 --set architecture.hidden_dim=32 | grep -q '"mrr"' || fail 'train failed'
    start doctor | grep -q ' 0 without an MPS kernel' || fail 'doctor failed'
    start export "$work/run" --format csv --out "$work/commands.csv" >/dev/null
    exists "$work/commands.csv" || fail 'export wrote nothing'
}

# press KEYS WINDOW: into the window of this name, waiting for it. There is no window manager to give it the focus.
press() {
    window=$(xdotool search --sync --onlyvisible --name "$2" | tail -n 1)
    xdotool windowfocus --sync "$window"
    xdotool key "$1"
}

# answer WINDOW TEXT: type into a file dialog and accept it.
answer() {
    press ctrl+a "$1"
    xdotool type --delay 20 "$2"
    xdotool key Return
}

is_open() {
    xdotool search --onlyvisible --name "$1" >/dev/null 2>&1
}

sample_graph_is_open() {
    press alt+t 'HGT Studio$'
    sleep 1
    is_open "$title"
}

train_has_started() {
    press ctrl+r "$title"
    sleep 1
    exists "$home/HGT Studio Runs"
}

export_is_asked() {
    press ctrl+e "$title"
    sleep 1
    is_open 'Export embeddings'
}

check_window_on_linux() {
    Xvfb -displayfd 3 -screen 0 1440x900x24 -nolisten tcp 3>"$work/display" 2>/dev/null &
    processes=$!
    wait_until 10 test -s "$work/display"
    display=:$(cat "$work/display")
    export DISPLAY="$display"
    started=$(date +%s%N)
    start &
    app=$!
    processes="$app $processes"
    wait_until 20 is_open 'HGT Studio$'
    printf 'smoke: window after %d ms\n' $((($(date +%s%N) - started) / 1000000))
    title='^sample-graph.csv'
    wait_until 60 sample_graph_is_open
    press ctrl+shift+o "$title"
    answer 'Open settings' "$work/run/run.toml"
    wait_until 60 train_has_started
    wait_until 120 sh -c 'ls "$0"/*/embeddings.parquet >/dev/null 2>&1' "$home/HGT Studio Runs"
    epochs=$(cat "$home/HGT Studio Runs/"*/metrics.jsonl | grep -c '"EpochDone"')
    [ "$epochs" = 2 ] || fail "trained $epochs epochs, not two"
    wait_until 30 export_is_asked
    answer 'Export embeddings' "$work/window.parquet"
    wait_until 60 exists "$work/window.parquet"
    press ctrl+q "$title"
    wait "$app" || fail "the window ended with exit code $?"
}

check_window_on_macos() {
    open -n --env HOME="$home" -a "$bundle" "$table"
    wait_until 60 exists "$home/Library/Caches/hgt-studio/graphs"
    kill -INT "$(pgrep -f "$program")"
    wait_until 20 sh -c '! pgrep -f "$0" >/dev/null' "$program"
}

if [ "$(uname -s)" = Darwin ]; then
    program="$bundle/Contents/MacOS/hgt-studio"
    check_command_line
    check_window_on_macos
else
    program="$bundle/hgt-studio"
    check_command_line
    check_window_on_linux
fi
written=$(find "$bundle" -newer "$work/before")
[ -z "$written" ] || fail "written in the bundle: $written"
echo 'smoke: all is well'
