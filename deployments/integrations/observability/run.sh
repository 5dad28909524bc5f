#!/bin/bash
# GoBFD watched by Prometheus: a session is cut, and Alertmanager holds the alert.
set -euo pipefail
STACK=observability
IMAGES=(frr tshark prometheus alertmanager)
FIRST=(gobfd tshark)
TSHARK=tshark-observability
OURS=(172.25.0.10)
OVERLAYS=()
# shellcheck source=../lib/stack.sh
source "$(dirname "$0")/../lib/stack.sh"

PROMETHEUS=http://127.0.0.1:9090
ALERTMANAGER=http://172.25.0.40:9093
GRAFANA=http://127.0.0.1:3000
GRAFANA_IMAGE=${GRAFANA_IMAGE:-docker.io/grafana/grafana:11.6.0}
export GRAFANA_IMAGE

# Grafana is no Debian package.
with_grafana() {
    if podman image exists "$GRAFANA_IMAGE" ||
        timeout 120 podman pull --quiet "$GRAFANA_IMAGE" >/dev/null 2>&1; then
        OVERLAYS+=(compose.grafana.yml)
        return
    fi
    say "Grafana is left out: $GRAFANA_IMAGE cannot be pulled here. With a registry: podman pull $GRAFANA_IMAGE"
}

query() { curl -fsS --max-time 5 --get "$PROMETHEUS/api/v1/query" --data-urlencode "query=$1"; }

# returns_data QUERY: an answer, and not only "not a number".
returns_data() { query "$1" | jq -e '.data.result | length > 0 and any(.[]; .value[1] != "NaN")' >/dev/null; }

session_is() { query 'gobfd_bfd_session_state' | jq -e ".data.result[0].value[1] == \"$1\"" >/dev/null; }

alert_is_held() {
    curl -fsS --max-time 5 "$ALERTMANAGER/api/v2/alerts?filter=alertname=$1&active=true" |
        jq -e 'length == 1' >/dev/null
}
alert_is_gone() { ! alert_is_held "$1"; }

ready() {
    wait_for 60 "Prometheus to see the session Up" session_is 3
    wait_for 30 "Alertmanager to answer" curl -fsS --max-time 2 "$ALERTMANAGER/-/ready"
    if [ ${#OVERLAYS[@]} -gt 0 ]; then
        wait_for 60 "Grafana to have the dashboard" \
            curl -fsS --max-time 2 -u admin:admin "$GRAFANA/api/dashboards/uid/gobfd-bfd-sessions"
        echo "Grafana:    http://localhost:3000 (admin/admin)"
    fi
    echo "Prometheus: http://localhost:9090"
}

promtool() { podman exec prometheus-observability promtool "$@"; }

rules() {
    say "the rules: promtool check, promtool test"
    promtool check rules /etc/prometheus/rules/gobfd.yml
    promtool test rules /etc/prometheus/tests/gobfd.yml
    local alert folder=$here/observability/prometheus
    while read -r alert; do
        grep -q "alertname: $alert, exp_alerts: \[\]" "$folder/tests/gobfd.yml" ||
            die "no test shows $alert silent"
        grep -q "alertname: $alert\$" "$folder/tests/gobfd.yml" || die "no test shows $alert firing"
    done < <(sed -n 's/^ *- alert: //p' "$folder/rules/gobfd.yml")
}

dashboard() {
    local expression metric metrics dashboard=$here/observability/grafana/dashboards/gobfd.json
    say "every query of the dashboard"
    metrics=$(curl -fsS "$PROMETHEUS/api/v1/label/__name__/values" | jq -r '.data[]')
    while IFS= read -r expression; do
        # `or vector(0)` would hide a metric that does not exist.
        while read -r metric; do
            grep -qx "$metric" <<<"$metrics" || die "the dashboard asks for $metric, which does not exist"
        done < <(grep -oE 'gobfd_[a-z_]+' <<<"$expression")
        wait_for 20 "data for the dashboard's query $expression" returns_data "$expression"
        echo "data: $expression"
    done < <(jq -r '.. | .expr? // empty' "$dashboard")
}

demo() {
    local cut down held
    rules

    say "the peer falls silent: podman pause frr-observability"
    alert_is_gone BFDSessionDown || die "BFDSessionDown is held although the session is Up"
    cut=$(now)
    podman pause frr-observability >/dev/null
    down=$(logged gobfd-observability "$cut" 'new_state=Down.*verdict=peer-silent')
    wait_for 60 "Alertmanager to hold BFDSessionDown" alert_is_held BFDSessionDown
    held=$(now)
    event "$cut" "the peer is paused"
    event "$down" "BFD Down, verdict peer-silent"
    event "$held" "Alertmanager holds BFDSessionDown (the session must be down for 10 s)"
    # Two scrapes and evaluations of 5 s besides the 10 s of the rule.
    measured "BFD Down to BFDSessionDown in Alertmanager" "$down" "$held" 20000
    dashboard

    say "the peer speaks again: podman unpause frr-observability"
    podman unpause frr-observability >/dev/null
    event "$(logged gobfd-observability "$held" 'new_state=Up')" "BFD Up"
    wait_for 60 "Prometheus to see the session Up" session_is 3
    wait_for 60 "Alertmanager to let go of BFDSessionDown" alert_is_gone BFDSessionDown
    event "$(now)" "Alertmanager has let go of it"
    timeline "$cut"
}

case ${1:-all} in all | up) with_grafana ;; esac
main "$@"
