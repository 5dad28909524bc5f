#!/bin/bash
# GoBFD as a DaemonSet. Everything that can be checked without a cluster is; then the same in k3s, where
# k3s is installed or can be had.
set -euo pipefail
STACK=kubernetes
IMAGES=(gobgp tshark)
TSHARK=tshark-kubernetes
OURS=(172.26.0.10 172.26.0.20)
# shellcheck source=../lib/stack.sh
source "$(dirname "$0")/../lib/stack.sh"
folder=$here/kubernetes
# shellcheck source=k3s.sh
source "$folder/k3s.sh"
# shellcheck source=live.sh
source "$folder/live.sh"

VALIDATE=1.37.0 # of kubernetes-validate, which brings the schemas
KUBERNETES=(1.30 1.33 1.37)
NODE=172.26.0.10
PEER=172.26.0.20
NETWORK=gobfd-kubernetes

# --- offline: the manifests --------------------------------------------------------------------------

validate() { "$state/kubernetes-venv/bin/kubernetes-validate" --strict --quiet "$@"; }

install_schemas() {
    local venv=$state/kubernetes-venv
    mkdir -p "$state" "$run"
    [ "$("$venv/bin/kubernetes-validate" --version 2>/dev/null)" = "$VALIDATE" ] && return
    say "installing kubernetes-validate $VALIDATE from PyPI into $venv"
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" --quiet --disable-pip-version-check install "kubernetes-validate==$VALIDATE"
}

# Each kustomization as kubectl makes it, and the five files.
render() {
    kubectl kustomize "$folder" >"$run/mesh.yml" 2>"$run/kustomize.log" || die "$(tail -n 3 "$run/kustomize.log")"
    kubectl kustomize "$here/verify/kubernetes" >"$run/capture.yml" 2>"$run/kustomize.log" ||
        die "$(tail -n 3 "$run/kustomize.log")"
}

