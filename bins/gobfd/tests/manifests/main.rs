//! The Kubernetes manifests against the code: what they promise of the daemon is true of it, and their
//! parts fit each other. Needs `kubectl` (Debian package kubernetes-client) for the kustomizations; no
//! cluster.
#![forbid(unsafe_code)]

mod objects;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use gobfd::config::{self, Config, Environment};
use serde_json::{Value, json};

use objects::{Objects, container, folder, names, text};

/// The configuration of the ConfigMap, with the variables of the container laid over it.
fn config_of(objects: &Objects) -> Config {
    let yaml = text(objects.the("ConfigMap", "gobfd-config"), "/data/gobfd.yml");
    let container = container(objects.the("DaemonSet", "gobfd"), "gobfd");
    let variables = variables(container);
    let pairs = variables.iter().map(|(name, value)| (&**name, &**value));
    let loaded = config::parse("gobfd.yml", yaml, &Environment::of(pairs));
    let loaded = loaded.unwrap_or_else(|error| panic!("{error}\n--- in ---\n{yaml}"));
    assert_eq!(loaded.warnings, [""; 0]);
    loaded.config
}

/// Name and value of each variable; a field of the pod becomes a stand-in.
fn variables(container: &Value) -> BTreeMap<String, String> {
    let list = container["env"].as_array().into_iter().flatten();
    list.map(|entry| {
        let value = entry["value"].as_str().map(str::to_owned);
        let field = entry.pointer("/valueFrom/fieldRef/fieldPath");
        let value = value.unwrap_or_else(|| match field.and_then(Value::as_str) {
            Some("spec.nodeName") => "node-1".to_owned(),
            other => panic!("{other:?}"),
        });
        (text(entry, "/name").to_owned(), value)
    })
    .collect()
}

/// Number and protocol of each port, by name.
fn ports<'a>(list: &'a Value, number: &str) -> BTreeMap<&'a str, (u64, &'a str)> {
    let ports = list.as_array().expect("a list").iter();
    ports
        .map(|port| {
            let number = port[number].as_u64().expect("a number");
            (text(port, "/name"), (number, text(port, "/protocol")))
        })
        .collect()
}

fn port(address: &str) -> u64 {
    let (_, port) = address.rsplit_once(':').expect("HOST:PORT");
    port.parse().expect("a number")
}

#[test]
fn there_are_exactly_the_five_files_of_the_guide() {
    let files: BTreeSet<String> = std::fs::read_dir(folder().join("manifests"))
        .expect("the folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    let wanted = [
        "configmap-gobfd.yml",
        "configmap-gobgp.yml",
        "daemonset.yml",
        "namespace.yml",
        "service.yml",
    ];
    assert_eq!(files, wanted.map(str::to_owned).into());
    let objects = Objects::of_manifests();
    assert_eq!(
        objects.kinds(),
        [
            "ConfigMap/gobfd-config",
            "ConfigMap/gobgp-config",
            "DaemonSet/gobfd",
            "Namespace/gobfd",
            "Service/gobfd"
        ]
    );
    for object in objects.all().filter(|object| object["kind"] != "Namespace") {
        assert_eq!(text(object, "/metadata/namespace"), "gobfd");
    }
}

#[test]
fn the_configuration_is_good_and_keeps_the_api_on_loopback() {
    let config = config_of(&Objects::of_manifests());
    assert_eq!(config.grpc.addr.to_string(), "127.0.0.1:50052");
    assert_eq!(config.sessions, []);
    assert_eq!(config.kubernetes, None);
    assert!(config.gobgp.is_some(), "GoBGP is beside it to be told");
}

