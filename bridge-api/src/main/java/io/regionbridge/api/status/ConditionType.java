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
      "the local Services are not all known, or not as they are now",
      "kubectl get --raw /readyz and region-bridge doctor; or correct the manifest that is named"),
  API_SERVER_CURRENT(
      "APIServerCurrent",
      Scope.BRIDGE,
      "API server watched",
      "API server cannot be watched",
      "a resource cannot be watched: which, why and since when",
      "region-bridge doctor names missing rights and other causes; the last known state stays in"
          + " force"),
  ACTIVE_GATEWAY(
      "ActiveGateway",
      Scope.BRIDGE,
      "a gateway is active",
      "no gateway is active",
      "no router node is elected",
      "kubectl get routernodes; a bridge has to run on a node with the router label, with the"
          + " rights of the chart"),
  CORE_DNS_CONFIGURED(
      "CoreDNSConfigured",
      Scope.BRIDGE,
      "CoreDNS configured",
      "CoreDNS not configured",
      "CoreDNS's configuration cannot be written; `ZoneTaken`: a block of another owner has a zone,"
          + " or may have it, and CoreDNS would refuse it twice; `PutBack`: another writer reverts"
          + " each write",
      "region-bridge doctor shows CoreDNS's configuration and the obstacle"),
  NODE_LOCAL_DNS(
      "NodeLocalDNS",
      Scope.BRIDGE,
      "NodeLocal DNSCache knows the domains",
      "NodeLocal DNSCache does not know the domains",
      "bad when it is true: pods ask NodeLocal DNSCache, which does not read CoreDNS's blocks and"
          + " does not know the domains that are named",
      "add the regions' domains to the ConfigMap that is named"),
  POD_RANGES_COVER(
      "PodRangesCover",
      Scope.BRIDGE,
      "pod ranges cover the pods",
      "pods outside the pod ranges",
      "pods have addresses outside the ranges that this region announces, which peers refuse: how"
          + " many, and of which Services",
      "set region.podCIDRs to the ranges that the cluster's network plugin gives pods addresses"
          + " from"),
  NET_BIRD_HOST_NETWORK(
      "NetBirdHostNetwork",
      Scope.BRIDGE,
      "NetBird on the host network",
      "NetBird not on the host network",
      "NetBird's routers are not kept on the host network: none found, forbidden, or another writer"
          + " undoes it",
      "region-bridge doctor says more"),
  MULTI_CLUSTER_SERVICES(
      "MultiClusterServices",
      Scope.BRIDGE,
      "exported Services imported",
      "exported Services not imported",
      "ServiceImports do not match the ServiceExports of all regions; `NotInstalled`: the cluster"
          + " does not have the API; `OtherImplementation`: the cluster has ServiceImports of"
          + " another implementation, so nothing is written; `Incomplete`: an object cannot be read"
          + " or written; true with a message that names namespaces: Services of these are exported"
          + " elsewhere, and are imported once the namespace exists",
      "the message says what to do; only with multicluster.enabled"),
  OVERLAY_UP(
      "OverlayUp",
      Scope.BRIDGE,
      "overlay up",
      "overlay down",
      "this node has no address on the overlay",
      "ip address show; start the overlay's agent, or set overlay.interface"),
  TUNNEL_OBSERVED(
      "TunnelObserved",
      Scope.BRIDGE,
      "tunnels can be read",
      "tunnels cannot be read",
      "the WireGuard device cannot be read, with the capability that is missing",
      "security.netAdmin: true in the chart's values, or set overlay.mode to none"),
  OVERLAY_AGENT(
      "OverlayAgent",
      Scope.BRIDGE,
      "the overlay's agent runs",
      "the overlay's agent does not run",
      "tailscaled is not running, or this node's key expires within 7 days; unknown: what"
          + " tailscaled warns of",
      "tailscale status; it stays as it is until the agent says otherwise"),
  OVERLAY_ROUTES(
      "OverlayRoutes",
      Scope.BRIDGE,
      "overlay routes as needed",
      "overlay routes not as needed",
      "tailscaled routes no other node's ranges (accept-routes is off), Tailscale sends this"
          + " region's pod range to a node that is no router node, or pods are in 100.64.0.0/10,"
          + " which tailscaled takes for its own",
      "tailscale status --json shows PrimaryRoutes of each node"),
  GATEWAY_TRANSLATION(
      "GatewayTranslation",
      Scope.BRIDGE,
      "pods can answer other regions",
      "pods may not be able to answer",
      "unknown: the nftables table that brings answers of Cilium's pods back to this node cannot be"
          + " written",
      "give the bridge CAP_NET_ADMIN, or have the overlay's agent translate addresses"),
  ALIAS_TRANSLATION(
      "AliasTranslation",
      Scope.BRIDGE,
      "peers reach pods by the alias ranges",
      "peers do not reach pods by the alias ranges",
      "the nftables table that translates between the region's own addresses and region.aliasRanges"
          + " cannot be written on this node, or an alias is of no range of this region. Unknown"
          + " without an overlay, and where NetBird's agent filters what was translated",
      "give the bridge CAP_NET_ADMIN, and name ranges of this region in region.aliasRanges; with"
          + " NetBird see the page on overlapping ranges"),
  POD_PATH(
      "PodPath",
      Scope.BRIDGE,
      "packets of pods pass to peers",
      "packets of pods do not pass to a peer",
      "path probes to a region are not answered, or only the small ones are. Unknown where this"
          + " node has no address of the pod range, the peer's bridge names none, or this node"
          + " sends pods' packets by another node",
      "region-bridge doctor on both gateways; compare the allowed IPs and routes of the overlay"
          + " with the pod ranges"),
  TUNNEL_MANAGED(
      "TunnelManaged",
      Scope.BRIDGE,
      "tunnel device as planned",
      "tunnel device not as planned",
      "the device could not be made as planned",
      "give the bridge CAP_NET_ADMIN, or set overlay.mode: observe"),
  FORWARDING(
      "Forwarding",
      Scope.BRIDGE,
      "kernel forwards packets",
      "kernel does not forward packets",
      "a kernel setting prevents forwarding",
      "set what is named, or give the bridge CAP_NET_ADMIN to do it"),
  KEY_SETTLED(
      "KeySettled",
      Scope.BRIDGE,
      "WireGuard key settled",
      "WireGuard key is being changed",
      "a new key is being published; the message names those that do not know it yet",
      "region-bridge doctor says more"),
  REGIONS_ACCEPTED(
      "RegionsAccepted",
      Scope.BRIDGE,
      "all claims about regions accepted",
      "a claim about a region is refused",
      "`Malformed`: a Region object is not valid: which, where and why; its last valid version"
          + " stays in force. `Refused`: a claim about a peer is refused: which region, the source,"
          + " the value and why; the rest of the claim counts",
      "kubectl edit region NAME; a value that the peer announces has to be changed by its"
          + " operators"),
  REGIONS_DISTINCT(
      "RegionsDistinct",
      Scope.BRIDGE,
      "regions distinct",
      "two regions claim the same",
      "two regions claim the same range or domain: which",
      "change the Region or the configuration of one of the two: ranges and domains are one"
          + " region's alone"),
  RIGHTS_GRANTED(
      "RightsGranted",
      Scope.BRIDGE,
      "rights granted",
      "a right is missing",
      "the ServiceAccount lacks a right that the chart gives: which. Looked at every 3 s, needed"
          + " just now or not",
      "helm upgrade with the chart's RBAC (rbac.create), or add the verb to the Role; region-bridge"
          + " doctor names them all"),
  STATUS_WRITTEN(
      "StatusWritten",
      Scope.BRIDGE,
      "status written",
      "status cannot be written",
      "a Region or RouterNode cannot be written",
      "region-bridge doctor names the rights that are missing; kubectl get regions shows an"
          + " older state until then"),
  LOOPS_RUNNING(
      "LoopsRunning",
      Scope.BRIDGE,
      "everything runs",
      "a background loop fails",
      "a background loop fails again and again, does not end its round, or has ended; the condition"
          + " and `/healthz` name it",
      "the log has the error; the liveness probe restarts the bridge if it lasts, and region-bridge"
          + " bundle collects what a bug report needs"),
  MEMORY_AVAILABLE(
      "MemoryAvailable",
      Scope.BRIDGE,
      "enough memory",
      "too little memory",
      "the directory takes so much memory that the cache (`CacheReduced`) or the replicas of peers'"
          + " directories (`ReplicasReduced`) may take less than is configured, and they are full",
      "raise the memory limit (resources.limits.memory in the chart), or lower dns.cache.maxEntries"
          + " or replication.maxMemory"),
  LISTENING(
      "Listening",
      Scope.BRIDGE,
      "listening",
      "cannot listen",
      "an address cannot be listened on: which and why",
      "stop what has the address, or change dns.listen or admin.listen"),
  CONFIG_ACCEPTED(
      "ConfigAccepted",
      Scope.BRIDGE,
      "configuration accepted",
      "configuration refused",
      "the configuration file was refused. Where a change waits for a restart it is true and says"
          + " so",
      "region-bridge check-config --config FILE; correct it, it is taken over by itself"),
  CERTIFICATES_ACCEPTED(
      "CertificatesAccepted",
      Scope.BRIDGE,
      "certificates accepted",
      "a certificate cannot be used",
      "a TLS file cannot be used: which and why. The last valid one stays in force",
      "correct the file that is named; it is read again by itself"),
  PEERS_REACHED(
      "PeersReached",
      Scope.ROUTER_NODE,
      "peers reached",
      "no peer reached",
      "no peer answers through this node's own tunnel, neither to DNS nor to path probes. Another"
          + " node takes over the role, and with Cilium the node's own"
          + " pods go by the active gateway",
      "kubectl describe routernode NODE; region-bridge doctor on that node"),
  READY(
      "Ready",
      Scope.REGION,
      "ready",
      "not ready",
      "one of the conditions below is false",
      "region-bridge doctor says more"),
  TUNNEL_UP(
      "TunnelUp",
      Scope.REGION,
      "tunnel up",
      "tunnel down",
      "no WireGuard session with a gateway of the region, or path probes are not answered"
          + " (`PathSilent`, `PathTooSmall`). Unknown where no overlay is observed; the message"
          + " says what was probed, or why nothing was",
      "region-bridge doctor says more"),
  DNS_REACHABLE(
      "DNSReachable",
      Scope.REGION,
      "DNS reachable",
      "DNS not reachable",
      "no gateway of the region answers queries",
      "ask a gateway yourself: dig @GATEWAY -p 1053 DOMAIN SOA; see its tunnel"),
  REPLICATED(
      "Replicated",
      Scope.REGION,
      "directory copied",
      "directory not copied",
      "the region's names are relayed, since there is no current replica of its directory: which"
          + " gateway failed and why, or that it does not fit replication.maxMemory",
      "curl http://GATEWAY:8053/api/v1/directory from this node; raise replication.maxMemory if it"
          + " does not fit"),
  EGRESS_READY(
      "EgressReady",
      Scope.REGION,
      "egress ready",
      "egress not ready",
      "traffic to the region does not leave by the active gateway; the message says what to switch"
          + " on",
      "region-bridge doctor says more"),
  KEY_DECLARED(
      "KeyDeclared",
      Scope.REGION,
      "key as declared",
      "key is not the one declared",
      "`spec.wireguard` names a key that is no longer used",
      "region-bridge doctor says more"),
  CLAIMS_ACCEPTED(
      "ClaimsAccepted",
      Scope.REGION,
      "all claims about it accepted",
      "a claim about it is refused",
      "a claim about the region is refused: the source, the value and why. The rest of the claim"
          + " counts",
      "kubectl edit region NAME; a value that the peer announces has to be changed by its"
          + " operators"),
  ANSWERS_ACCEPTED(
      "AnswersAccepted",
      Scope.REGION,
      "its answers are used as they are",
      "some of its answers are not used",
      "in the last minute a gateway sent answers that are not accepted"
          + " (`region_bridge_contained_answers_total`), cannot be read or cost too much to read,"
          + " or accepted queries over TCP and did not answer"
          + " (`region_bridge_relay_exchanges_total`): which gateway, and what. Only names of that"
          + " region are affected",
      "region-bridge trace NAME shows each try; its operators have to look at that gateway"),
  CIDR_CONFLICT(
      "CIDRConflict",
      Scope.REGION,
      "address ranges are its own",
      "address ranges collide",
      "bad when it is true: a range of the region may not be used; the message"
          + " names both sides. The region that had it first, or by a more trusted source,"
          + " keeps it; only the other one has the condition",
      "give one of the two another range (podCIDRs, serviceCIDRs), or take it out of there"),
  PEER_API_SERVER_REACHABLE(
      "PeerAPIServerReachable",
      Scope.REGION,
      "its API server reachable",
      "its API server not reachable",
      "the region's API server cannot be read with `spec.kubeconfigSecretRef`: why",
      "region-bridge doctor says more");

  /** What a condition is of. */
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

  /** The one with this text; empty for one of a newer bridge. */
  public static Optional<ConditionType> of(String text) {
    return Optional.ofNullable(BY_TEXT.get(text));
  }

  /** As statuses and Kubernetes objects have it. */
  public String text() {
    return text;
  }

  public Scope scope() {
    return scope;
  }

  /** What the status page says where it is as it should be. */
  public String goodWords() {
    return goodWords;
  }

  /** What the status page says where it is not. */
  public String badWords() {
    return badWords;
  }

  /** What it means that it is not as it should be, in Markdown. */
  public String meaning() {
    return meaning;
  }

  /** What to do then. */
  public String remedy() {
    return remedy;
  }

  /** Whether it is bad news when it is true, unlike the others. */
  public boolean badIfTrue() {
    return this == CIDR_CONFLICT || this == NODE_LOCAL_DNS;
  }

  @Override
  public String toString() {
    return text;
  }
}
