#!/bin/bash
# An anycast address follows BFD: withdrawn when the path fails, and never left behind by a crash.
set -euo pipefail
STACK=exabgp-anycast
IMAGES=(gobgp exabgp tshark)
FIRST=(exabgp tshark)
TSHARK=tshark-anycast
OURS=(172.24.0.10 172.24.0.20)
# shellcheck source=../lib/stack.sh
source "$(dirname "$0")/../lib/stack.sh"

GOBFD=gobfd-anycast
RECEIVER=gobfd-receiver-anycast
EXABGP=exabgp-anycast
PREFIX=198.51.100.1/32

gobgp() { podman exec gobgp-anycast gobgp "$@"; }
announced() { gobgp global rib -j | jq -e --arg prefix "$PREFIX" 'has($prefix)'; }
withdrawn() { gobgp global rib -j | jq -e --arg prefix "$PREFIX" 'has($prefix) | not'; }

ready() {
    wait_for 60 "GoBGP to have $PREFIX" announced
    gobgp global rib
}

gone() { said gobgp.routes "$1" "[[]DELROUTE[]] $PREFIX " "${2:-30}"; }
back() { said gobgp.routes "$1" "[[]ROUTE[]] $PREFIX " "${2:-30}"; }
bridge() { podman exec "$EXABGP" pidof gobfd-exabgp-bridge; }
other_bridge() { local pid; pid=$(bridge) && [ "$pid" != "$1" ]; }

# The host that receives falls silent: the address must go, and come back with it.
peer_frozen() {
    local cut down last withdrew lost thawed
    say "the peer is frozen: podman pause $RECEIVER"
    cut=$(now)
    silence_begins
    podman pause "$RECEIVER" >/dev/null
    down=$(logged "$GOBFD" "$cut" 'new_state=Down.*verdict=peer-silent')
    last=$(last_packet 172.24.0.10 "$down")
    withdrew=$(logged "$EXABGP" "$cut" 'msg="withdrew route"')
    lost=$(gone "$cut")
    event "$cut" "the peer is frozen"
    event "$last" "last packet of the peer"
    event "$down" "BFD Down, verdict peer-silent"
    event "$withdrew" "the bridge has written the line to ExaBGP"
    event "$lost" "GoBGP has lost $PREFIX"
    measured "last packet to BFD Down" "$last" "$down"
    measured "BFD Down to the line for ExaBGP" "$down" "$withdrew" 5
    measured "BFD Down to route gone in GoBGP" "$down" "$lost" 100

    thawed=$(now)
    podman unpause "$RECEIVER" >/dev/null
    silence_ends
    event "$thawed" "the peer runs again"
    event "$(logged "$GOBFD" "$thawed" 'new_state=Up')" "BFD Up"
    event "$(back "$thawed")" "GoBGP has $PREFIX again"
    timeline "$last"
}

# The bridge dies and cannot withdraw, and the path fails while nobody looks.
bridge_killed() {
    local cut pid
    say "the bridge is killed just when the path fails"
    pid=$(bridge)
    cut=$(now)
    silence_begins
    podman pause "$RECEIVER" >/dev/null
    podman exec "$EXABGP" sh -c "kill -KILL $pid"
    event "$cut" "the peer is frozen, the bridge killed"
    event "$(logged "$GOBFD" "$cut" 'new_state=Down')" "BFD Down"
    wait_for 30 "no stale announcement after the bridge was killed" withdrawn
    event "$(gone "$cut")" "GoBGP has lost $PREFIX"
    wait_for 30 "ExaBGP to start the bridge again" other_bridge "$pid"
    podman unpause "$RECEIVER" >/dev/null
    silence_ends
    event "$(back "$cut")" "the peer runs again, GoBGP has $PREFIX"
    timeline "$cut"
}

# Nobody can say whether the path works: after a while the address must go.
daemon_killed() {
    local cut
    say "the daemon is killed: podman kill $GOBFD"
    cut=$(now)
    podman kill --signal KILL "$GOBFD" >/dev/null
    event "$cut" "the daemon is killed"
    wait_for 40 "no stale announcement after the daemon was killed" withdrawn
    event "$(gone "$cut")" "GoBGP has lost $PREFIX"
    measured "daemon killed to route gone (it is kept for 10 s)" "$cut" "$(gone "$cut")" 10000
    podman start "$GOBFD" >/dev/null
    event "$(back "$cut" 60)" "the daemon runs again, GoBGP has $PREFIX"
    timeline "$cut"
}

demo() {
    follow gobgp.routes podman exec gobgp-anycast gobgp monitor global rib
    sleep 1
    peer_frozen
    bridge_killed
    daemon_killed
}

main "$@"
