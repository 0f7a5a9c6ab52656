package io.regionbridge.api.zones;

import io.regionbridge.dns.net.AddressSet;
import io.regionbridge.dns.net.Prefix;
import io.regionbridge.dns.zone.BelievedAddresses;
import io.regionbridge.dns.zone.ForwardZone;
import io.regionbridge.dns.zone.LocalZone;
import io.regionbridge.router.directory.ClusterIpRule;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.Endpoint;
import io.regionbridge.router.directory.EndpointState;
import io.regionbridge.router.directory.ExportAnnotation;
import io.regionbridge.router.directory.ExportRule;
import io.regionbridge.router.directory.Interned;
import io.regionbridge.router.directory.Protocol;
import io.regionbridge.router.directory.RegionServices;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.directory.ServiceTraits;
import io.regionbridge.router.directory.ServiceType;
import io.regionbridge.router.feed.FeedChunk;
import io.regionbridge.router.feed.FeedDecoder;
import io.regionbridge.router.feed.FeedServer;
import io.regionbridge.router.feed.FollowerState;
import io.regionbridge.router.feed.PeerRule;
import io.regionbridge.router.feed.ReplicaBuilder;
import io.regionbridge.router.feed.ReplicaMemory;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpAddress;
import io.regionbridge.router.settings.RegionSettings;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.xbill.DNS.Name;

/**
 * Measures what replicas of peers' directories cost: reading the feeds, the heap that directories
 * and zones keep, and one change in each peer. Run it with {@code ReplicaScale [PEERS
 * [SERVICES-OF-EACH [ENDPOINTS-OF-EACH]]]}.
 */
public final class ReplicaScale {
  private static final int ROUNDS = 100;

  private static final List<Endpoint.Port> HTTP =
      List.of(new Endpoint.Port("http", Protocol.TCP, 8080));

  private ReplicaScale() {}

  public static void main(String[] args) throws Exception {
    int peers = args.length > 0 ? Integer.parseInt(args[0]) : 50;
    int services = args.length > 1 ? Integer.parseInt(args[1]) : 400;
    int endpoints = args.length > 2 ? Integer.parseInt(args[2]) : 5;
    List<List<byte[]>> feeds = new ArrayList<>();
    List<List<byte[]>> changes = new ArrayList<>();
    long plain = 0;
    long zipped = 0;
    for (int peer = 0; peer < peers; peer++) {
      String region = "r" + peer;
      FeedServer server = new FeedServer(peer);
      FeedServer.Reader reader = server.reader(Optional.empty());
      Directory directory = Directory.EMPTY;
      for (int i = 0; i < services; i++) {
        directory = directory.with(service(peer, i, endpoints, 0));
      }
      publish(server, region, directory);
      List<byte[]> feed = new ArrayList<>();
      for (Optional<FeedChunk> chunk = reader.next(); chunk.isPresent(); chunk = reader.next()) {
        feed.add(chunk.get().plain());
        plain += chunk.get().plain().length;
        zipped += chunk.get().deflated().length;
      }
      feeds.add(feed);
      List<byte[]> later = new ArrayList<>();
      for (int round = 0; round < ROUNDS; round++) {
        directory = directory.with(service(peer, round % services, endpoints, 100 + round));
        publish(server, region, directory);
        later.add(reader.next().orElseThrow().plain());
      }
      changes.add(later);
    }
    print("feeds", plain >> 10, "KiB");
    print("feeds by gzip", zipped >> 10, "KiB");
    warmUp(feeds.getFirst());
    long empty = heap();
    ReplicaMemory memory = new ReplicaMemory(1L << 30);
    FeedDecoder decoder = new FeedDecoder(new Interned());
    List<ReplicaBuilder> builders = new ArrayList<>();
    long start = System.nanoTime();
    for (int peer = 0; peer < peers; peer++) {
      ReplicaBuilder builder =
          new ReplicaBuilder("r" + peer, "r" + peer + ".internal", admission(peer), memory);
      read(feeds.get(peer), builder, decoder);
      builders.add(builder);
    }
    print("feeds to replicas", (System.nanoTime() - start) / 1_000_000, "ms");
    long read = heap();
    print("kept by the replicas", read - empty, "KiB");
    ReplicaZones zones = new ReplicaZones();
    start = System.nanoTime();
    List<List<ForwardZone>> kept = new ArrayList<>();
    for (int peer = 0; peer < peers; peer++) {
      kept.add(compile(zones, peer, builders.get(peer)));
    }
    print("replicas to zones", (System.nanoTime() - start) / 1_000_000, "ms");
    long compiled = heap();
    print("kept by the zones", compiled - read, "KiB");
    AllNamesCompiler everywhere =
        new AllNamesCompiler(
            new ZoneSettings(
                Name.fromConstantString("any.internal."),
                Duration.ofSeconds(1),
                List.of(),
                List.of(),
                new PeerRule(
                    ExportRule.ALL,
                    new ClusterIpRule(RegionSettings.ClusterIp.AUTO, false),
                    List.of())));
    List<RegionServices> regions = new ArrayList<>();
    for (int peer = 0; peer < peers; peer++) {
      Directory held = builders.get(peer).replica().orElseThrow().directory();
      regions.add(new RegionServices("r" + peer, "r" + peer + ".internal", held, false, true, 1));
    }
    LocalZone any = everywhere.compile(regions, zones.domains(), true, Instant.now());
    long joined = heap();
    print("kept by any.internal", joined - compiled, "KiB");
    compiled = joined;
    long all = (long) peers * services * endpoints;
    print("octets for each endpoint", ((compiled - empty) << 10) / all, "");
    print("estimated for all", memory.taken() >> 10, "KiB");
    for (int round = 0; round < ROUNDS; round++) {
      start = System.nanoTime();
      for (int peer = 0; peer < peers; peer++) {
        read(List.of(changes.get(peer).get(round)), builders.get(peer), decoder);
        kept.set(peer, compile(zones, peer, builders.get(peer)));
      }
      if (round == 0 || round == ROUNDS - 1) {
        print("one change in each, each", (System.nanoTime() - start) / 1000 / peers, "µs");
      }
    }
    print("names in any.internal", any.names(), "");
    print("zones in the end", kept.size(), "");
  }

