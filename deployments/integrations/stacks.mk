# The integration stacks. Each is a folder here with a run.sh that knows: all, up, down, logs, verify.

INTEGRATIONS := deployments/integrations

.PHONY: integration int-bgp-failover int-haproxy int-observability int-exabgp-anycast int-k8s

FOLDER_bgp-failover   := bgp-fast-failover
FOLDER_haproxy        := haproxy-health
FOLDER_observability  := observability
FOLDER_exabgp-anycast := exabgp-anycast
FOLDER_k8s            := kubernetes

# In this order by `make integration`.
STACKS := bgp-fast-failover haproxy-health observability exabgp-anycast kubernetes

stack-programs: programs
	@scripts/require-root integration
	@scripts/install stacks

integration: stack-programs ## Run all integration stacks, and print what they measured (root)
	@$(INTEGRATIONS)/integrate $(STACKS)

int-bgp-failover: ## BGP: BFD Down disables the GoBGP peer of an FRR (also -up -down -logs -verify)
int-haproxy: ## HAProxy: a dead backend leaves the rotation, with BFD and without (also -up ...)
int-observability: ## Prometheus, Alertmanager, Grafana: a cut session becomes an alert (also -up ...)
int-exabgp-anycast: ## ExaBGP: an anycast address follows BFD, crashes leave none behind (also -up ...)
int-k8s: ## Kubernetes: every check that needs no cluster, then k3s where it can be had (also -up ...)
int-bgp-failover int-haproxy int-observability int-exabgp-anycast int-k8s: int-%: stack-programs
	@$(INTEGRATIONS)/$(FOLDER_$*)/run.sh all

int-%-up: stack-programs
	@$(INTEGRATIONS)/$(FOLDER_$*)/run.sh up

int-%-down:
	@$(INTEGRATIONS)/$(FOLDER_$*)/run.sh down

int-%-logs:
	@$(INTEGRATIONS)/$(FOLDER_$*)/run.sh logs

int-%-verify:
	@$(INTEGRATIONS)/$(FOLDER_$*)/run.sh verify
