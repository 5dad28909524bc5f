# shellcheck shell=bash
# What all stacks do alike. The run.sh of a stack sets
#
#   STACK    name of its folder          IMAGES  the images it needs, names of ../images
#   FIRST    services to start first:    OURS    the addresses where a gobfd speaks
#            tshark, and whose network   TSHARK  the capture container
#            it records
#
# sources this file, defines `ready` (waits until the stack works) and `demo` (shows what it is for, or
# fails), and calls `main "$@"`.
export LC_ALL=C # a point in $EPOCHREALTIME

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
root=$(cd "$here/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
state=$target/integrations
run=$state/$STACK
project=gobfd-$STACK
export STAGED=$state/programs

# shellcheck source=time.sh
source "$here/lib/time.sh"

say() { echo "==> $*"; }
die() {
    echo "$STACK: $*" >&2
    exit 1
}

# --- starting and stopping ---------------------------------------------------------------------------

compose() {
    local files=(-f "$here/$STACK/compose.yml") overlay
    for overlay in ${OVERLAYS[@]+"${OVERLAYS[@]}"}; do
        files+=(-f "$here/$STACK/$overlay")
    done
    # Compose waits for ever for a container that ended at once.
    timeout 180 "$state/venv/bin/podman-compose" --in-pod false -p "$project" "${files[@]}" "$@"
}

containers() { podman ps --all --quiet --filter "label=io.podman.compose.project=$project" "$@"; }

up() {
    "$here/lib/prepare" "$state"
    "$here/lib/images" gobfd "${IMAGES[@]}"
    down
    mkdir -p "$run"
    rm -f "$run"/*
    say "starting $STACK"
    # The recording begins before the peers do.
    start "${FIRST[@]}"
    wait_for 30 "the capture to begin" recording
    start
    ready
}

start() {
    compose up --detach --no-build "$@" >>"$run/compose.log" 2>&1 && return
    tail -n 20 "$run/compose.log" >&2
    die "the stack did not start; all output is in $run/compose.log"
}

recording() { podman exec "$TSHARK" test -s /captures/bfd.pcapng; }

down() {
    local kind id
    mkdir -p "$state"
    wait_for 60 "the containers to go away" remove_containers
    for kind in network volume; do
        for id in $(podman "$kind" ls --quiet --filter "label=io.podman.compose.project=$project"); do
            podman "$kind" rm --force "$id" >/dev/null
        done
    done
}

# A paused container cannot be removed; one that others need goes after them.
remove_containers() {
    local id
    for id in $(containers --filter status=paused); do
        podman unpause "$id"
    done
    containers | xargs --no-run-if-empty podman rm --depend --force --volumes --time 3 || true
    [ -z "$(containers)" ]
} >>"$state/removed.log" 2>&1

logs() {
    local name
    for name in $(containers --format '{{.Names}}'); do
        say "$name"
        podman logs --tail "${1:--1}" "$name" 2>&1
    done
}

# Also after Ctrl-C: what failed is shown, and nothing is left behind.
finish() {
    local status=$?
    trap '' INT TERM
    if [ "$status" -ne 0 ]; then
        echo "$STACK: FAILED. The last lines of each container:" >&2
        logs 15 >&2 || true
    fi
    down
    exit "$status"
}

# --- what is on the wire -----------------------------------------------------------------------------

# Until when the recording is complete is known only by a later packet.
recorded() { [ -n "$(packets "frame.time_epoch > $(seconds "$1")")" ]; }

# When each packet that passes the filter was seen.
packets() {
    podman exec "$TSHARK" tshark -r /captures/bfd.pcapng -T fields -e frame.time_epoch -Y "$1" 2>/dev/null
}

# The last packet that an address sent before a moment.
last_packet() {
    local address=$1 before=$2 at
    wait_for 15 "a later packet in the recording" recorded "$before"
    at=$(packets "ip.src == $address && frame.time_epoch < $(seconds "$before")" | tail -n 1)
    [ -n "$at" ] || die "the recording has no packet of $address before $(seconds "$before")"
    at=${at/./}
    echo "${at:0:16}"
}

# Our own speaker is about to be stopped by us: its silence is no fault.
silence_begins() { now >"$run/silence"; }
silence_ends() {
    echo "$(seconds "$(cat "$run/silence")")..$(seconds "$(now)")" >>"$run/silences"
    rm "$run/silence"
}

verify() {
    local arguments=() span
    for span in "${OURS[@]}"; do arguments+=(--ours "$span"); done
    if [ -e "$run/silences" ]; then
        while read -r span; do arguments+=(--silent "$span"); done <"$run/silences"
    fi
    "$here/verify/verify" "$TSHARK" "$run" "${arguments[@]}"
}

# --- the five targets --------------------------------------------------------------------------------

all() {
    trap finish EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    up
    demo
    verify
    say "measured"
    table "$run/measured"
}

main() {
    [ "$(id -u)" -eq 0 ] || die "the stack has networks of its own: run this as root."
    case ${1:-all} in
        all | up | down | logs | verify) "${1:-all}" ;;
        *) die "usage: run.sh [all|up|down|logs|verify]" ;;
    esac
}
