package io.regionbridge.api.diagnosis;

import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.ConditionType;
import io.regionbridge.api.text.ExtendedErrors;
import io.regionbridge.router.diagnosis.Check;
import io.regionbridge.router.diagnosis.Doctor.NextHop;
import io.regionbridge.router.loop.FailureReason;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.net.SocketLiteral;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;

/**
 * Whether traffic reaches another region, step by step: name, address, egress, route, MTU, TCP
 * connect, round trip. The first step that fails is explained; those that need it are skipped.
 */
public final class TrafficChecks {
  /** The smallest MTU that IPv6 permits (RFC 8200, section 5), and what WireGuard agents use. */
  private static final int LEAST_MTU = 1280;

  /** What a bridge takes of one query, IP and UDP headers included. */
  private static final int LARGEST_PROBE = 2048;

  private static final int ROUND_TRIPS = 5;

  private static final int DNS_PORT = 1053;

  /** A DNS name and a TCP port to connect to. */
  public record Target(String name, int port) {
    /** Parses {@code NAME:PORT}. */
    public static Optional<Target> parse(String text) {
      int colon = text.lastIndexOf(':');
      if (colon < 1 || !text.substring(colon + 1).matches("[1-9][0-9]{0,4}")) {
        return Optional.empty();
      }
      int port = Integer.parseInt(text.substring(colon + 1));
      return port > 65535
          ? Optional.empty()
          : Optional.of(new Target(text.substring(0, colon), port));
    }
  }

  private final Reachability network;
  private final String prefix;
  private final List<Check> checks = new ArrayList<>();

  private TrafficChecks(Reachability network, String prefix) {
    this.network = network;
    this.prefix = prefix;
  }

  /**
   * Checks one peer region, whose name each check begins with.
   *
   * @param target empty: only names, egress and MTU are checked
   */
  public static List<Check> of(
      BridgeStatus status, BridgeStatus.Peer peer, Optional<Target> target, Reachability network) {
    TrafficChecks walk = new TrafficChecks(network, peer.name() + " ");
    walk.walk(status, peer, target);
    return walk.checks;
  }

  /**
   * Checks a name over all regions, or an alias of this region, in each region whose addresses the
   * name has now.
   *
   * @param considered what the bridge says of each region that may have the name
   * @param answering the regions that answer for the name
   */
  public static List<Check> everywhere(
      BridgeStatus status,
      List<String> considered,
      List<String> answering,
      Target target,
      Reachability network) {
    TrafficChecks walk = new TrafficChecks(network, "");
    List<InetAddress> addresses = walk.names(status, Optional.empty(), target.name());
    if (addresses.isEmpty()) {
      considered.forEach(
          region -> walk.add(Check.warning("region", region, "region-bridge verify REGION")));
      walk.checkReach(addresses, target);
      return walk.checks;
    }
    Map<String, List<InetAddress>> regions = new LinkedHashMap<>();
    for (InetAddress address : addresses) {
      regions
          .computeIfAbsent(region(status, answering, address), _ -> new ArrayList<>())
          .add(address);
    }
    walk.add(
        regions.containsKey("")
            ? Check.warning(
                "region",
                "%s is in no region that is known".formatted(list(regions.get(""))),
                "region-bridge trace " + target.name())
            : Check.ok(
                "region",
                String.join(", ", regions.keySet())
                    + (regions.size() == 1 ? " answers" : " answer")));
    regions.forEach((region, own) -> {
      TrafficChecks there = new TrafficChecks(network, region.isEmpty() ? "" : region + " ");
      there.checkArrival(status, region, own, target);
      walk.checks.addAll(there.checks);
    });
    return walk.checks;
  }

