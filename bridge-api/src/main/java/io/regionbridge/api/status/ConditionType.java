package io.regionbridge.api.status;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The table of all conditions: what each is called, what the status page says of it, what it means
 * and what mends it. The faults of a status, {@code doctor}, the page and
 * docs/reference/conditions.md are made from it.
 */
public enum ConditionType {
  DIRECTORY_LOADED(
      "DirectoryLoaded",
      Scope.BRIDGE,
      "local Services known",
      "local Services not all known",
      "the local Services are not completely known, or not up to date",
      "check the API server with kubectl get --raw /readyz and region-bridge doctor; standalone,"
          + " correct the manifest that is named"),
  API_SERVER_CURRENT(
      "APIServerCurrent",
      Scope.BRIDGE,
      "API server watched",
      "API server's objects not all known",
      "a resource of the API server cannot be watched; the message says which one, why and since"
          + " when. `ObjectIgnored`: an object is invalid; the message says which one and why",
      "run region-bridge doctor, which names missing rights and other causes; correct the object"
          + " that is named. The last known state stays in force"),
  ACTIVE_GATEWAY(
      "ActiveGateway",
      Scope.BRIDGE,
      "a gateway is active",
      "no gateway is active",
      "no router node holds the Lease",
      "kubectl get routernodes; a bridge with the rights of the chart has to run on a node with"
          + " the router label"),
  CORE_DNS_CONFIGURED(
      "CoreDNSConfigured",
      Scope.BRIDGE,
      "CoreDNS configured",
      "CoreDNS not configured",
      "CoreDNS's configuration cannot be written. `ZoneTaken`: a block of another owner has a"
          + " zone, or may have it, and CoreDNS does not load a zone twice. `PutBack`: another"
          + " writer reverts each write",
      "run region-bridge doctor, which shows CoreDNS's configuration and the obstacle"),
  NODE_LOCAL_DNS(
      "NodeLocalDNS",
      Scope.BRIDGE,
      "NodeLocal DNSCache knows the domains",
      "NodeLocal DNSCache does not know the domains",
      "bad when true: pods ask NodeLocal DNSCache, which does not read CoreDNS's blocks and does"
          + " not know the domains that are named",
      "add the regions' domains to the ConfigMap that is named"),
  POD_RANGES_COVER(
      "PodRangesCover",
      Scope.BRIDGE,
      "pod ranges cover the pods",
      "pods outside the pod ranges",
      "pods have addresses outside the ranges that this region announces, so peers refuse them;"
          + " the message says how many and of which Services",
      "set region.podCIDRs to the ranges that the cluster's network plugin gives pods addresses"
          + " from"),
  NET_BIRD_HOST_NETWORK(
      "NetBirdHostNetwork",
      Scope.BRIDGE,
      "NetBird on the host network",
      "NetBird not on the host network",
      "NetBird's routers are not on the host network: none was found, the bridge lacks the right,"
          + " or another writer reverts the setting",
      "run region-bridge doctor, which names the cause"),
  MULTI_CLUSTER_SERVICES(
      "MultiClusterServices",
      Scope.BRIDGE,
      "exported Services imported",
      "exported Services not imported",
      "ServiceImports do not match the ServiceExports of all regions. `NotInstalled`: the cluster"
          + " does not have the API. `OtherImplementation`: the cluster has ServiceImports of"
          + " another implementation, so nothing is written. `Incomplete`: an object cannot be read"
          + " or written. When true, the message names namespaces that are missing here; Services"
          + " exported from them elsewhere are imported once they exist",
      "do what the message says; the condition exists only with multicluster.enabled"),
  OVERLAY_UP(
      "OverlayUp",
      Scope.BRIDGE,
      "overlay up",
      "overlay down",
      "this node has no address on the overlay",
      "check ip address show; start the overlay's agent, or set overlay.interface"),
  TUNNEL_OBSERVED(
      "TunnelObserved",
      Scope.BRIDGE,
      "tunnels can be read",
      "tunnels cannot be read",
      "the WireGuard device cannot be read; the message names the capability that is missing",
      "set security.netAdmin: true in the chart's values, or overlay.mode: none"),
  OVERLAY_AGENT(
      "OverlayAgent",
      Scope.BRIDGE,
      "the overlay's agent runs",
      "the overlay's agent does not run",
      "tailscaled is not running, or this node's key expires within 7 days. Unknown: tailscaled"
          + " reports a warning, which the message repeats",
      "check tailscale status; start tailscaled, or renew the key: tailscale up --force-reauth"),
  OVERLAY_ROUTES(
      "OverlayRoutes",
      Scope.BRIDGE,
      "overlay routes as needed",
      "overlay routes not as needed",
      "tailscaled accepts no routes of other nodes (accept-routes is off), Tailscale sends this"
          + " region's pod range to a node that is no router node, or pods have addresses in"
          + " 100.64.0.0/10, which tailscaled treats as its own",
      "switch on accept-routes, or correct the approved routes; tailscale status --json shows"
          + " PrimaryRoutes of each node"),
  GATEWAY_TRANSLATION(
      "GatewayTranslation",
      Scope.BRIDGE,
      "pods can answer other regions",
      "pods may not be able to answer",
      "unknown: the nftables table that brings answers of Cilium's pods back to this node cannot"
          + " be written",
      "give the bridge CAP_NET_ADMIN, or have the overlay's agent translate addresses"),
  ALIAS_TRANSLATION(
      "AliasTranslation",
      Scope.BRIDGE,
      "peers reach pods by the alias ranges",
      "peers do not reach pods by the alias ranges",
      "the nftables table that translates between the region's own addresses and"
          + " region.aliasRanges cannot be written on this node, or region.aliasRanges names a"
          + " range that is not this region's. Unknown without an overlay, and where NetBird's"
          + " agent filters translated packets",
      "give the bridge CAP_NET_ADMIN, and name ranges of this region in region.aliasRanges; for"
          + " NetBird see docs/overlapping.md"),
  POD_PATH(
      "PodPath",
      Scope.BRIDGE,
      "packets of pods pass to peers",
      "packets of pods do not pass to a peer",
      "path probes to a region are not answered, or only small ones are. Unknown if this node has"
          + " no address in the pod range, the peer's bridge announces none, or this node sends"
          + " pods' packets by another node",
      "run region-bridge doctor on both gateways; compare the allowed IPs and routes of the"
          + " overlay with the pod ranges"),
  TUNNEL_MANAGED(
      "TunnelManaged",
      Scope.BRIDGE,
      "tunnel device as planned",
      "tunnel device not as planned",
      "the WireGuard device could not be created or changed as configured",
      "give the bridge CAP_NET_ADMIN, or set overlay.mode: observe"),
  FORWARDING(
      "Forwarding",
      Scope.BRIDGE,
      "kernel forwards packets",
      "kernel does not forward packets",
      "a kernel setting, which the message names, prevents forwarding",
      "change the setting, or give the bridge CAP_NET_ADMIN so that it can"),
  KEY_SETTLED(
      "KeySettled",
      Scope.BRIDGE,
      "WireGuard key settled",
      "WireGuard key is being changed",
      "a new key is being published; the message names the peers that do not know it yet",
      "run region-bridge doctor, which names the cause"),
  REGIONS_ACCEPTED(
      "RegionsAccepted",
      Scope.BRIDGE,
      "all claims about regions accepted",
      "a claim about a region is refused",
      "`Malformed`: a Region object is not valid; its last valid version stays in force."
          + " `Refused`: a claim about a peer is refused; the rest of the claim stays in force. The"
          + " message names the region, the source, the value and the reason",
      "correct the Region (kubectl edit region NAME); a value that the peer announces has to be"
          + " changed by the peer's operators"),
  REGIONS_DISTINCT(
      "RegionsDistinct",
      Scope.BRIDGE,
      "regions distinct",
      "two regions claim the same",
      "two regions claim the same range or domain; the message names them",
      "change the Region or the configuration of one of the two"),
  RIGHTS_GRANTED(
      "RightsGranted",
      Scope.BRIDGE,
      "rights granted",
      "a right is missing",
      "the ServiceAccount lacks a right that the chart gives; the message names it. All rights are"
          + " checked every 3 s, whether they are needed at that time or not",
      "run helm upgrade with the chart's RBAC (rbac.create), or add the right to the Role;"
          + " region-bridge doctor lists all that are missing"),
  STATUS_WRITTEN(
      "StatusWritten",
      Scope.BRIDGE,
      "status written",
      "status cannot be written",
      "a Region or RouterNode cannot be written",
      "run region-bridge doctor, which names the rights that are missing; kubectl get regions"
          + " shows an older state until then"),
  LOOPS_RUNNING(
      "LoopsRunning",
      Scope.BRIDGE,
      "everything runs",
      "a background loop fails",
      "a background loop fails repeatedly, is stuck or has ended; the message and `/healthz` name"
          + " it",
      "look for the error in the log; the liveness probe restarts the bridge if it persists."
          + " Report it with the archive of region-bridge bundle"),
  MEMORY_AVAILABLE(
      "MemoryAvailable",
      Scope.BRIDGE,
      "enough memory",
      "too little memory",
      "the directory takes so much memory that the cache (`CacheReduced`) or the replicas"
          + " (`ReplicasReduced`) get less than is configured, and they are full",
      "raise the memory limit (resources.limits.memory in the chart), or lower dns.cache.maxEntries"
          + " or replication.maxMemory"),
  LISTENING(
      "Listening",
      Scope.BRIDGE,
      "listening",
      "cannot listen",
      "the bridge cannot listen on an address; the message says which one and why",
      "stop the program that uses the address, or change dns.listen or admin.listen"),
  CONFIG_ACCEPTED(
      "ConfigAccepted",
      Scope.BRIDGE,
      "configuration accepted",
      "configuration refused",
      "the changed configuration file was refused, and the last valid one stays in force. When"
          + " true, the message says whether a change needs a restart",
      "run region-bridge check-config --config FILE and correct the file; the bridge then reads it"
          + " by itself"),
  CERTIFICATES_ACCEPTED(
      "CertificatesAccepted",
      Scope.BRIDGE,
      "certificates accepted",
      "a certificate cannot be used",
      "a TLS file cannot be used; the message says which one and why. The last valid one stays in"
          + " force",
      "correct the file; the bridge then reads it by itself"),
  PEERS_REACHED(
      "PeersReached",
      Scope.ROUTER_NODE,
      "peers reached",
      "no peer reached",
      "no peer answers through this node's own tunnel, neither DNS queries nor path probes."
          + " Another router node takes over the role, and with Cilium the node's own pods use the"
          + " active gateway",
      "kubectl describe routernode NODE; run region-bridge doctor on that node"),
  READY(
      "Ready",
      Scope.REGION,
      "ready",
      "not ready",
      "one of the conditions below is bad",
      "run region-bridge doctor, which names the cause"),
  TUNNEL_UP(
      "TunnelUp",
      Scope.REGION,
      "tunnel up",
      "tunnel down",
      "there is no WireGuard session with any gateway of the region, or path probes are not"
          + " answered (`PathSilent`, `PathTooSmall`). Unknown if no overlay is observed. The"
          + " message says what was probed, or why nothing was",
      "run region-bridge doctor, which names the cause"),
  DNS_REACHABLE(
      "DNSReachable",
      Scope.REGION,
      "DNS reachable",
      "DNS not reachable",
      "no gateway of the region answers queries",
      "ask a gateway: dig @GATEWAY -p 1053 DOMAIN SOA; check its tunnel"),
  REPLICATED(
      "Replicated",
      Scope.REGION,
      "directory copied",
      "directory not copied",
      "the region's names are relayed, because there is no current replica of its directory. The"
          + " message says which gateway failed and why, or that the directory does not fit"
          + " replication.maxMemory",
      "try curl http://GATEWAY:8053/api/v1/directory from this node; raise replication.maxMemory"
          + " if the directory does not fit"),
  EGRESS_READY(
      "EgressReady",
      Scope.REGION,
      "egress ready",
      "egress not ready",
      "traffic to the region does not leave by the active gateway; the message says what to switch"
          + " on",
      "run region-bridge doctor, which names the cause"),
  KEY_DECLARED(
      "KeyDeclared",
      Scope.REGION,
      "key as declared",
      "key is not the one declared",
      "`spec.wireguard` names a key that is no longer used",
      "run region-bridge doctor, which names the cause"),
  CLAIMS_ACCEPTED(
      "ClaimsAccepted",
      Scope.REGION,
      "all claims about it accepted",
      "a claim about it is refused",
      "a claim about the region is refused; the message names the source, the value and the"
          + " reason. The rest of the claim stays in force",
      "correct the Region (kubectl edit region NAME); a value that the peer announces has to be"
          + " changed by the peer's operators"),
  ANSWERS_ACCEPTED(
      "AnswersAccepted",
      Scope.REGION,
      "its answers are used as they are",
      "some of its answers are not used",
      "in the last minute a gateway sent addresses that are not accepted"
          + " (`region_bridge_contained_answers_total`), sent replies that cannot be read or cost"
          + " too much to read, or accepted queries over TCP and did not answer"
          + " (`region_bridge_relay_exchanges_total`). The message names the gateway. Only names of"
          + " that region are affected",
      "run region-bridge trace NAME, which shows each try; the peer's operators have to check that"
          + " gateway"),
  CIDR_CONFLICT(
      "CIDRConflict",
      Scope.REGION,
      "address ranges are its own",
      "address ranges collide",
      "bad when true: a range of the region is not used, because another region, this region or"
          + " the overlay has it; the message names both sides. The region that had the range"
          + " first, or from a more trusted source, keeps it, and only the other one has the"
          + " condition",
      "give one of the two another range, or an alias range; or remove the range from podCIDRs or"
          + " serviceCIDRs of the one that does not have it"),
  PEER_API_SERVER_REACHABLE(
      "PeerAPIServerReachable",
      Scope.REGION,
      "its API server reachable",
      "its API server not reachable",
      "the region's API server cannot be read with `spec.kubeconfigSecretRef`; the message says"
          + " why",
      "run region-bridge doctor, which names the cause");

