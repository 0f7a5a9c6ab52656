package io.regionbridge.router.egress;

import io.regionbridge.router.net.AliasRanges;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.topology.LocalRegion;
import io.regionbridge.router.topology.LocalRegion.Origin;
import io.regionbridge.router.topology.LocalRegion.Ranges;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.PeerSource;
import io.regionbridge.router.topology.Topology;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Makes topologies: plain ones for a case, and wild ones that no region would admit to. */
final class Topologies {
  private static final String[] TROUBLE = {
    "0.0.0.0/0",
    "::/0",
    "0.0.0.0/1",
    "128.0.0.0/1",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.169.254/32",
    "224.0.0.0/4",
    "255.255.255.255/32",
    "::1/128",
    "64:ff9b::/96",
    "fe80::/10",
    "2002:a00::/24",
    "ff02::/16",
    "8000::/1",
    "2000::/3",
    "fd00::/8"
  };

  private final Random random;

  Topologies(long seed) {
    random = new Random(seed);
  }

  static Topology of(PeerRegion... peers) {
    return new Topology(
        new LocalRegion(
            "fsn1",
            "fsn1.internal",
            new Ranges(cidrs("10.42.0.0/16"), Origin.CONFIGURATION),
            new Ranges(cidrs("10.43.0.0/16"), Origin.CONFIGURATION),
            List.of(
                new LocalRegion.Gateway(
                    "r1",
                    "r1",
                    Optional.of(ip("192.0.2.1")),
                    Optional.of(ip("100.64.0.1")),
                    1053,
                    true,
                    Optional.empty())),
            Optional.of("r1"),
            List.of(ip("192.0.2.1"), ip("192.0.2.2")),
            false,
            LocalRegion.CLUSTER_DOMAINS,
            AliasRanges.NONE),
        List.of(peers),
        List.of(),
        true);
  }

  static PeerRegion peer(String name, List<Cidr> pods, List<Cidr> services, String... gateways) {
    return new PeerRegion(
        name,
        name + ".internal",
        pods,
        services,
        Stream.of(gateways)
            .map(g -> new PeerRegion.Gateway(new InetSocketAddress(ip(g), 1053), Optional.empty()))
            .toList(),
        true,
        Set.of(PeerSource.REGION_OBJECT),
        List.of());
  }

  static List<Cidr> cidrs(String... texts) {
    return Stream.of(texts).map(Cidr::of).toList();
  }

  static InetAddress ip(String text) {
    return IpLiteral.parse(text).orElseThrow();
  }

  /** A topology of few addresses, so that much of it overlaps, without a list of conflicts. */
  Topology wild() {
    List<PeerRegion> peers = new ArrayList<>();
    int count = random.nextInt(4);
    for (int i = 0; i < count; i++) {
      peers.add(
          peer(
              "peer" + i,
              some(3, this::range),
              some(2, this::range),
              some(2, this::address).stream().map(IpLiteral::format).toArray(String[]::new)));
    }
    return new Topology(
        new LocalRegion(
            random.nextInt(5) == 0 ? "peer0" : "home",
            "home.internal",
            new Ranges(some(2, this::range), Origin.CONFIGURATION),
            new Ranges(some(2, this::range), Origin.CONFIGURATION),
            some(
                2,
                () ->
                    new LocalRegion.Gateway(
                        "r",
                        "r",
                        Optional.of(address()).filter(_ -> random.nextBoolean()),
                        Optional.of(address()).filter(_ -> random.nextBoolean()),
                        1053,
                        true,
                        Optional.empty())),
            Optional.empty(),
            some(3, this::address),
            false,
            LocalRegion.CLUSTER_DOMAINS,
            AliasRanges.NONE),
        peers,
        List.of(),
        true);
  }

  EgressRules rules() {
    return new EgressRules(
        some(2, this::range), 1 + random.nextInt(16), 1 + random.nextInt(64), random.nextBoolean());
  }

  Cidr range() {
    return switch (random.nextInt(10)) {
      case 0 -> Cidr.of(TROUBLE[random.nextInt(TROUBLE.length)]);
      case 1 -> mapped();
      case 2, 3 -> Cidr.containing(address6(), 1 + random.nextInt(128));
      default -> Cidr.containing(address4(), 6 + random.nextInt(27));
    };
  }

  /** As netlink hands it over: the JDK's own constructors would make it IPv4. */
  private Cidr mapped() {
    byte[] octets = new byte[16];
    octets[10] = (byte) 0xff;
    octets[11] = (byte) 0xff;
    octets[12] = 10;
    octets[13] = (byte) (1 << random.nextInt(8));
    try {
      return new Cidr(Inet6Address.getByAddress(null, octets, -1), 112);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private InetAddress address() {
    return random.nextInt(4) == 0 ? address6() : address4();
  }

  private InetAddress address4() {
    return ip(
        "10."
            + (1 << random.nextInt(8))
            + "."
            + (1 << random.nextInt(8))
            + "."
            + random.nextInt(4));
  }

  private InetAddress address6() {
    return ip("fd00:" + random.nextInt(3) + ":" + random.nextInt(3) + "::" + random.nextInt(3));
  }

  private <T> List<T> some(int most, Supplier<T> make) {
    return Stream.generate(make).limit(random.nextInt(most + 1)).toList();
  }
}