  /**
   * The region that an address is in. One that is in no region's ranges, such as the address that
   * this cluster has given an import, leads to the first region that answers.
   */
  private static String region(BridgeStatus status, List<String> answering, InetAddress address) {
    Stream<String> holders =
        Stream.concat(
            status.peers().stream()
                .filter(peer -> holds(peer.podCIDRs(), peer.serviceCIDRs(), address))
                .map(BridgeStatus.Peer::name),
            Stream.of(status.region())
                .filter(own -> holds(own.podCIDRs(), own.serviceCIDRs(), address))
                .map(BridgeStatus.Region::name));
    List<String> found = holders.toList();
    return found.stream()
        .filter(name -> answering.isEmpty() || answering.contains(name))
        .findFirst()
        .or(() -> Stream.concat(answering.stream(), found.stream()).findFirst())
        .orElse("");
  }

  private static boolean holds(List<String> pods, List<String> services, InetAddress address) {
    return Stream.concat(pods.stream(), services.stream())
        .map(Cidr::of)
        .anyMatch(range -> range.contains(address));
  }

  /** What comes after the name, for a region that was found to answer. */
  private void checkArrival(
      BridgeStatus status, String region, List<InetAddress> addresses, Target target) {
    if (region.equals(status.region().name())) {
      add(Check.skipped("egress", "traffic stays in region " + region));
    }
    Optional<BridgeStatus.Peer> peer =
        status.peers().stream().filter(p -> p.name().equals(region)).findFirst();
    if (peer.isPresent()) {
      List<InetAddress> own =
          addresses.stream()
              .filter(address -> !holds(List.of(), status.region().serviceCIDRs(), address))
              .toList();
      if (own.isEmpty()) {
        add(
            Check.ok(
                "address",
                "%s is an address of this cluster that leads to region %s"
                    .formatted(list(addresses), region)));
      } else {
        checkContained(peer.get(), own);
      }
      add(egress(status, peer.get()));
      aliases(status).ifPresent(this::add);
      checkMtu(peer.get());
    }
    checkReach(addresses, target);
  }

  /** Checks one name with this machine's own resolver and without a bridge, as a pod sees it. */
  public static List<Check> ofName(Target target, Reachability network) {
    TrafficChecks walk = new TrafficChecks(network, "");
    List<InetAddress> addresses = List.of();
    try {
      addresses = network.resolve(target.name());
      walk.add(
          Check.ok(
              "name",
              "%s is %s, by this network's own resolver"
                  .formatted(target.name(), list(addresses))));
    } catch (IOException e) {
      walk.add(
          Check.failure(
              "name",
              "%s does not resolve here".formatted(target.name()),
              "cat /etc/resolv.conf; region-bridge trace " + target.name()));
    }
    walk.checkReach(addresses, target);
    return walk.checks;
  }

  private void walk(BridgeStatus status, BridgeStatus.Peer peer, Optional<Target> target) {
    List<InetAddress> addresses =
        target
            .map(to -> names(status, Optional.empty(), to.name()))
            .orElseGet(() -> names(status, Optional.of(peer), "dns-version." + peer.domain()));
    if (target.isPresent() && !addresses.isEmpty()) {
      checkContained(peer, addresses);
    }
    add(egress(status, peer));
    aliases(status).ifPresent(this::add);
    checkMtu(peer);
    if (target.isPresent()) {
      checkReach(addresses, target.get());
    } else {
      add(
          Check.skipped(
              "connect",
              "name a Service with its port: region-bridge verify %s NAME:PORT"
                  .formatted(peer.name())));
    }
  }

