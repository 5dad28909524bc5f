#!/bin/bash
# A dead backend leaves HAProxy's rotation: with BFD, and for comparison with HTTP checks alone.
set -euo pipefail
STACK=haproxy-health
IMAGES=(haproxy nginx tshark)
FIRST=(gobfd-monitor tshark)
TSHARK=tshark-haproxy
OURS=(172.23.0.10 172.23.0.30 172.23.0.40)
# shellcheck source=../lib/stack.sh
source "$(dirname "$0")/../lib/stack.sh"

HAPROXY=haproxy-health
PUBLISHED=http://localhost:8080
PLAIN=http://172.23.0.20:82

status() {
    podman exec "$HAPROXY" sh -c 'echo show stat | socat stdio /run/haproxy/admin.sock' |
        awk -F, -v server="$1/srv1" '$1 "/" $2 == server { print $18 }'
}
is_status() { [ "$(status "$1")" = "$2" ]; }
are_up() { is_status http_back UP && is_status push_back UP && is_status plain_back UP; }
both_answer() {
    local answers
    answers=$(for _ in 1 2 3 4; do curl -fsS --max-time 2 "$PUBLISHED"; done)
    [[ $answers == *backend1* && $answers == *backend2* ]]
}

ready() {
    wait_for 60 "both backends to be up" are_up
    wait_for 30 "both backends to answer on $PUBLISHED" both_answer
    echo "curl $PUBLISHED: $(curl -fsS "$PUBLISHED")"
}

# ask URL NAME: ten requests a second, each on its own, for as long as $run/asking is there.
ask() {
    local answers=$run/$2.answers
    : >"$answers"
    while [ -e "$run/asking" ]; do
        curl -s --max-time 4 --output /dev/null --write-out '%{http_code}\n' "$1" >>"$answers" &
        sleep 0.1
    done
    wait
}

# A dead machine: what serves and what speaks BFD stop at once.
kill_backend() {
    silence_begins
    podman pause backend1 backend1-bfd >/dev/null
}
revive_backend() {
    podman unpause backend1 backend1-bfd >/dev/null
    silence_ends
}

# pass NAME URL BACKEND: requests before, during and after a failure, until HAProxy has seen it.
pass() {
    local name=$1 url=$2 backend=$3 asker
    touch "$run/asking"
    ask "$url" "$name" &
    asker=$!
    sleep 2
    failed_at=$(now)
    kill_backend
    down_at=$(logged "$HAPROXY" "$failed_at" "Server $backend/srv1 is DOWN")
    sleep 2
    rm "$run/asking"
    wait "$asker"
    lost=$(grep -vc '^200$' "$run/$name.answers") || true
    echo "$(wc -l <"$run/$name.answers") requests, $lost lost"
}

demo() {
    local failed_at down_at lost bfd_down bfd_lost revived
    say "with BFD: podman pause backend1 backend1-bfd, while requests come"
    pass bfd "$PUBLISHED" http_back
    bfd_lost=$lost
    bfd_down=$(logged gobfd-monitor "$failed_at" 'peer=172.23.0.30.*new_state=Down.*verdict=peer-silent')
    event "$failed_at" "backend1 is dead"
    event "$bfd_down" "BFD Down, verdict peer-silent"
    event "$(logged "$HAPROXY" "$failed_at" 'Server push_back/srv1 is DOWN')" "HAProxy has been told (push)"
    event "$down_at" "HAProxy has asked (agent-check every 100 ms)"
    measured "BFD Down to server down by push" "$bfd_down" \
        "$(logged "$HAPROXY" "$failed_at" 'Server push_back/srv1 is DOWN')" 5
    measured "BFD Down to server down by agent-check" "$bfd_down" "$down_at" 120
    measured "failure to server down with BFD" "$failed_at" "$down_at"

    revived=$(now)
    revive_backend
    event "$revived" "backend1 lives again"
    event "$(logged gobfd-monitor "$revived" 'peer=172.23.0.30.*new_state=Up')" "BFD Up"
    event "$(logged "$HAPROXY" "$revived" 'Server http_back/srv1 is UP')" "HAProxy uses it again"
    timeline "$failed_at"
    wait_for 60 "both backends to be up again" are_up

    say "without BFD: the same failure, HTTP checks every 2 s, down after 3"
    pass plain "$PLAIN" plain_back
    measured "failure to server down with HTTP checks" "$failed_at" "$down_at"
    revive_backend
    wait_for 60 "both backends to be up again" are_up

    echo "lost with BFD: $bfd_lost, with HTTP checks: $lost requests"
    [ "$bfd_lost" -lt "$lost" ] || die "BFD spared no request"
}

main "$@"
