#!/bin/bash
# BFD Down disables a BGP peer: two failures with their times, and one without BFD for contrast.
set -euo pipefail
STACK=bgp-fast-failover
IMAGES=(frr gobgp tshark)
FIRST=(gobfd tshark)
TSHARK=tshark-bgp-failover
OURS=(172.22.0.10)
# shellcheck source=../lib/stack.sh
source "$(dirname "$0")/../lib/stack.sh"

GOBFD=gobfd-bgp-failover
GOBGP=gobgp-bgp-failover
FRR=frr-bgp-failover
PEER=172.22.0.20
THEIRS=10.20.0.0/24 # announced by FRR
MINE=10.10.0.0/24   # announced by GoBGP, so that FRR has a route to lose

gobgp() { podman exec "$GOBGP" gobgp "$@"; }
gobfdctl() { podman exec "$GOBFD" gobfdctl --addr localhost:50052 "$@"; }

bfd_is_up() { gobfdctl --format json session show "$PEER" | jq -e '.local_state == "Up"'; }
bgp_is_up() { gobgp neighbor "$PEER" -j | jq -e '.state.session_state == 6'; }
gobgp_has() { gobgp global rib -j | jq -e --arg prefix "$1" 'has($prefix)'; }
gobgp_lacks() { gobgp global rib -j | jq -e --arg prefix "$1" 'has($prefix) | not'; }
frr_has() { podman exec "$FRR" ip route show "$1" | grep -q .; }

ready() {
    wait_for 60 "BFD to come Up" bfd_is_up
    wait_for 60 "BGP to be established" bgp_is_up
    wait_for 30 "FRR's route in GoBGP" gobgp_has "$THEIRS"
    gobgp global rib add "$MINE" nexthop 172.22.0.10
    wait_for 30 "GoBGP's route in FRR" frr_has "$MINE"
}

# What both tables gain and lose, from now on.
watch() {
    follow gobgp.routes podman exec "$GOBGP" gobgp monitor global rib
    follow frr.routes podman exec "$FRR" ip monitor route
    sleep 1
}

pause() { podman pause "$FRR" >/dev/null; }
unpause() { podman unpause "$FRR" >/dev/null; }

# The link stays, and nothing passes in either direction.
cut() {
    nft -f - <<'RULES'
table inet cut {
    chain in { type filter hook input priority 0; iifname "eth0" drop; }
    chain out { type filter hook output priority 0; oifname "eth0" drop; }
}
RULES
}
mend() { nft delete table inet cut; }

# In the network namespace of FRR, whose image need not have it.
nft() {
    podman run --rm --interactive --network "container:$FRR" --cap-add NET_ADMIN --entrypoint nft \
        localhost/gobfd-tshark "$@"
}

# Detection at 300 ms x 3, from the last packet heard: 900 ms, and room for a busy machine.
in_time() {
    local took
    took=$(milliseconds "$1" "$2")
    awk -v took="$took" 'BEGIN { exit !(600 <= took && took <= 1200) }' ||
        die "BFD Down came $took ms after the last packet; 600 to 1200 are right"
}

# failure NAME BREAK HEAL: breaks the path, heals it, and says what followed when.
failure() {
    local name=$1 broken down last disabled gone healed up enabled
    broken=$(now)
    "$2"
    down=$(logged "$GOBFD" "$broken" 'new_state=Down.*verdict=peer-silent')
    last=$(last_packet "$PEER" "$down")
    disabled=$(logged "$GOBGP" "$broken" 'Administrative shutdown')
    gone=$(said gobgp.routes "$broken" "[[]DELROUTE[]] $THEIRS ")
    event "$broken" "$name"
    event "$last" "last packet of FRR"
    event "$down" "BFD Down, verdict peer-silent"
    event "$disabled" "GoBGP has disabled the peer"
    event "$gone" "GoBGP has lost $THEIRS"
    in_time "$last" "$down"
    measured "$name: last packet to BFD Down" "$last" "$down"
    measured "$name: BFD Down to GoBGP peer disabled" "$down" "$disabled" 10
    measured "$name: BFD Down to route gone in GoBGP" "$down" "$gone" 50
    if [ "$2" = cut ]; then
        event "$(said frr.routes "$broken" "Deleted $MINE ")" "FRR has lost $MINE"
    fi

    healed=$(now)
    "$3"
    up=$(logged "$GOBFD" "$healed" 'new_state=Up')
    enabled=$(logged "$GOBGP" "$healed" 'Administrative start')
    event "$healed" "the path is healed"
    event "$up" "BFD Up"
    event "$enabled" "GoBGP has enabled the peer"
    event "$(logged "$GOBGP" "$healed" 'Peer Up')" "BGP established"
    event "$(said gobgp.routes "$healed" "[[]ROUTE[]] $THEIRS ")" "GoBGP has $THEIRS again"
    event "$(said frr.routes "$healed" "^[0-9]+ $MINE ")" "FRR has $MINE again"
    timeline "$last"
    wait_for 30 "BFD and BGP to rest" bgp_is_up
}

# The same silent link, and only BGP's hold time to notice it.
without_bfd() {
    local held broken gone
    held=$(now)
    gobfdctl session admin-down "$PEER" >/dev/null
    podman exec "$FRR" vtysh -c 'configure terminal' -c 'router bgp 65002' \
        -c 'no neighbor 172.22.0.10 bfd'
    sleep 2
    # FRR may have begun anew; our side must not have touched BGP for an operator's act.
    wait_for 60 "BGP to be established without BFD" bgp_is_up
    wait_for 30 "FRR's route in GoBGP" gobgp_has "$THEIRS"
    ! logged_at "$GOBGP" "$held" 'Administrative shutdown' >/dev/null ||
        die "BFD was only held down by its operator, and the BGP peer was disabled"
    broken=$(now)
    cut
    gone=$(said gobgp.routes "$broken" "[[]DELROUTE[]] $THEIRS " 60)
    event "$broken" "both directions are dropped"
    event "$gone" "GoBGP has lost $THEIRS: the hold time is over"
    timeline "$broken"
    measured "without BFD: dropped to route gone (hold time 9 s, not 90)" "$broken" "$gone"
}

demo() {
    watch
    say "first failure: FRR is paused"
    failure "paused" pause unpause
    say "second failure: the link drops both directions"
    failure "dropped" cut mend
    say "the same without BFD, for contrast; the usual hold time of 90 s is 9 s here"
    without_bfd
}

main "$@"
