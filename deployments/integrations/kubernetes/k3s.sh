# shellcheck shell=bash disable=SC2034 # for those that source it
# Which k3s, and how the scripts speak to it.

VERSION=v1.36.4+k3s1
SUM_AMD64=835873f37245fc615f547a2fe2af9402a347875f13fa64a1f136de644955ea3f
SUM_ARM64=c920706346d5ad4e5cd3c7bf1bb09ce71ebe07fec829e513e40f1caf98aed8bb
SUM_INSTALLER=46177d4c99440b4c0311b67233823a8e8a2fc09693f6c89af1a7161e152fbfad
RELEASE=https://github.com/k3s-io/k3s/releases/download/${VERSION/+/%2B}
INSTALLER=https://raw.githubusercontent.com/k3s-io/k3s/${VERSION/+/%2B}/install.sh

# There since setup-cluster.sh installed k3s.
OURS_MARK=/var/lib/gobfd-integrations/k3s
export KUBECONFIG=${KUBECONFIG:-/etc/rancher/k3s/k3s.yaml}

# run.sh has its own.
declare -F say >/dev/null || say() { echo "kubernetes: $*"; }
declare -F die >/dev/null || die() {
    echo "kubernetes: $*" >&2
    exit 1
}

# kubectl, of k3s itself: always there, and of the right version.
cluster() { k3s kubectl "$@"; }

# k3s is here, or this machine could run and fetch it.
k3s_to_be_had() {
    command -v k3s >/dev/null && return
    [ -d /run/systemd/system ] && curl --proto '=https' -fsIL --connect-timeout 5 --max-time 15 -o /dev/null "$RELEASE/sha256sum-amd64.txt" 2>/dev/null
}
