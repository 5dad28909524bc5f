#!/bin/bash
# Makes a cluster of one node that can take the manifests: k3s if there is none, the images, the namespace.
#
# k3s is only installed where no k3s is; what was installed here is removed by teardown.sh. The namespace
# comes first because `kubectl apply -f manifests/` takes files in the order of their names, and ConfigMaps
# stand before the Namespace they live in. Needs root and systemd.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=k3s.sh
source "$here/k3s.sh"

architecture() {
    case $(uname -m) in
        x86_64) echo "k3s $SUM_AMD64" ;;
        aarch64) echo "k3s-arm64 $SUM_ARM64" ;;
        *) die "there is no pinned k3s for $(uname -m); install one by hand and run this again." ;;
    esac
}

# fetch URL FILE CHECKSUM
fetch() {
    curl --proto '=https' --tlsv1.2 -fsSL --retry 3 --connect-timeout 15 -o "$2" "$1" || die "cannot fetch $1"
    echo "$3  $2" | sha256sum --check --status || die "the checksum of $1 is wrong; nothing was installed."
}

install_k3s() {
    local program sum dir
    read -r program sum < <(architecture)
    [ -n "$sum" ] || exit 1
    dir=$(mktemp -d)
    # shellcheck disable=SC2064 # the folder of now
    trap "rm -rf '$dir'" EXIT
    say "no k3s here; installing $VERSION"
    fetch "$RELEASE/$program" "$dir/k3s" "$sum"
    fetch "$INSTALLER" "$dir/install.sh" "$SUM_INSTALLER"
    # Written first: a half-finished installation is ours too.
    install -d "$(dirname "$OURS_MARK")"
    echo "$VERSION" >"$OURS_MARK"
    install -m 0755 "$dir/k3s" /usr/local/bin/k3s
    INSTALL_K3S_SKIP_DOWNLOAD=true \
        INSTALL_K3S_EXEC='server --disable traefik,servicelb,metrics-server --write-kubeconfig-mode 600' \
        sh "$dir/install.sh" >"$dir/log" 2>&1 || die "k3s could not be installed: $(tail -n 3 "$dir/log")"
    rm -rf "$dir"
    trap - EXIT
}

is_ready() { cluster get nodes -o jsonpath='{.items[*].status.conditions[?(@.type=="Ready")].status}' 2>/dev/null | grep True >/dev/null; }

wait_ready() {
    local end=$((SECONDS + 180))
    until is_ready; do
        ((SECONDS < end)) || die "no node of the cluster was ready within 180 s: k3s kubectl get nodes"
        sleep 2
    done
}

# The manifests name images without a registry, and never pull them.
import() {
    local from=$1 to=docker.io/library/$2
    podman tag "$from" "$to"
    podman save --quiet "$to" | k3s ctr images import - >/dev/null || die "the image $2 could not be imported"
}

main() {
    [ "$(id -u)" -eq 0 ] || die "needs root: sudo $0"
    [ -d /run/systemd/system ] || die "k3s runs under systemd, which does not run here."
    command -v k3s >/dev/null || install_k3s
    wait_ready
    say "building and importing the images"
    "$here/../lib/prepare"
    "$here/../lib/images" gobfd gobgp tshark
    import localhost/gobfd:local gobfd:local
    import "${GOBGP_IMAGE:-localhost/gobfd-gobgp}" gobgp:local
    import "${TSHARK_IMAGE:-localhost/gobfd-tshark}" gobfd-tshark:local
    cluster apply -f "$here/manifests/namespace.yml"
    say "ready. Next:
  export KUBECONFIG=$KUBECONFIG
  kubectl apply -f $here/manifests/
  kubectl -n gobfd rollout status daemonset/gobfd"
}

main
