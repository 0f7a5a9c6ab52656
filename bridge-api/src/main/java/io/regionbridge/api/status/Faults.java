package io.regionbridge.api.status;

import io.regionbridge.api.status.BridgeStatus.Condition;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What of a status needs attention, worst first: the same for the page, the command line and
 * doctor. Pure.
 */
public final class Faults {
  /** A session of WireGuard ends by then; a peer that is spoken to has a new one sooner. */
  private static final Duration SESSION = Duration.ofMinutes(3);

  /** How long a refusal is shown. */
  private static final Duration LATELY = Duration.ofMinutes(1);

  /** Services that one fault names. */
  private static final int MOST_NAMED = 10;

  /** The reason of a good condition that still needs a restart. */
  public static final String RESTART_NEEDED = "RestartNeeded";

  /** The reason of {@code APIServerCurrent} where the API server does not answer at all. */
  private static final String UNREACHABLE = "Unreachable";

  /** The reason of a peer's directory that is larger than what replicas may take. */
  public static final String DOES_NOT_FIT = "DoesNotFit";

  private final BridgeStatus status;
  private final List<Fault> faults = new ArrayList<>();

  private Faults(BridgeStatus status) {
    this.status = status;
  }

  /** Lists all faults, worst first. */
  public static List<Fault> of(BridgeStatus status) {
    Faults found = new Faults(status);
    found.addNotReady();
    status.conditions().forEach(condition -> found.addCondition("", condition, remedy(condition)));
    found.addDirectory();
    found.addRouterNodes();
    status.peers().forEach(found::addPeer);
    status.tunnels().forEach(found::addTunnel);
    status.policies().forEach(found::addPolicy);
    List<Fault> causes =
        FaultCauses.fold(found.faults, status.peers().size(), apiServerAway(status));
    return causes.stream().sorted(Comparator.comparing(fault -> !fault.failure())).toList();
  }

  /** Whether a condition is as it should be. */
  public static boolean good(Condition condition) {
    boolean badIfTrue =
        ConditionType.of(condition.type()).filter(ConditionType::badIfTrue).isPresent();
    return condition.status().equals(badIfTrue ? "False" : "True");
  }

  private static boolean apiServerAway(BridgeStatus status) {
    return status.conditions().stream()
        .anyMatch(condition ->
            condition.type().equals(ConditionType.API_SERVER_CURRENT.text())
                && condition.reason().equals(UNREACHABLE));
  }

  private static boolean conflicts(BridgeStatus.Peer peer) {
    return peer.conditions().stream()
        .anyMatch(c -> c.type().equals(ConditionType.CIDR_CONFLICT.text()) && !good(c));
  }

  private void addFailure(
      String about, String region, String message, @Nullable String since, String remedy) {
    faults.add(new Fault(Fault.FAILURE, about, region, message, since, remedy));
  }

  private void addWarning(
      String about, String region, String message, @Nullable String since, String remedy) {
    faults.add(new Fault(Fault.WARNING, about, region, message, since, remedy));
  }

  private static String named(String region, String message) {
    boolean named =
        region.isEmpty()
            || Pattern.compile("\\bregion " + Pattern.quote(region) + "(?![\\w-])")
                .matcher(message)
                .find();
    return named ? message : "region " + region + ": " + message;
  }

  private void addNotReady() {
    if (!status.ready()) {
      addFailure(
          "bridge",
          "",
          "not ready: " + String.join("; ", status.notReady()),
          null,
          "see its conditions and its log");
    }
  }

  private static String remedy(Condition condition) {
    if (condition.reason().equals(UNREACHABLE)) {
      return "kubectl get --raw /readyz; what was last known stays in force";
    }
    return ConditionType.of(condition.type())
        .map(ConditionType::remedy)
        .orElse("run region-bridge doctor, which names the cause");
  }

  /** The remedy with the peer's data, so that a command can be copied. */
  private String remedy(BridgeStatus.Peer peer, Condition condition) {
    if (!condition.type().equals(ConditionType.DNS_REACHABLE.text()) || peer.gateways().isEmpty()) {
      return remedy(condition);
    }
    String address = peer.gateways().getFirst().address();
    int port = address.lastIndexOf(':');
    return "ask a gateway: dig @%s -p %s %s SOA; %s"
        .formatted(
            address.substring(0, port).replaceAll("[\\[\\]]", ""),
            address.substring(port + 1),
            peer.domain(),
            status.tunnels().isEmpty() ? "check whether its bridge runs" : "check its tunnel");
  }

