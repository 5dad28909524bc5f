# shellcheck shell=bash disable=SC2154 # variables and functions are those of run.sh and its lib
# The cluster itself, for run.sh.

in_pod() { cluster -n gobfd exec daemonset/gobfd -c "$1" -- "${@:2}"; }
live_ctl() { in_pod gobfd gobfdctl --addr localhost:50052 "$@"; }
live_state_is() { live_ctl --format json session show "$PEER" | jq -e ".local_state == \"$1\""; }
has_mesh() { cluster get clusterrole gobfd-nodes >/dev/null 2>&1; }

need_k3s() {
    k3s_to_be_had || die "k3s is not installed, and it cannot be installed here: it needs systemd, and $RELEASE"
}

need_pods() { cluster -n gobfd get daemonset/gobfd >/dev/null 2>&1 || die "the cluster does not run: 'up' starts it."; }

rolled_out() { cluster -n gobfd rollout status daemonset/gobfd --timeout=180s; }

live_up() {
    need_k3s
    "$folder/setup-cluster.sh"
    cluster apply -f "$folder/manifests/"
    rolled_out
}

live_logs() {
    need_pods
    cluster -n gobfd logs daemonset/gobfd --all-containers --prefix --tail=-1
}

# The pod is on the node's own network, whose address among the containers is .1.
live_demo() {
    down
    network_up
    peer_up 172.26.0.1
    live_ctl session add --peer "$PEER" --local 172.26.0.1 --tx-interval 300ms --rx-interval 300ms
    wait_for 60 "the session to come Up" live_state_is Up
    podman pause peer-kubernetes >/dev/null
    wait_for 30 "the session to go Down" live_state_is Down
    podman unpause peer-kubernetes >/dev/null
    wait_for 30 "the session to come Up again" live_state_is Up
    live_ctl session list
}

# The overlay with the capture, which brings the node mesh too.
live_verify() {
    need_pods
    cluster apply -k "$here/verify/kubernetes"
    rolled_out
    has_mesh || die "the node mesh has no role"
    wait_for 60 "the daemon to watch the nodes" mesh_is_connected
    live_demo
    in_pod tshark tshark -r /captures/bfd.pcapng -Y bfd -c 4
    in_pod tshark gobfd-verify check --ours 172.26.0.1 /captures/bfd.pcapng || die "packets of ours broke a rule"
}

mesh_is_connected() { curl -fsS --max-time 5 http://127.0.0.1:9100/metrics | grep '^gobfd_kubernetes_connected 1' >/dev/null; }

live() {
    say "the same in k3s"
    trap live_finish EXIT
    live_up
    live_verify
    down
    "$folder/teardown.sh"
    trap finish EXIT
}

live_finish() {
    local status=$?
    trap '' INT TERM
    echo "$STACK: FAILED in k3s. The last lines of its pods:" >&2
    live_logs 2>&1 | tail -n 40 >&2 || true
    down
    "$folder/teardown.sh" || true
    exit "$status"
}

not_shown() {
    say "not shown here, since k3s is not installed and cannot be had:"
    cat <<'STEPS'
  - kubectl apply -f manifests/ and the rollout in a cluster
  - a session added by kubectl exec, its Down and Up again
  - the node mesh with a real API server (its tests use one of their own)
  - the capture as an overlay, and the check of its packets in the cluster
STEPS
}