#[test]
fn the_ports_are_those_of_the_daemon() {
    let objects = Objects::of_manifests();
    let config = config_of(&objects);
    let daemon_set = objects.the("DaemonSet", "gobfd");
    let metrics = port(&config.metrics.addr.to_string());
    let [single_hop, multi_hop] = bfd_engine::PORTS.map(u64::from);
    let mut wanted = BTreeMap::from([
        ("bfd", (single_hop, "UDP")),
        ("bfd-multihop", (multi_hop, "UDP")),
        ("grpc", (port(&config.grpc.addr.to_string()), "TCP")),
        ("metrics", (metrics, "TCP")),
    ]);
    let declared = &container(daemon_set, "gobfd")["ports"];
    assert_eq!(ports(declared, "containerPort"), wanted);
    let annotations = &daemon_set["spec"]["template"]["metadata"]["annotations"];
    assert_eq!(annotations["prometheus.io/port"], metrics.to_string());
    assert_eq!(annotations["prometheus.io/scrape"], "true");
    assert_eq!(
        config.metrics.path, "/metrics",
        "where Prometheus looks by itself"
    );

    // Nobody outside the node is led to the API.
    wanted.remove("grpc");
    let service = objects.the("Service", "gobfd");
    let offered = service["spec"]["ports"].as_array().expect("a list");
    assert_eq!(ports(&service["spec"]["ports"], "port"), wanted);
    assert!(
        offered
            .iter()
            .all(|port| port["targetPort"] == port["name"])
    );
    assert_eq!(service["spec"]["clusterIP"], "None");
}

#[test]
fn selectors_meet_the_labels_of_the_pods() {
    let objects = Objects::of_manifests();
    let spec = &objects.the("DaemonSet", "gobfd")["spec"];
    let labels = &spec["template"]["metadata"]["labels"];
    assert_eq!(labels["app.kubernetes.io/name"], "gobfd");
    assert_eq!(labels["app.kubernetes.io/component"], "bfd-daemon");
    assert_eq!(&spec["selector"]["matchLabels"], labels);
    assert_eq!(&objects.the("Service", "gobfd")["spec"]["selector"], labels);
}

#[test]
fn the_probes_ask_what_the_daemon_answers() {
    let objects = Objects::of_manifests();
    let gobfd = container(objects.the("DaemonSet", "gobfd"), "gobfd");
    for (probe, path) in [("readinessProbe", "/readyz"), ("livenessProbe", "/healthz")] {
        let wanted = json!({ "path": path, "port": "metrics" });
        assert_eq!(gobfd[probe]["httpGet"], wanted);
        // The configuration refuses to give the page of metrics a path that a probe has.
        let taken = config::parse(
            "x",
            &format!("metrics: {{path: {path}}}"),
            &Environment::default(),
        );
        assert!(taken.is_err(), "{path} is a probe's");
    }
}

#[test]
fn rights_are_the_least_and_no_cpu_is_limited() {
    for objects in [
        Objects::of_manifests(),
        Objects::rendered("kubernetes"),
        Objects::rendered("verify/kubernetes"),
    ] {
        let pod = &objects.the("DaemonSet", "gobfd")["spec"]["template"]["spec"];
        assert_eq!(pod["hostNetwork"], true);
        assert_eq!(pod["dnsPolicy"], "ClusterFirstWithHostNet");
        assert_eq!(
            pod["securityContext"]["seccompProfile"]["type"],
            "RuntimeDefault"
        );
        for container in pod["containers"].as_array().expect("a list") {
            let wanted = match text(container, "/name") {
                "gobgp" => json!(["NET_BIND_SERVICE"]),
                "gobfd" | "tshark" => json!(["NET_RAW", "NET_ADMIN"]),
                other => panic!("{other}"),
            };
            let security = &container["securityContext"];
            assert_eq!(
                security["capabilities"],
                json!({ "drop": ["ALL"], "add": wanted })
            );
            assert_eq!(security["runAsUser"], 0);
            assert_eq!(security["allowPrivilegeEscalation"], false);
            assert_eq!(container.pointer("/resources/limits/cpu"), None);
            assert!(container.pointer("/resources/limits/memory").is_some());
            assert_eq!(container["imagePullPolicy"], "Never");
        }
    }
}

