package io.regionbridge.router.egress;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.netlink.GatewayRule;
import io.regionbridge.router.netlink.Link;
import io.regionbridge.router.settings.RegionSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a router node's kernel does with packets between the overlay and pods. Pure.
 *
 * <p>Cilium sends what pods open by the active gateway, and what they answer by their own node's
 * default route. So what comes to pods gets the address of the router node that it came by, and the
 * answers come back to that one. There Cilium would send them to the active gateway or translate
 * them once more, since they match the policy; a mark of its own keeps it from that.
 *
 * <p>With routes, answers to the pods of peers follow the routes of the agents. An address of the
 * overlay, which a peer with Cilium asks from, has no such route on a worker, and another router
 * node answers it by a tunnel that does not take pods' addresses. What comes from there therefore
 * gets the router node's address as well.
 *
 * <p>Cilium also drops what is larger than the overlay's MTU without a word (ICMP), and passes what
 * pods send by kernel's rules. The segments of both directions are therefore limited where a
 * connection comes in.
 */
public final class GatewayRules {
  private static final int IPV4_AND_TCP = 40;
  private static final int IPV6_AND_TCP = 60;

  /** Cilium compares the MTU with packets that still have it. */
  private static final int ETHERNET = 14;

  /** What each IPv4 host takes (RFC 9293, section 3.7.1); less is no MTU of an overlay. */
  private static final int LEAST_SEGMENT = 536;

  /** Of pods, so that the rules are few. */
  private static final int MOST_RANGES = 16;

  private GatewayRules() {}

  /**
   * The rules of a router node, in a fixed order; none while nothing is sent anywhere.
   *
   * @param destinations the ranges of peers that pods' packets are sent to
   * @param link the overlay's interface
   * @param pods this region's pod ranges
   * @param overlay the ranges of the overlay's own addresses
   */
  public static List<GatewayRule> of(
      RegionSettings.Engine engine,
      List<Cidr> destinations,
      Link link,
      List<Cidr> pods,
      List<Cidr> overlay) {
    if (engine == RegionSettings.Engine.NONE || destinations.isEmpty()) {
      return List.of();
    }
    List<GatewayRule> rules = new ArrayList<>();
    boolean routes = engine == RegionSettings.Engine.ROUTES;
    List<Cidr> foreign = Stream.concat(overlay.stream(), destinations.stream()).toList();
    for (Cidr own : cover(pods, foreign)) {
      (routes ? overlay : foreign)
          .stream()
              .filter(from -> from.isIpv6() == own.isIpv6())
              .filter(from -> !from.overlaps(own))
              .distinct()
              .sorted()
              .forEach(from -> rules.add(new GatewayRule.Answer(from, own)));
      if (!routes) {
        destinations.stream()
            .filter(to -> to.isIpv6() == own.isIpv6())
            .forEach(to -> rules.add(new GatewayRule.Reply(link.name(), own, to)));
      }
    }
    for (boolean ipv6 : new boolean[] {false, true}) {
      int segment = link.mtu() - ETHERNET - (ipv6 ? IPV6_AND_TCP : IPV4_AND_TCP);
      if (segment >= LEAST_SEGMENT && pods.stream().anyMatch(own -> own.isIpv6() == ipv6)) {
        rules.add(new GatewayRule.Segment(link.name(), false, ipv6, segment));
        rules.add(new GatewayRule.Segment(link.name(), true, ipv6, segment));
      }
    }
    return rules;
  }

  /**
   * Few ranges that have all pods in them: a large cluster has a range for each node. They are
   * widened bit by bit, as long as they do not reach what is others'.
   */
  private static List<Cidr> cover(List<Cidr> pods, List<Cidr> foreign) {
    List<Cidr> cover = pods.stream().distinct().sorted().toList();
    int longest = cover.stream().mapToInt(Cidr::prefixLength).max().orElse(0);
    for (int length = longest - 1; cover.size() > MOST_RANGES && length > 0; length--) {
      int most = length;
      List<Cidr> wider =
          cover.stream()
              .map(own -> Cidr.containing(own.network(), Math.min(own.prefixLength(), most)))
              .distinct()
              .sorted()
              .toList();
      if (wider.stream().anyMatch(own -> foreign.stream().anyMatch(own::overlaps))) {
        break;
      }
      cover = wider;
    }
    return cover;
  }
}