  private static void publish(FeedServer server, String region, Directory directory) {
    server.publish(
        directory.withComplete(true),
        PeerRule.AS_GIVEN,
        region,
        region + ".internal",
        Duration.ofSeconds(5));
  }

  /** What the process keeps once it has done such a thing is not part of what replicas cost. */
  private static void warmUp(List<byte[]> feed) throws Exception {
    ReplicaBuilder builder =
        new ReplicaBuilder("r0", "r0.internal", admission(0), new ReplicaMemory(1L << 30));
    read(feed, builder, new FeedDecoder(new Interned()));
    compile(new ReplicaZones(), 0, builder);
  }

  private static List<ForwardZone> compile(ReplicaZones zones, int peer, ReplicaBuilder builder) {
    Cidr range = Cidr.of("10." + peer + ".0.0/16");
    List<ForwardZone> relayed = new ArrayList<>();
    relayed.add(zone(peer, Name.fromConstantString("r" + peer + ".internal.")));
    ReverseZones.apexesOf(range).forEach(apex -> relayed.add(zone(peer, apex)));
    FollowerState state =
        new FollowerState(
            FollowerState.Standing.CURRENT, builder.replica(), 0, 0, Optional.empty(), "");
    return zones.with(relayed, List.of(range), state, Instant.now());
  }

  private static ForwardZone zone(int peer, Name apex) {
    return new ForwardZone(
        "r" + peer,
        apex,
        List.of(),
        new BelievedAddresses(AddressSet.NONE, false, AddressSet.NONE));
  }

  private static BelievedServices admission(int peer) {
    return new BelievedServices(
        BelievedAddresses.within(
            AddressSet.of(List.of(new Prefix(InetAddress.ofLiteral("10." + peer + ".0.0"), 16)))));
  }

  private static void read(List<byte[]> chunks, ReplicaBuilder builder, FeedDecoder decoder)
      throws Exception {
    for (byte[] chunk : chunks) {
      int from = 0;
      for (int i = 0; i < chunk.length; i++) {
        if (chunk[i] == '\n') {
          builder.take(decoder.decode(chunk, from, i - from));
          from = i + 1;
        }
      }
    }
  }

  private static DirectoryService service(int peer, int number, int endpoints, int shift) {
    List<Endpoint> all = new ArrayList<>();
    for (int i = 0; i < endpoints; i++) {
      int host = (number * endpoints + i) % 65_000 + shift;
      all.add(
          new Endpoint(
              new IpAddress.V4(10 << 24 | peer << 16 | host), null, EndpointState.READY, HTTP));
    }
    return DirectoryService.choose(
        new ServiceFacts(
            new ServiceKey("team-" + number % 40, "service-" + number + "-" + peer),
            ServiceType.CLUSTER_IP,
            List.of(),
            List.of(
                new ServiceFacts.Port(
                    "http", Protocol.TCP, 80, new ServiceFacts.Port.Target.Numbered(8080))),
            false,
            null,
            ExportAnnotation.NONE,
            ServiceTraits.NONE),
        all);
  }

  private static long heap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    Runtime runtime = Runtime.getRuntime();
    return (runtime.totalMemory() - runtime.freeMemory()) >> 10;
  }

  private static void print(String what, long figure, String unit) {
    System.out.printf("%-30s %,10d %s%n", what, figure, unit);
  }
}