#[test]
fn mounts_have_volumes_and_programs_read_what_is_mounted() {
    let objects = Objects::rendered("verify/kubernetes");
    let daemon_set = objects.the("DaemonSet", "gobfd");
    let pod = &daemon_set["spec"]["template"]["spec"];
    let volumes = names(&pod["volumes"]);
    for container in pod["containers"].as_array().expect("a list") {
        let mounts = names(&container["volumeMounts"]);
        assert!(mounts.is_subset(&volumes), "{mounts:?} of {volumes:?}");
    }
    for volume in pod["volumes"].as_array().expect("a list") {
        if let Some(name) = volume.pointer("/configMap/name").and_then(Value::as_str) {
            objects.the("ConfigMap", name);
        }
    }
    let gobfd = container(daemon_set, "gobfd");
    assert_eq!(gobfd["args"], json!(["-config", "/etc/gobfd/gobfd.yml"]));
    assert_eq!(gobfd["volumeMounts"][0]["mountPath"], "/etc/gobfd");
    let gobgp = container(daemon_set, "gobgp");
    assert!(text(gobgp, "/args/0").contains("/etc/gobgp/gobgp.toml"));
    assert_eq!(gobgp["volumeMounts"][1]["mountPath"], "/etc/gobgp");
}

/// GoBGP listens on all addresses unless told otherwise.
#[test]
fn gobgp_is_where_the_daemon_looks_for_it() {
    let objects = Objects::of_manifests();
    let yaml = text(objects.the("ConfigMap", "gobfd-config"), "/data/gobfd.yml");
    let address = yaml
        .lines()
        .skip_while(|line| *line != "gobgp:")
        .find_map(|line| line.trim().strip_prefix("addr: "));
    let address = address.expect("gobgp.addr");
    let gobgp = container(objects.the("DaemonSet", "gobfd"), "gobgp");
    assert!(text(gobgp, "/args/0").contains(&format!("--api-hosts {address}")));
    let wanted = BTreeMap::from([
        ("bgp", (179, "TCP")),
        ("gobgp-grpc", (port(address), "TCP")),
    ]);
    assert_eq!(ports(&gobgp["ports"], "containerPort"), wanted);
}

#[test]
fn a_changed_configuration_replaces_the_pods() {
    let said = Command::new(folder().join("config-hash"))
        .arg("--print")
        .output()
        .expect("it runs");
    let wanted = String::from_utf8(said.stdout).expect("text");
    let objects = Objects::of_manifests();
    let annotations =
        &objects.the("DaemonSet", "gobfd")["spec"]["template"]["metadata"]["annotations"];
    assert_eq!(
        annotations["checksum/config"],
        wanted.trim(),
        "run deployments/integrations/kubernetes/config-hash"
    );
}

#[cfg(feature = "kubernetes")]
#[test]
fn the_mesh_is_switched_on_with_the_rights_it_needs() {
    let objects = Objects::rendered("kubernetes");
    let settings = config_of(&objects).kubernetes.expect("switched on");
    assert_eq!(settings.node_name, "node-1");

    let daemon_set = objects.the("DaemonSet", "gobfd");
    let pod = &daemon_set["spec"]["template"]["spec"];
    let account = text(pod, "/serviceAccountName");
    assert_eq!(pod["automountServiceAccountToken"], true);
    objects.the("ServiceAccount", account);
    let binding = objects.the("ClusterRoleBinding", "gobfd-nodes");
    let subject = json!([{ "kind": "ServiceAccount", "name": account, "namespace": "gobfd" }]);
    assert_eq!(binding["subjects"], subject);
    let role = objects.the(
        text(binding, "/roleRef/kind"),
        text(binding, "/roleRef/name"),
    );
    let rule =
        json!([{ "apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list", "watch"] }]);
    assert_eq!(role["rules"], rule);

    // The token is for the daemon alone.
    let token = settings
        .api
        .token_file
        .parent()
        .expect("a folder")
        .to_str()
        .expect("UTF-8");
    let hidden = |name: &str| {
        let mounts = container(daemon_set, name)["volumeMounts"]
            .as_array()
            .expect("a list");
        mounts.iter().any(|mount| mount["mountPath"] == token)
    };
    assert_eq!(["gobfd", "gobgp"].map(hidden), [false, true]);
}

#[test]
fn the_capture_is_that_of_all_stacks() {
    let objects = Objects::rendered("verify/kubernetes");
    let tshark = container(objects.the("DaemonSet", "gobfd"), "tshark");
    let mounts = tshark["volumeMounts"].as_array().expect("a list");
    assert!(mounts.iter().any(|mount| mount["mountPath"] == "/captures"));
}
