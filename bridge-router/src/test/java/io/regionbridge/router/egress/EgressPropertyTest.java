package io.regionbridge.router.egress;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.egress.EgressPlan.RegionEgress;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.Topology;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What holds for any topology. The oracle compares the first and the last address of ranges as
 * numbers, IPv4 addresses in IPv6 being the same as plain ones.
 */
class EgressPropertyTest {
  private static final int ROUNDS = 4_000;
  private static final BigInteger MAPPED = new BigInteger("ffff00000000", 16);
  private static final BigInteger BEYOND_IPV6 = BigInteger.ONE.shiftLeft(128);

  /** A range as numbers: IPv4 lies beyond IPv6, whichever way it is spelt. */
  private record Span(BigInteger first, BigInteger last) {
    static Span of(Cidr cidr) {
      byte[] network = cidr.network().getAddress();
      BigInteger base = new BigInteger(1, network);
      BigInteger size = BigInteger.ONE.shiftLeft(network.length * 8 - cidr.prefixLength());
      boolean mapped =
          network.length == 16
              && cidr.prefixLength() >= 96
              && base.shiftRight(32).equals(MAPPED.shiftRight(32));
      BigInteger plain = mapped ? base.subtract(MAPPED) : base;
      BigInteger first = network.length == 4 || mapped ? plain.add(BEYOND_IPV6) : plain;
      return new Span(first, first.add(size).subtract(BigInteger.ONE));
    }

    static Span of(String first, String last) {
      return new Span(of(Cidr.of(first)).first, of(Cidr.of(last)).last);
    }

    static Span of(InetAddress address) {
      return of(Cidr.host(address));
    }

    boolean meets(Span other) {
      return first.compareTo(other.last) <= 0 && other.first.compareTo(last) <= 0;
    }
  }

