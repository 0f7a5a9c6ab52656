package io.regionbridge.api.metrics;

import io.regionbridge.dns.DnsBridge;
import io.regionbridge.router.loop.LoopHealth;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Where the figures come from. All of them are read on the thread that scrapes.
 *
 * @param dns the data plane
 * @param services how many Services there are
 * @param endpoints how many endpoints their names lead to
 * @param remapped how many Services are expanded though their pods listen on other ports
 * @param withheld how many addresses peers are not given
 * @param reloadFailures how many changes of the configuration file were refused
 * @param ready whether the bridge is
 * @param handshakes when the last one with each region was
 * @param traffic of the tunnels to gateways, where the overlay's device can be read
 * @param keyExpiry when this node's key on the overlay expires, where its agent says so
 * @param active whether this node is the active gateway; none is where nobody is elected
 * @param egress how many regions there are in each state of egress
 * @param sound which conditions are as they should be; those not known are left out
 * @param loops how everything that runs in the background fares
 * @param memory how the heap is shared between what grows
 * @param replicas the replicas of the peers' directories that are followed, by region
 * @param imports what the Multi-Cluster Services API concerns; empty where it is switched off
 * @param version of the program
 */
public record Measured(
    DnsBridge dns,
    IntSupplier services,
    IntSupplier endpoints,
    IntSupplier remapped,
    IntSupplier withheld,
    LongSupplier reloadFailures,
    BooleanSupplier ready,
    BooleanSupplier active,
    Supplier<Map<String, Long>> egress,
    Supplier<Map<String, Instant>> handshakes,
    Supplier<Map<End, Traffic>> traffic,
    Supplier<Optional<Instant>> keyExpiry,
    Supplier<Map<Subject, Boolean>> sound,
    Supplier<Map<String, Replica>> replicas,
    Supplier<List<LoopHealth>> loops,
    Supplier<List<Share>> memory,
    Supplier<Optional<Imports>> imports,
    String version) {
  /** How many Services are exported and imported, and whose exports disagree. */
  public record Imports(int exports, int imports, int conflicts) {}

  /**
   * A part of the heap, in octets by estimate.
   *
   * @param name a word, one of a few
   * @param limit what the part may take
   * @param used what it takes
   */
  public record Share(String name, long limit, long used) {}

  /** The other end of a tunnel. */
  public record End(String region, String gateway) implements Comparable<End> {
    @Override
    public int compareTo(End other) {
      return Comparator.comparing(End::region).thenComparing(End::gateway).compare(this, other);
    }
  }

  /** What went through a tunnel, in octets. */
  public record Traffic(long received, long sent) {
    /** Both together. */
    public Traffic plus(Traffic other) {
      return new Traffic(received + other.received, sent + other.sent);
    }
  }

  /** A condition of a region: there are a dozen types, and no more regions than are known. */
  public record Subject(String region, String type) {}

  /**
   * The replica of a peer's directory.
   *
   * @param current whether the peer's names are answered from it
   * @param size of it; empty if there is none
   */
  public record Replica(boolean current, Optional<Size> size) {}

  /**
   * How much a replica holds.
   *
   * @param ageNanos since it was known to be what the peer has
   * @param octets of memory, estimated
   */
  public record Size(long ageNanos, int services, int endpoints, long octets) {}
}