  /** Asks the bridge as a pod's resolver would. */
  private List<InetAddress> names(
      BridgeStatus status, Optional<BridgeStatus.Peer> whole, String name) {
    Optional<InetSocketAddress> server =
        status.dns().listen().stream()
            .map(TrafficChecks::socket)
            .flatMap(Optional::stream)
            .findFirst();
    if (server.isEmpty()) {
      add(
          Check.failure(
              "name", "the bridge answers no queries yet", "region-bridge status; see /readyz"));
      return List.of();
    }
    List<InetAddress> addresses = new ArrayList<>();
    for (int type : whole.isPresent() ? new int[] {Type.TXT} : new int[] {Type.A, Type.AAAA}) {
      try {
        Message reply = network.ask(server.get(), name, type);
        int rcode = reply.getRcode();
        if (rcode != Rcode.NOERROR) {
          add(unresolved(name, type, reply));
          return List.of();
        }
        addresses.addAll(addresses(reply));
        if (whole.isPresent()) {
          boolean there =
              reply.getSection(Section.ANSWER).stream().anyMatch(TXTRecord.class::isInstance);
          add(
              there
                  ? Check.ok(
                      "name",
                      "region %s answers for %s"
                          .formatted(whole.get().name(), whole.get().domain()))
                  : Check.failure(
                      "name",
                      "%s has no records".formatted(name),
                      "region-bridge trace %s TXT".formatted(name)));
          return List.of();
        }
      } catch (IOException e) {
        add(
            Check.failure(
                "name",
                "no answer for %s from the bridge at %s"
                    .formatted(name, SocketLiteral.format(server.get())),
                "region-bridge status; region-bridge trace " + name));
        return List.of();
      }
    }
    add(
        addresses.isEmpty()
            ? Check.failure(
                "name",
                name + " exists and has no address",
                "are its pods ready? kubectl get endpointslices in that region")
            : Check.ok("name", "%s is %s".formatted(name, list(addresses))));
    return addresses;
  }

  /** Why a name has no answer, as far as the reply says. */
  private static Check unresolved(String name, int type, Message reply) {
    List<String> why = ExtendedErrors.of(reply);
    boolean absent = reply.getRcode() == Rcode.NXDOMAIN;
    String trace = "region-bridge trace %s %s".formatted(name, Type.string(type));
    return Check.failure(
        "name",
        "%s %s: %s%s"
            .formatted(
                name,
                Type.string(type),
                Rcode.string(reply.getRcode()),
                absent
                    ? ", there is no such name"
                    : why.isEmpty() ? "" : ", " + String.join("; ", why)),
        absent
            ? "region-bridge names --match %s; is the Service there, and exported? %s"
                .formatted(name.split("\\.", 2)[0], trace)
            : trace);
  }

  private static Optional<InetSocketAddress> socket(String text) {
    return SocketLiteral.parse(text, DNS_PORT).get();
  }

  private static List<InetAddress> addresses(Message reply) {
    List<InetAddress> found = new ArrayList<>();
    for (Record record : reply.getSection(Section.ANSWER)) {
      switch (record) {
        case ARecord a -> found.add(a.getAddress());
        case AAAARecord aaaa -> found.add(aaaa.getAddress());
        default -> {}
      }
    }
    return found;
  }

  private void checkContained(BridgeStatus.Peer peer, List<InetAddress> addresses) {
    List<Cidr> ranges =
        Stream.concat(peer.podCIDRs().stream(), peer.serviceCIDRs().stream())
            .map(Cidr::of)
            .toList();
    List<InetAddress> outside =
        addresses.stream()
            .filter(address -> ranges.stream().noneMatch(range -> range.contains(address)))
            .toList();
    if (ranges.isEmpty()) {
      add(
          Check.warning(
              "address",
              "no range of region %s is known".formatted(peer.name()),
              "declare podCIDRs of the Region, or let its bridge announce them"));
    } else if (outside.isEmpty()) {
      add(Check.ok("address", "inside the ranges of region " + peer.name()));
    } else {
      add(
          Check.failure(
              "address",
              "%s is outside the ranges of region %s, so no policy or route covers it"
                  .formatted(list(outside), peer.name()),
              "declare the range in the Region, if those addresses are its own"));
    }
  }

