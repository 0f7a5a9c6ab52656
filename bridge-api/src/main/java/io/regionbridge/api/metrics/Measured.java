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
 * The sources of all figures, which are read on the thread that scrapes.
 *
 * @param remapped Services that are expanded though their pods listen on other ports
 * @param withheld addresses that peers are not given
 * @param handshakes the last one with each region
 * @param traffic of the tunnels to gateways, if the device can be read
 * @param keyExpiry of this node's key on the overlay, if its agent knows
 * @param egress number of regions in each state of egress
 * @param sound whether each condition is good; unknown ones are left out
 * @param replicas followed ones, by region
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

  /** A part of the heap with its limit, in estimated octets. */
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
    /** The sum of both. */
    public Traffic plus(Traffic other) {
      return new Traffic(received + other.received, sent + other.sent);
    }
  }

  /** A condition of a region: there are a dozen types, and no more regions than are known. */
  public record Subject(String region, String type) {}

  /** The replica of a peer's directory, and its size if there is one. */
  public record Replica(boolean current, Optional<Size> size) {}

  /**
   * The size of a replica.
   *
   * @param ageNanos since it was known to be current
   * @param octets estimated
   */
  public record Size(long ageNanos, int services, int endpoints, long octets) {}
}
