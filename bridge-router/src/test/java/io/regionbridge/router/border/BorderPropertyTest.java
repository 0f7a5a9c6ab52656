package io.regionbridge.router.border;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.RegionDomain;
import io.regionbridge.router.topology.PeerClaim;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.PeerSource;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What holds for any claims at all; each case is made of its number. */
class BorderPropertyTest {
  private static final List<PeerSource> SOURCES = List.of(PeerSource.values());
  private static final int CASES = 10_000;

  private static final List<String> NAMES = List.of("aaa", "hel1", "mn", "zzz");
  private static final List<String> DOMAINS =
      List.of(
          "aaa.internal",
          "hel1.internal",
          "mn.internal",
          "zzz.internal",
          "x.mn.internal",
          "example.org",
          "mn.example.org",
          "stub.example",
          "a.stub.example",
          "corp.example");
  private static final List<String> RANGES =
      List.of(
          "10.0.0.0/8",
          "10.52.0.0/16",
          "10.52.0.0/17",
          "10.52.128.0/17",
          "10.52.7.0/24",
          "10.60.0.0/16",
          "10.60.0.0/15",
          "172.16.0.0/12",
          "8.8.8.0/24",
          "127.0.0.0/8",
          "fd00:1::/64",
          "fd00::/16",
          "2001:db8::/64");
  private static final List<String> GATEWAYS =
      List.of(
          "100.99.0.7:1053",
          "100.99.0.8:1053",
          "100.99.0.66:1053",
          "127.0.0.1:53",
          "169.254.169.254:80",
          "192.0.2.1:1053");
  private static final List<String> KEYS = List.of("k1", "k2", "k3");

  /** What is in force of one region by one source or a more trusted one. */
  private record Values(
      Set<RegionDomain> domain, Set<Cidr> ranges, Set<InetSocketAddress> gateways) {}

  @Test
  void noLessTrustedSourceChangesWhatAMoreTrustedOneSaid() {
    for (int seed = 0; seed < CASES; seed++) {
      Random random = new Random(seed);
      PeerSource limit = SOURCES.get(random.nextInt(SOURCES.size()));
      Border all = border();
      Border trusted = border();
      for (int look = 0; look < 3; look++) {
        List<PeerClaim> claims = claims(random, NAMES, List.of(PeerSource.values()));
        List<PeerClaim> some =
            claims.stream().filter(claim -> claim.source().compareTo(limit) <= 0).toList();
        Map<String, Values> with = values(admit(all, claims), limit);
        Map<String, Values> without = values(admit(trusted, some), limit);
        assertThat(with).as("case %d, look %d, %s", seed, look, limit).isEqualTo(without);
      }
    }
  }

  @Test
  void noNewcomerChangesWhatAnotherRegionHas() {
    for (int seed = 0; seed < CASES; seed++) {
      Random random = new Random(seed);
      List<PeerClaim> honest = claims(random, List.of("hel1", "mn"), List.of(PeerSource.values()));
      List<PeerClaim> hostile = claims(random, List.of("aaa", "zzz"), List.of(PeerSource.OVERLAY));
      Border border = border();
      Map<String, Values> before = values(admit(border, honest), PeerSource.OVERLAY);
      for (int look = 0; look < 2; look++) {
        List<PeerClaim> both = new ArrayList<>(honest);
        both.addAll(hostile);
        Collections.shuffle(both, random);
        Map<String, Values> after = values(admit(border, both), PeerSource.OVERLAY);
        after.keySet().removeAll(Set.of("aaa", "zzz"));
        assertThat(after).as("case %d", seed).isEqualTo(before);
      }
    }
  }

  @Test
  void whatPassesKeepsTheRulesAndDependsOnNoOrder() {
    for (int seed = 0; seed < CASES; seed++) {
      Random random = new Random(seed);
      List<PeerClaim> claims = claims(random, NAMES, List.of(PeerSource.values()));
      Border border = border();
      Admitted admitted = admit(border, claims);
      for (PeerClaim claim : admitted.claims()) {
        claim
            .domain()
            .ifPresent(domain -> {
              assertThat(BorderTest.RULES.clusterDomains()).noneMatch(domain::overlaps);
              assertThat(
                      claim.source().declares()
                          || domain.equals(RegionDomain.ofRegion(claim.name())))
                  .isTrue();
            });
        assertThat(claim.gateways())
            .allSatisfy(gateway ->
                assertThat(
                        claim.source() == PeerSource.CONFIGURATION
                            || !gateway.address().getAddress().isLoopbackAddress())
                    .isTrue())
            .noneMatch(gateway -> gateway.address().getAddress().isLinkLocalAddress());
      }
      List<PeerClaim> shuffled = new ArrayList<>(claims);
      Collections.shuffle(shuffled, random);
      assertThat(admit(border(), shuffled)).as("case %d", seed).isEqualTo(admitted);
      assertThat(admit(border, shuffled).claims())
          .as("case %d, once more", seed)
          .isEqualTo(admitted.claims());
    }
  }

  /** One for which a second passes between two looks. */
  private static Border border() {
    AtomicLong now = new AtomicLong();
    return new Border(() -> now.addAndGet(Border.TOGETHER_MILLIS));
  }

  private static Admitted admit(Border border, List<PeerClaim> claims) {
    return border.admit(claims, BorderTest.RULES, Map.of());
  }

  private static Map<String, Values> values(Admitted admitted, PeerSource limit) {
    Map<String, List<PeerClaim>> regions =
        admitted.claims().stream()
            .filter(claim -> claim.source().compareTo(limit) <= 0)
            .collect(Collectors.groupingBy(PeerClaim::name, TreeMap::new, Collectors.toList()));
    Map<String, Values> values = new TreeMap<>();
    regions.forEach((name, claims) ->
        values.put(
            name,
            new Values(
                claims.stream().flatMap(c -> c.domain().stream()).collect(Collectors.toSet()),
                claims.stream()
                    .flatMap(c -> Stream.concat(c.podCidrs().stream(), c.serviceCidrs().stream()))
                    .collect(Collectors.toSet()),
                claims.stream()
                    .flatMap(c -> c.gateways().stream())
                    .map(PeerRegion.Gateway::address)
                    .collect(Collectors.toSet()))));
    return values;
  }

  private static List<PeerClaim> claims(
      Random random, List<String> names, List<PeerSource> sources) {
    List<PeerClaim> claims = new ArrayList<>();
    int count = 1 + random.nextInt(6);
    for (int i = 0; i < count; i++) {
      PeerSource source = any(random, sources);
      BorderTest.ClaimBuilder said =
          BorderTest.claim(source, any(random, names))
              .pods(some(random, RANGES))
              .gateways(some(random, GATEWAYS))
              .since(Instant.ofEpochSecond(random.nextInt(3)));
      // A declaration without a domain says nothing of it, and so leaves it to the others.
      String domain = any(random, DOMAINS);
      if (source.declares() || random.nextBoolean()) {
        said.domain(domain);
      }
      if (source == PeerSource.OVERLAY) {
        said.key(any(random, KEYS));
      }
      claims.add(said.build());
    }
    return claims;
  }

  private static String[] some(Random random, List<String> values) {
    return values.stream().filter(_ -> random.nextInt(4) == 0).toArray(String[]::new);
  }

  private static <V> V any(Random random, List<V> values) {
    return values.get(random.nextInt(values.size()));
  }
}