  /** Checks what carries pods' traffic to a region, as the bridge reports it. */
  public static Check egress(BridgeStatus status, BridgeStatus.Peer peer) {
    Optional<BridgeStatus.Policy> policy =
        status.policies().stream().filter(p -> p.region().equals(peer.name())).findFirst();
    if (policy.isEmpty()) {
      return Check.skipped(
          "egress", "the bridge keeps no egress to region %s".formatted(peer.name()));
    }
    String ranges = String.join(", ", policy.get().destinationCIDRs());
    return switch (policy.get().state()) {
      case "active" ->
          Check.ok("egress", "%s leaves by %s".formatted(ranges, policy.get().gateway()));
      case "disabled" ->
          Check.skipped("egress", "egress.engine is none: other means carry traffic to " + ranges);
      case "pending" ->
          Check.warning(
              "egress", "is being written: " + policy.get().message(), "look again in a minute");
      default ->
          Check.failure(
              "egress",
              "%s: %s".formatted(policy.get().state(), policy.get().message()),
              "kubectl get region %s -o yaml; region-bridge doctor".formatted(peer.name()));
    };
  }

  /** Whether answers find back to a region that its peers know by other addresses. */
  static Optional<Check> aliases(BridgeStatus status) {
    if (status.region().aliasRanges().isEmpty()) {
      return Optional.empty();
    }
    String ranges =
        status.region().aliasRanges().stream()
            .map(alias -> "%s, known as %s".formatted(alias.range(), alias.alias()))
            .collect(Collectors.joining("; "));
    return Optional.of(
        status.conditions().stream()
            .filter(condition -> condition.type().equals(ConditionType.ALIAS_TRANSLATION.text()))
            .findFirst()
            .map(condition ->
                switch (condition.status()) {
                  case "True" -> Check.ok("alias", ranges + ": translated by this node");
                  case "False" ->
                      Check.failure(
                          "alias", condition.message(), ConditionType.ALIAS_TRANSLATION.remedy());
                  default ->
                      Check.warning(
                          "alias", condition.message(), ConditionType.ALIAS_TRANSLATION.remedy());
                })
            .orElseGet(() -> Check.skipped("alias", ranges + ": not looked at yet")));
  }

  /** The device's MTU, and whether packets of that size get through to a gateway. */
  private void checkMtu(BridgeStatus.Peer peer) {
    Optional<BridgeStatus.Gateway> up =
        peer.gateways().stream().filter(g -> !g.state().equals("down")).findFirst();
    Optional<InetSocketAddress> gateway = up.flatMap(g -> socket(g.address()));
    if (gateway.isEmpty()) {
      add(
          Check.failure(
              "MTU",
              "no gateway of region %s answers".formatted(peer.name()),
              "region-bridge status; is the tunnel up, does a bridge run there?"));
      return;
    }
    try {
      Optional<NextHop> route = network.route(gateway.get().getAddress());
      if (route.isEmpty()) {
        add(noRoute("MTU", gateway.get().getAddress()));
        return;
      }
      int size = Math.min(route.get().mtu() == 0 ? LEAST_MTU : route.get().mtu(), LARGEST_PROBE);
      String way =
          "%s (MTU %d) to gateway %s"
              .formatted(route.get().device(), route.get().mtu(), up.get().address());
      if (network.carries(gateway.get(), peer.domain(), size)) {
        add(Check.ok("MTU", "packets of %d octets pass by %s".formatted(size, way)));
      } else {
        int passes = largest(gateway.get(), peer.domain(), size);
        add(
            Check.failure(
                "MTU",
                passes == 0
                    ? "no packet of %d octets or less is answered by %s".formatted(size, way)
                    : "packets of %d octets are lost by %s; %d pass".formatted(size, way, passes),
                passes == 0
                    ? "region-bridge trace %s SOA".formatted(peer.domain())
                    : "ip link set %s mtu %d".formatted(route.get().device(), passes)));
      }
    } catch (IOException e) {
      add(
          Check.failure(
              "MTU",
              "cannot send to gateway %s: %s"
                  .formatted(up.get().address(), FailureReason.describe(e)),
              e instanceof PortUnreachableException
                  ? "start a bridge there: region-bridge serve"
                  : "ip route get " + IpLiteral.format(gateway.get().getAddress())));
    }
  }