  private void addCondition(String region, Condition condition, String remedy) {
    String type = condition.type();
    if (condition.reason().equals(RESTART_NEEDED)) {
      addWarning(
          type,
          region,
          condition.message(),
          condition.lastTransitionTime(),
          "restart the bridge, or put the old values back");
    }
    if (good(condition)) {
      return;
    }
    if (type.equals(ConditionType.REGIONS_DISTINCT.text())
        && status.peers().stream().anyMatch(Faults::conflicts)) {
      return; // shown as the peers' own
    }
    if (type.equals(ConditionType.CLAIMS_ACCEPTED.text())) {
      return; // shown by RegionsAccepted, which has regions that were left out as well
    }
    if (type.equals(ConditionType.REPLICATED.text()) && !condition.reason().equals(DOES_NOT_FIT)) {
      return; // an older bridge has no feed, and one that is interrupted is relayed
    }
    if (type.equals(ConditionType.POD_PATH.text()) && condition.status().equals("Unknown")) {
      return; // a path that cannot be probed may be a good one
    }
    boolean conflict =
        type.equals(ConditionType.CIDR_CONFLICT.text()); // names both sides, and both sides have it
    String message = conflict ? condition.message() : named(region, condition.message());
    if (conflict && faults.stream().anyMatch(fault -> fault.message().equals(message))) {
      return;
    }
    // Whatever a peer says, it is no failure of this region's; and a region whose directory is not
    // copied is asked.
    if (condition.status().equals("Unknown")
        || condition.reason().equals("Refused")
        || type.equals(ConditionType.NODE_LOCAL_DNS.text()) // not every pod has to ask it
        || type.equals(ConditionType.REPLICATED.text())) {
      addWarning(type, region, message, condition.lastTransitionTime(), remedy);
    } else {
      addFailure(type, region, message, condition.lastTransitionTime(), remedy);
    }
  }

  /** Names and traffic go on by the others; one fewer is left for the next failure. */
  private void addRouterNodes() {
    for (BridgeStatus.LocalGateway gateway : status.gateways()) {
      if (!gateway.ready()) {
        addWarning(
            "router node",
            "",
            "%s is not ready: its kubelet does not say that it is".formatted(gateway.node()),
            null,
            "kubectl describe node " + gateway.node());
      }
    }
  }

  private void addDirectory() {
    addWithheld();
    openAliases();
    for (BridgeStatus.RemappedService service : status.directory().remapped()) {
      if (isApiServer(service.namespace(), service.name())) {
        continue;
      }
      addWarning(
          "remapped Service",
          "",
          "%s/%s: peers get pods, which listen on other ports: %s"
              .formatted(service.namespace(), service.name(), String.join(", ", service.ports())),
          null,
          "dial the pods' port, give Service and pods the same one, or set"
              + " directory.clusterIP: keep where nodes translate ClusterIPs");
    }
  }

  private void addWithheld() {
    List<String> services =
        status.directory().withheld().stream()
            .filter(service -> !isApiServer(service.namespace(), service.name()))
            .map(service ->
                "%s/%s (%s)"
                    .formatted(
                        service.namespace(),
                        service.name(),
                        service.count() == 1
                            ? service.addresses().getFirst()
                            : service.count() + " addresses"))
            .toList();
    if (!services.isEmpty()) {
      addWarning(
          "withheld addresses",
          "",
          "peers get these Services without the addresses outside this region's ranges: "
              + some(services),
          null,
          "peers reach pods only: take the pods off the host network, or declare the range in"
              + " region.podCIDRs here and at the peers");
    }
  }

  private void openAliases() {
    List<String> services =
        status.directory().openAliases().stream()
            .map(alias -> "%s/%s (%s)".formatted(alias.namespace(), alias.name(), alias.target()))
            .toList();
    if (!services.isEmpty()) {
      addWarning(
          "open aliases",
          "",
          "these ExternalNames lead out of all regions, and no resolver is asked: "
              + some(services),
          null,
          "set dns.upstream, or give the node resolvers in /etc/resolv.conf");
    }
  }

  /** The first of them, and how many more there are. */
  private static String some(List<String> services) {
    int shown = Math.min(MOST_NAMED, services.size());
    String first = String.join(", ", services.subList(0, shown));
    return services.size() > shown
        ? "%s and %d more (status -o json)".formatted(first, services.size() - shown)
        : first;
  }

  /** Whether it is the API server's Service, which exists in each cluster and leads to nodes. */
  private static boolean isApiServer(String namespace, String name) {
    return namespace.equals("default") && name.equals("kubernetes");
  }

