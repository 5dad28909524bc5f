//! Keys of the node mesh.

use bfd_program::config::Kind;

use super::{Applies, Key, MULTIPLIER, NEW, PADDING, Preset, TYPES, key};

/// Every key of section `kubernetes`, in the order of the manual.
pub(super) const KEYS: &[Key] = &[
    key(
        "kubernetes.enabled",
        Kind::Bool,
        Preset::Value("false"),
        Applies::Reload,
        "Keeps one session to every other node of the Kubernetes cluster. The addresses are the \
         nodes' `InternalIP`s; ours is that of our own node. A node that leaves the cluster or the \
         selection ends its sessions with AdminDown. While the API server is away, nothing changes. \
         The account of the daemon needs get, list and watch on nodes, and nothing else. A program \
         that was built without the cargo feature `kubernetes` refuses `true`.",
    )
    .since(NEW),
    key(
        "kubernetes.node_name",
        Kind::DnsName,
        Preset::Nothing("the variable `NODE_NAME`; one of the two is required"),
        Applies::Reload,
        "Our own node. A DaemonSet hands it over as `NODE_NAME`, from the field `spec.nodeName`; \
         this key goes before that variable.",
    )
    .since(NEW),
    key(
        "kubernetes.selector",
        Kind::Text,
        Preset::Nothing("all nodes"),
        Applies::Reload,
        "Label selector of the nodes of the mesh, as `kubectl get nodes -l` takes it. While our own \
         node is not among them, there are no sessions.",
    )
    .since(NEW),
    key(
        "kubernetes.families",
        Kind::Word(&["both", "ipv4", "ipv6"]),
        Preset::Value("both"),
        Applies::Reload,
        "Address families: with `both`, two nodes that both have an `InternalIP` of either family \
         get a session over each. A node's first address of a family counts.",
    )
    .since(NEW),
    key(
        "kubernetes.type",
        TYPES,
        Preset::Value("single_hop"),
        Applies::Reload,
        "Type of the sessions: `single_hop` where all nodes are in one subnet, `multi_hop` where \
         routers are between them. All nodes must say the same.",
    )
    .since(NEW),
    key(
        "kubernetes.profile",
        Kind::Text,
        Preset::Nothing("no profile"),
        Applies::Sessions,
        "Element of `profiles` whose values count where this section gives none.",
    )
    .since(NEW),
    key(
        "kubernetes.min_ttl",
        Kind::Integer { min: 1, max: 255 },
        Preset::Value("254"),
        Applies::Sessions,
        "Least TTL or hop limit of received packets; only for `multi_hop`.",
    )
    .since(NEW),
    key(
        "kubernetes.desired_min_tx",
        Kind::Interval,
        Preset::From("bfd.default_desired_min_tx"),
        Applies::Sessions,
        "Shortest interval at which we want to send.",
    )
    .since(NEW),
    key(
        "kubernetes.required_min_rx",
        Kind::Interval,
        Preset::From("bfd.default_required_min_rx"),
        Applies::Sessions,
        "Shortest interval at which we can receive.",
    )
    .since(NEW),
    key(
        "kubernetes.detect_mult",
        MULTIPLIER,
        Preset::From("bfd.default_detect_multiplier"),
        Applies::Sessions,
        "How many packets in a row may be lost before the peer says Down.",
    )
    .since(NEW),
    key(
        "kubernetes.padded_pdu_size",
        PADDING,
        Preset::From("bfd.default_padded_pdu_size"),
        Applies::Sessions,
        "Pads each control packet to this number of octets (RFC 9764); 0 turns padding off.",
    )
    .since(NEW),
    key(
        "kubernetes.api_server",
        Kind::HttpUrl,
        Preset::Nothing("the address that Kubernetes gives to every pod"),
        Applies::Reload,
        "The API server, for a daemon that runs on a node but not in a pod. In a pod leave it out: \
         `KUBERNETES_SERVICE_HOST` and `KUBERNETES_SERVICE_PORT` say it.",
    )
    .since(NEW),
    key(
        "kubernetes.token_file",
        Kind::FilePath,
        Preset::Value("/var/run/secrets/kubernetes.io/serviceaccount/token"),
        Applies::Reload,
        "File with the token of the account, read again as it is renewed.",
    )
    .since(NEW),
    key(
        "kubernetes.ca_file",
        Kind::FilePath,
        Preset::Value("/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"),
        Applies::Reload,
        "File with the certificates, in PEM form, that may sign that of the API server. No other \
         is trusted.",
    )
    .since(NEW),
];