  /** The subject of a condition. */
  public enum Scope {
    BRIDGE,
    REGION,
    /** A router node, in its RouterNode object alone. */
    ROUTER_NODE
  }

  private static final Map<String, ConditionType> BY_TEXT =
      Arrays.stream(values())
          .collect(Collectors.toUnmodifiableMap(ConditionType::text, Function.identity()));

  private final String text;
  private final Scope scope;
  private final String goodWords;
  private final String badWords;
  private final String meaning;
  private final String remedy;

  ConditionType(
      String text, Scope scope, String goodWords, String badWords, String meaning, String remedy) {
    this.text = text;
    this.scope = scope;
    this.goodWords = goodWords;
    this.badWords = badWords;
    this.meaning = meaning;
    this.remedy = remedy;
  }

  /** The type with this name, if this version knows it. */
  public static Optional<ConditionType> of(String text) {
    return Optional.ofNullable(BY_TEXT.get(text));
  }

  /** The name in statuses and Kubernetes objects. */
  public String text() {
    return text;
  }

  public Scope scope() {
    return scope;
  }

  /** The text of the status page for the good state. */
  public String goodWords() {
    return goodWords;
  }

  /** The text of the status page for the bad state. */
  public String badWords() {
    return badWords;
  }

  /** The meaning of the bad state, in Markdown. */
  public String meaning() {
    return meaning;
  }

  /** The remedy. */
  public String remedy() {
    return remedy;
  }

  /** Whether True is the bad state. */
  public boolean badIfTrue() {
    return this == CIDR_CONFLICT || this == NODE_LOCAL_DNS;
  }

  @Override
  public String toString() {
    return text;
  }
}
