# The integration stacks. Each is a folder here with a run.sh that knows: all, up, down, logs, verify.

INTEGRATIONS := deployments/integrations

.PHONY: integration int-bgp-failover int-haproxy int-observability int-exabgp-anycast

FOLDER_bgp-failover   := bgp-fast-failover
FOLDER_haproxy        := haproxy-health
FOLDER_observability  := observability
FOLDER_exabgp-anycast := exabgp-anycast

stack-programs: programs
	@scripts/require-root integration
	@scripts/install stacks

int-observability: ## Prometheus, Alertmanager, Grafana: a session is cut, the alert fires (also -up -down -logs -verify)
int-bgp-failover int-haproxy int-observability int-exabgp-anycast: int-%: stack-programs
	@$(INTEGRATIONS)/$(FOLDER_$*)/run.sh all

int-%-up: stack-programs
	@$(INTEGRATIONS)/$(FOLDER_$*)/run.sh up

int-%-down:
	@$(INTEGRATIONS)/$(FOLDER_$*)/run.sh down

int-%-logs:
	@$(INTEGRATIONS)/$(FOLDER_$*)/run.sh logs

int-%-verify:
	@$(INTEGRATIONS)/$(FOLDER_$*)/run.sh verify
