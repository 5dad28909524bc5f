# shellcheck shell=bash disable=SC2154 # $run is the caller's
# Waiting and measuring, for stack.sh, which sets $run. A moment is a number of microseconds since the epoch.

now() { echo "${EPOCHREALTIME/./}"; }

# A moment as seconds, as tshark and gobfd-verify take it.
seconds() { echo "${1:0:-6}.${1: -6}"; }

# A moment as container logs write it.
stamp() { date --utc --date "@$(seconds "$1")" +%Y-%m-%dT%H:%M:%S.%N; }

# From one moment to another, in milliseconds.
milliseconds() { awk -v from="$1" -v to="$2" 'BEGIN { printf "%.1f", (to - from) / 1000 }'; }

# wait_for SECONDS WHAT COMMAND...: until the command succeeds.
wait_for() {
    local limit=$1 what=$2 end=$((SECONDS + $1))
    shift 2
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < end)) || die "waited $limit s for $what"
        sleep 0.2
    done
}

# When a container first logged a line that matches, at or after a moment. Its own time, if it writes one.
logged_at() {
    local line
    line=$(podman logs --timestamps "$1" 2>&1 |
        awk -v since="$(stamp "$2")" -v pattern="$3" '$1 >= since && $0 ~ pattern { print; exit }')
    [ -n "$line" ] || return 1
    case $line in
        *" time=20"*) line=${line#* time=} ;;
    esac
    date --utc --date "${line%% *}" +%s%6N
}

# The same, waiting for it: logged CONTAINER SINCE PATTERN [SECONDS]
logged() {
    local end=$((SECONDS + ${4:-30}))
    until logged_at "$1" "$2" "$3"; do
        ((SECONDS < end)) || die "waited ${4:-30} s for '$3' in the log of $1"
        sleep 0.2
    done
}

# follow NAME COMMAND...: keeps what a command says, each line with its moment; it ends with its container.
follow() {
    local file=$run/$1 line
    shift
    "$@" 2>/dev/null | while IFS= read -r line; do printf '%s %s\n' "${EPOCHREALTIME/./}" "$line"; done >"$file" &
}

# When a followed command first said a line that matches: said NAME SINCE PATTERN [SECONDS]
said() {
    local end=$((SECONDS + ${4:-30})) at
    until at=$(awk -v since="$2" -v pattern="$3" '$1 >= since && $0 ~ pattern { print $1; found = 1; exit }
        END { exit !found }' "$run/$1"); do
        ((SECONDS < end)) || die "waited ${4:-30} s for '$3' in $1"
        sleep 0.2
    done
    echo "$at"
}

# --- what was measured -------------------------------------------------------------------------------

# What was waited for in an argument may not have come; the sentence about it is already out.
came() { [ -n "$1" ] || exit 1; }

# A line of the timeline: event MOMENT TEXT
event() {
    came "$1"
    printf '%s\t%s\n' "$1" "$2" >>"$run/timeline"
}

# Prints the timeline, counted from a moment, and begins a new one.
timeline() {
    echo "        ms"
    sort -n "$run/timeline" | awk -F '\t' -v zero="$1" '{ printf "%10.1f  %s\n", ($1 - zero) / 1000, $2 }'
    rm "$run/timeline"
}

# measured WHAT FROM TO [AIM]: reported as it is; only ten times the aim, in milliseconds, is a failure.
measured() {
    local took aim=${4:-}
    came "$2"
    came "$3"
    took=$(milliseconds "$2" "$3")
    printf '%s\t%s\t%s\t%s\n' "$STACK" "$1" "$took" "${aim:--}" >>"$run/measured"
    [ -z "$aim" ] || awk -v took="$took" -v aim="$aim" 'BEGIN { exit !(took <= 10 * aim) }' ||
        die "$1: $took ms, more than ten times the aim of $aim ms"
}

# Prints what was measured, of one stack or of several.
table() {
    awk -F '\t' 'BEGIN { printf "%-20s %-60s %10s %8s\n", "stack", "measured", "ms", "aim" }
        { printf "%-20s %-60s %10s %8s\n", $1, $2, $3, $4 }' "$@"
}