schemas() {
    local version
    install_schemas
    render
    for version in "${KUBERNETES[@]}"; do
        validate --kubernetes-version "$version" "$folder"/manifests/*.yml "$run"/mesh.yml "$run"/capture.yml ||
            die "the manifests do not fit Kubernetes $version"
    done
    # A check that finds nothing must be able to find something.
    sed 's/hostNetwork:/hostNetwrok:/' "$folder/manifests/daemonset.yml" >"$run/wrong.yml"
    if validate --kubernetes-version "$version" "$run/wrong.yml" >/dev/null 2>&1; then
        die "kubernetes-validate takes a field that does not exist"
    fi
    echo "manifests and kustomizations fit Kubernetes ${KUBERNETES[*]}, unknown fields refused"
}

agreement() {
    (cd "$root" && cargo test --quiet --package gobfd --test manifests >"$run/agreement.log" 2>&1) ||
        die "the manifests do not fit the daemon: $(grep -A 3 panicked "$run/agreement.log" || tail -n 20 "$run/agreement.log")"
    grep '^test result' "$run/agreement.log" | head -n 1
}

# --- offline: the pod, without a kubelet -------------------------------------------------------------

label() { echo "--label=io.podman.compose.project=$project"; }

# The images under the names of the manifests.
name_images() {
    podman tag "${GOBGP_IMAGE:-localhost/gobfd-gobgp}" localhost/gobgp:local
    podman tag "${TSHARK_IMAGE:-localhost/gobfd-tshark}" localhost/gobfd-tshark:local
}

network_up() { podman network create "$(label)" --subnet 172.26.0.0/24 "$NETWORK" >/dev/null; }

# A speaker beside the node, whose address it is told.
peer_up() {
    cat >"$run/peer.yml" <<CONFIG
bfd: {default_desired_min_tx: 300ms, default_required_min_rx: 300ms}
log: {format: text}
sessions: [{peer: $1}]
CONFIG
    podman run --detach "$(label)" --name peer-kubernetes --network "$NETWORK" --ip "$PEER" --user 0:0 \
        --cap-drop=ALL --cap-add=NET_RAW --cap-add=NET_ADMIN --read-only \
        --volume "$run/peer.yml:/etc/gobfd/gobfd.yml:ro" localhost/gobfd:local \
        -config /etc/gobfd/gobfd.yml >/dev/null
}

pod_up() {
    "$here/lib/prepare" "$state"
    "$here/lib/images" gobfd "${IMAGES[@]}"
    name_images
    down
    rm -f "$run"/measured "$run"/silence*
    network_up
    "$state/kubernetes-venv/bin/python" "$folder/pod.py" "$run/pod" kubernetes "$NETWORK" "$NODE" \
        <"$run/capture.yml" >"$run/pod.sh"
    sed -i "s/^podman run /&$(label) /" "$run/pod.sh"
    bash -e "$run/pod.sh" >/dev/null
    peer_up "$NODE"
    wait_for 30 "the capture to begin" recording
}

ctl() { podman exec gobfd-kubernetes gobfdctl --addr localhost:50052 "$@"; }
session_is_up() { ctl --format json session show "$PEER" | jq -e '.local_state == "Up"'; }
answers() { curl -fsS --max-time 5 "http://$NODE:9100$1" | grep "$2" >/dev/null; }
is_open() { timeout 3 bash -c "exec 3<>/dev/tcp/$NODE/$1" 2>/dev/null; }

# As the kubelet and a neighbour see the pod.
doors() {
    wait_for 30 "/readyz" answers /readyz ok
    answers /healthz ok || die "the liveness probe fails"
    answers /metrics '^gobfd_kubernetes_connected 0' || die "the node mesh is not on the page of metrics"
    wait_for 30 "GoBGP to listen on port 179" is_open 179
    ! is_open 50052 || die "the API of gobfd is open to the network"
    ! is_open 50051 || die "the API of GoBGP is open to the network"
    ctl session list >/dev/null || die "gobfdctl does not reach the daemon"
    podman exec gobgp-kubernetes gobgp global 2>/dev/null | grep "$NODE" >/dev/null || die "GoBGP's router id is not the node's address"
    wait_for 30 "gobfd to reach GoBGP" answers /metrics '^gobfd_gobgp_connected.* 1$'
    echo "probes answer, gobfd reaches GoBGP, 179 is open, both APIs are closed to the network"
}

# Both ends have sent enough in the steady state for their jitter to be judged.
is_steady() {
    local address sent
    for address in "$NODE" "$PEER"; do
        sent=$(podman exec "$TSHARK" tshark -r /captures/bfd.pcapng \
            -Y "ip.src == $address && bfd.sta == 3 && bfd.desired_min_tx_interval == 300000" | wc -l)
        [ "$sent" -ge 20 ] || return 1
    done
}

failover() {
    local added up paused down last resumed
    added=$(now)
    ctl session add --peer "$PEER" --local "$NODE" --tx-interval 300ms --rx-interval 300ms >/dev/null
    wait_for 30 "the session to come Up" session_is_up
    up=$(logged gobfd-kubernetes "$added" 'new_state=Up')
    measured "session added to Up" "$added" "$up"
    wait_for 60 "twenty packets of each end while Up" is_steady
    paused=$(now)
    podman pause peer-kubernetes >/dev/null
    silence_begins
    down=$(logged gobfd-kubernetes "$paused" 'new_state=Down.*verdict=peer-silent')
    last=$(last_packet "$PEER" "$down")
    measured "peer paused: last packet to BFD Down" "$last" "$down"
    resumed=$(now)
    podman unpause peer-kubernetes >/dev/null
    silence_ends
    measured "peer resumed to Up" "$resumed" "$(logged gobfd-kubernetes "$resumed" 'new_state=Up')"
}

# --- the five targets --------------------------------------------------------------------------------

offline() {
    say "schemas"
    schemas
    say "ports, labels, selectors, probes, rights and configuration against the daemon"
    agreement
    say "the containers of the pod under podman, in one network namespace, with their rights"
    pod_up
    doors
    failover
    verify
    down
}

all() {
    trap finish EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    offline
    if k3s_to_be_had; then
        live
    else
        not_shown
    fi
    say "measured"
    table "$run/measured"
}

case ${1:-all} in
    all) all ;;
    up) live_up ;;
    down)
        down
        "$folder/teardown.sh"
        ;;
    logs) live_logs ;;
    verify) live_verify ;;
    *) die "usage: run.sh [all|up|down|logs|verify]" ;;
esac