  private static final List<Span> NEVER =
      List.of(
          Span.of("0.0.0.0/32", "0.255.255.255/32"),
          Span.of("127.0.0.0/32", "127.255.255.255/32"),
          Span.of("169.254.0.0/32", "169.254.255.255/32"),
          Span.of("224.0.0.0/32", "255.255.255.255/32"),
          Span.of("fe80::/128", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"),
          Span.of("ff00::/128", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"));

  @Test
  void noPlanHasAForbiddenAddressAndNothingElseIsRefused() {
    int sent = 0;
    int refused = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      Topologies some = new Topologies(seed);
      Topology topology = some.wild();
      EgressRules rules = some.rules();
      Map<String, List<Cidr>> remembered = new TreeMap<>();
      if (seed % 3 == 0) {
        remembered.put("peer1", List.of(some.range()));
        remembered.put("gone", List.of(some.range(), some.range()));
      }
      EgressPlan plan = EgressPlanner.plan(topology, rules, remembered);
      for (RegionEgress region : plan.regions()) {
        List<Span> forbidden = forbidden(topology, rules, region.region(), remembered);
        for (Cidr cidr : region.destinations()) {
          assertThat(allowed(cidr, rules, forbidden))
              .as("seed %d: %s must not be sent to %s", seed, cidr, region.region())
              .isTrue();
          sent++;
        }
        for (RefusedRange refusal : region.refusals()) {
          assertThat(allowed(refusal.cidr(), rules, forbidden))
              .as("seed %d: refused without need: %s", seed, refusal)
              .isFalse();
          refused++;
        }
      }
      assertThat(plan)
          .as("seed %d: in any order", seed)
          .isEqualTo(EgressPlanner.plan(reversed(topology), rules, remembered));
      assertNoTwoRegionsShare(plan);
    }
    assertThat(sent).as("the generator makes ranges that pass").isGreaterThan(ROUNDS / 20);
    assertThat(refused).as("and such that do not").isGreaterThan(ROUNDS / 20);
  }

  @Test
  void whatAPeerClaimsIsEitherSentOrRefusedWithAReason() {
    for (int seed = 0; seed < ROUNDS / 4; seed++) {
      Topologies some = new Topologies(seed);
      Topology topology = some.wild();
      EgressPlan plan = EgressPlanner.plan(topology, some.rules(), Map.of());
      for (PeerRegion peer : topology.peers()) {
        RegionEgress region = plan.region(peer.name()).orElseThrow();
        for (Cidr cidr : peer.podCidrs()) {
          boolean sent = region.destinations().stream().anyMatch(d -> d.contains(cidr));
          boolean refused = region.refusals().stream().anyMatch(r -> r.cidr().equals(cidr));
          assertThat(sent ^ refused || sent && within(region.destinations(), cidr))
              .as("seed %d: %s of %s", seed, cidr, peer.name())
              .isTrue();
        }
      }
    }
  }

  private static boolean within(List<Cidr> destinations, Cidr cidr) {
    return destinations.stream().anyMatch(d -> d.contains(cidr) && !d.equals(cidr));
  }

  private static boolean allowed(Cidr cidr, EgressRules rules, List<Span> forbidden) {
    boolean ipv6 = cidr.network().getAddress().length == 16;
    Span span = Span.of(cidr);
    boolean hidesIpv4 =
        ipv6
            && (span.first().compareTo(BEYOND_IPV6) >= 0
                || span.meets(Span.of(Cidr.of("::/8")))
                || span.meets(Span.of(Cidr.of("2002::/16")))
                || span.meets(Span.of(Cidr.of("2001::/32"))));
    int shortest = ipv6 ? rules.shortestIpv6() : rules.shortestIpv4();
    return cidr.prefixLength() >= shortest
        && !hidesIpv4
        && forbidden.stream().noneMatch(span::meets);
  }

  private static List<Span> forbidden(
      Topology topology, EgressRules rules, String region, Map<String, List<Cidr>> remembered) {
    List<Span> spans = new ArrayList<>(NEVER);
    var local = topology.local();
    Stream.of(rules.overlay(), local.podCidrs().cidrs(), local.serviceCidrs().cidrs())
        .flatMap(List::stream)
        .forEach(cidr -> spans.add(Span.of(cidr)));
    local.nodeAddresses().forEach(address -> spans.add(Span.of(address)));
    local
        .gateways()
        .forEach(g -> {
          g.nodeAddress().ifPresent(address -> spans.add(Span.of(address)));
          g.overlayAddress().ifPresent(address -> spans.add(Span.of(address)));
        });
    topology.peers().stream()
        .flatMap(peer -> peer.gateways().stream())
        .forEach(g -> spans.add(Span.of(g.address().getAddress())));
    List<Span> whoeverClaims = List.copyOf(spans);
    topology.peers().stream()
        .filter(peer -> !peer.name().equals(region))
        .flatMap(peer -> Stream.concat(peer.podCidrs().stream(), peer.serviceCidrs().stream()))
        .filter(cidr -> allowed(cidr, rules, whoeverClaims))
        .forEach(cidr -> spans.add(Span.of(cidr)));
    if (isRemembered(topology, rules, region)) {
      remembered.forEach((other, cidrs) -> {
        if (!other.equals(region) && isRemembered(topology, rules, other)) {
          cidrs.forEach(cidr -> spans.add(Span.of(cidr)));
        }
      });
    }
    return spans;
  }

  private static boolean isRemembered(Topology topology, EgressRules rules, String region) {
    return !topology.local().name().equals(region)
        && topology
            .peer(region)
            .map(p -> p.podCidrs().isEmpty() && !(rules.services() && !p.serviceCidrs().isEmpty()))
            .orElse(true);
  }

  private static void assertNoTwoRegionsShare(EgressPlan plan) {
    List<RegionEgress> regions = plan.regions();
    for (RegionEgress one : regions) {
      for (RegionEgress other : regions) {
        if (!one.region().equals(other.region())) {
          assertThat(one.destinations())
              .noneMatch(d -> other.destinations().stream().anyMatch(d::overlaps));
        }
      }
    }
  }

  private static Topology reversed(Topology topology) {
    return new Topology(
        topology.local(), topology.peers().reversed(), topology.conflicts().reversed(), true);
  }
}
