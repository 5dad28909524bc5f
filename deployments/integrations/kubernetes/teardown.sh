#!/bin/bash
# Takes everything of ours out of the cluster, and k3s itself only if setup-cluster.sh installed it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=k3s.sh
source "$here/k3s.sh"

remove_objects() {
    cluster delete namespace gobfd --ignore-not-found --timeout=60s
    cluster delete clusterrole,clusterrolebinding gobfd-nodes --ignore-not-found
}

main() {
    [ "$(id -u)" -eq 0 ] || die "needs root: sudo $0"
    if ! command -v k3s >/dev/null && [ ! -e "$OURS_MARK" ]; then
        say "no k3s here; nothing to do"
        return
    fi
    if [ ! -e "$OURS_MARK" ]; then
        remove_objects
        say "k3s was here before and stays"
        return
    fi
    if [ -x /usr/local/bin/k3s-uninstall.sh ]; then
        /usr/local/bin/k3s-uninstall.sh >/dev/null 2>&1 || die "/usr/local/bin/k3s-uninstall.sh failed; run it to see why."
    fi
    rm -f /usr/local/bin/k3s "$OURS_MARK"
    say "k3s is removed"
}

main