  /** The largest of some usual sizes that passes; 0: none. */
  private int largest(InetSocketAddress gateway, String domain, int below) throws IOException {
    for (int size : new int[] {1420, 1380, LEAST_MTU, 1200, 576}) {
      if (size < below && network.carries(gateway, domain, size)) {
        return size;
      }
    }
    return 0;
  }

  private void checkReach(List<InetAddress> addresses, Target target) {
    if (addresses.isEmpty()) {
      add(Check.skipped("route", "there is no address to go to"));
      add(Check.skipped("connect", "there is no address to connect to"));
      return;
    }
    InetAddress address = addresses.getFirst();
    try {
      Optional<NextHop> route = network.route(address);
      if (route.isEmpty()) {
        add(noRoute("route", address));
        add(Check.skipped("connect", "there is no route"));
        return;
      }
      add(
          Check.ok(
              "route",
              "%s goes by %s%s"
                  .formatted(
                      IpLiteral.format(address),
                      route.get().device(),
                      route
                          .get()
                          .gateway()
                          .map(hop -> " to " + IpLiteral.format(hop))
                          .orElse(""))));
    } catch (IOException e) {
      add(Check.skipped("route", "the kernel does not say: " + FailureReason.describe(e)));
    }
    connect(address, target);
  }

  private static Check noRoute(String step, InetAddress address) {
    return Check.failure(
        step,
        "there is no route to " + IpLiteral.format(address),
        "ip route get %s; region-bridge doctor".formatted(IpLiteral.format(address)));
  }

  private void connect(InetAddress address, Target target) {
    InetSocketAddress to = new InetSocketAddress(address, target.port());
    String written = SocketLiteral.format(to);
    long[] nanos = new long[ROUND_TRIPS];
    try {
      for (int i = 0; i < ROUND_TRIPS; i++) {
        nanos[i] = network.connect(to).toNanos();
      }
    } catch (IOException e) {
      add(Check.failure("connect", "%s: %s".formatted(written, reason(e)), remedy(e, target)));
      return;
    }
    add(Check.ok("connect", written + " accepts connections"));
    Arrays.sort(nanos);
    add(
        Check.ok(
            "round trip",
            String.format(
                Locale.ROOT,
                "%.1f ms (median of %d connects)",
                Duration.ofNanos(nanos[ROUND_TRIPS / 2]).toNanos() / 1e6,
                ROUND_TRIPS)));
  }

  /** In words, without the name of a class. */
  private static String reason(IOException e) {
    return switch (e) {
      case SocketTimeoutException _ -> "no answer in time";
      case NoRouteToHostException _ -> "no route, or a gateway on the way says unreachable";
      case ConnectException refused when String.valueOf(refused.getMessage()).contains("refused") ->
          "connection refused";
      case UnknownHostException _ -> "the name does not resolve";
      default -> FailureReason.of(e);
    };
  }

  private static String remedy(IOException e, Target target) {
    return reason(e).equals("connection refused")
        ? "the pod is reached and does not listen on port %d: dial the port that the pod listens on"
            .formatted(target.port())
        : "region-bridge verify from a router node of the other region; NetworkPolicies there;"
            + " the way back: region-bridge doctor there";
  }

  private static String list(List<InetAddress> addresses) {
    int most = 3;
    String shown =
        String.join(", ", addresses.stream().limit(most).map(IpLiteral::format).toList());
    return addresses.size() <= most
        ? shown
        : "%s and %d more".formatted(shown, addresses.size() - most);
  }

  private void add(Check check) {
    checks.add(new Check(prefix + check.name(), check.state(), check.message(), check.remedy()));
  }
}