  private void addPeer(BridgeStatus.Peer peer) {
    String region = peer.name();
    peer.conditions()
        .forEach(condition ->
            addCondition(region, withRefusal(peer, condition), remedy(peer, condition)));
    long up = peer.gateways().stream().filter(g -> g.state().equals("up")).count();
    for (BridgeStatus.Gateway gateway : peer.gateways()) {
      if (gateway.state().equals("down")) {
        String message =
            named(region, "%s is down: %s".formatted(gateway.address(), gateway.reason()));
        if (up > 0) {
          addWarning(
              "gateway",
              region,
              message,
              gateway.since(),
              "names still resolve by %s; look at that node%s"
                  .formatted(
                      up == 1 ? "the other gateway" : "the other " + up + " gateways",
                      status.gateways().isEmpty() ? "" : ": kubectl get routernodes there"));
        } else {
          addFailure(
              "gateway",
              region,
              message,
              gateway.since(),
              "only answers in the cache are left; see that node and the tunnel to it");
        }
      }
    }
    peer.gateways().forEach(gateway -> addRefusal(region, gateway));
    if (!peer.contained()) {
      addWarning(
          "containment",
          region,
          named(region, "its answers are not held against its ranges"),
          null,
          "declare its podCIDRs and serviceCIDRs, and leave contain on");
    }
    if (peer.containedAnswers() > 0) {
      addWarning(
          "containment",
          region,
          named(
              region,
              peer.containedAnswers()
                  + " answers had addresses outside its ranges, which were left out"),
          null,
          "complete its podCIDRs and serviceCIDRs, if those addresses are its own");
    }
  }

  /** A region may have no gateway since those that were named are not believed. */
  private static Condition withRefusal(BridgeStatus.Peer peer, Condition condition) {
    if (!condition.type().equals(ConditionType.DNS_REACHABLE.text())
        || !peer.gateways().isEmpty()) {
      return condition;
    }
    return peer.conditions().stream()
        .filter(other -> other.type().equals(ConditionType.CLAIMS_ACCEPTED.text()) && !good(other))
        .findFirst()
        .map(refused ->
            new Condition(
                condition.type(),
                condition.status(),
                condition.reason(),
                condition.message() + "; not believed: " + refused.message(),
                condition.lastTransitionTime()))
        .orElse(condition);
  }

  /** Adds the recent explanation of a gateway for refused questions. */
  private void addRefusal(String region, BridgeStatus.Gateway gateway) {
    BridgeStatus.Refusal refusal = gateway.refusal();
    if (refusal == null || !since(refusal.time(), LATELY)) {
      return;
    }
    String why = refusal.why();
    String remedy =
        why.contains("not ready")
            ? "its directory is still being read: see region-bridge status there"
            : why.contains("prohibited")
                ? "it does not let this region ask: see dns.allow there"
                : "it says so itself: see region-bridge status there";
    addWarning(
        "gateway",
        region,
        named(region, "%s refused a question: %s".formatted(gateway.address(), why)),
        refusal.time(),
        remedy);
  }

  private boolean since(String time, Duration age) {
    try {
      return Duration.between(Instant.parse(time), Instant.parse(status.time())).compareTo(age)
          <= 0;
    } catch (DateTimeException e) {
      return false;
    }
  }

  private void addTunnel(BridgeStatus.Tunnel tunnel) {
    String region = tunnel.region();
    String to =
        region.isEmpty()
            ? tunnel.publicKey().substring(0, Math.min(8, tunnel.publicKey().length())) + "…"
            : "region " + region;
    String handshake = tunnel.lastHandshake();
    boolean expired = expired(handshake);
    String last =
        handshake == null
            ? "there was no handshake yet"
            : "the last handshake was %s ago%s"
                .formatted(
                    Age.of(handshake, status.time()), expired ? ", so there is no session" : "");
    switch (tunnel.state()) {
      case "up" -> {}
      case "idle" -> {
        if (expired && !region.isEmpty()) {
          addWarning(
              "tunnel",
              region,
              "to %s: nothing is sent, and %s".formatted(to, last),
              tunnel.since(),
              "set persistentKeepalive to 25 s if that region must reach this one");
        }
      }
      default ->
          addFailure(
              "tunnel",
              region,
              "to %s is %s: %s".formatted(to, tunnel.state(), last),
              tunnel.since(),
              tunnel.endpoint() == null
                  ? "its endpoint is not known: is the other side running, does it know our key?"
                  : "is UDP to %s let through? is the other side running?"
                      .formatted(tunnel.endpoint()));
    }
  }

  private boolean expired(@Nullable String handshake) {
    try {
      return handshake == null
          || Duration.between(Instant.parse(handshake), Instant.parse(status.time()))
                  .compareTo(SESSION)
              > 0;
    } catch (DateTimeException e) {
      return true;
    }
  }

  private void addPolicy(BridgeStatus.Policy policy) {
    String to = policy.region().isEmpty() ? policy.name() : "to region " + policy.region();
    String message = "%s is %s: %s".formatted(to, policy.state(), policy.message());
    switch (policy.state()) {
      case "active", "disabled" -> {}
      case "pending" ->
          addWarning(
              "egress", policy.region(), message, null, "it is on its way; look in a minute");
      default ->
          addFailure(
              "egress",
              policy.region(),
              message,
              null,
              "kubectl get ciliumegressgatewaypolicies; region-bridge doctor looks at Cilium too");
    }
  }
}
