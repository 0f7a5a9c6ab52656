package io.regionbridge.dns.zone;

import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Type;

/**
 * Where the names at and below an apex are answered. One object per zone and table; compared by
 * identity.
 */
public sealed interface ZoneRoute {
  /** The apex, folded, in wire form; not to be changed. */
  byte[] apex();

  /**
   * A small number that stands for the apex as long as the process lives: metrics are counted by
   * it.
   */
  int id();

  /** Answered here, from {@link #zone}. */
  final class Local implements ZoneRoute {
    private final LocalZone zone;
    private final int id;

    Local(LocalZone zone, int id) {
      this.zone = zone;
      this.id = id;
    }

    /** The records. */
    public LocalZone zone() {
      return zone;
    }

    @Override
    public byte[] apex() {
      return zone.apexOctets();
    }

    @Override
    public int id() {
      return id;
    }
  }

  /**
   * Answered here, from a replica of the peer region's zone. The peer is asked when the replica is
   * no longer current.
   */
  final class Replica implements ZoneRoute {
    private final LocalZone zone;
    private final Forward forward;

    Replica(LocalZone zone, Forward forward) {
      this.zone = zone;
      this.forward = forward;
    }

    /** The records. */
    public LocalZone zone() {
      return zone;
    }

    /** The way to the region itself. */
    public Forward forward() {
      return forward;
    }

    @Override
    public byte[] apex() {
      return forward.apex();
    }

    @Override
    public int id() {
      return forward.id();
    }
  }

  /** Relayed to a peer region. */
  final class Forward implements ZoneRoute {
    private final ForwardZone zone;
    private final byte[] apex;
    private final int id;
    private final int epoch;

    Forward(ForwardZone zone, int id, int epoch) {
      this.zone = zone;
      this.apex = zone.apex().toWireCanonical();
      this.id = id;
      this.epoch = epoch;
    }

    /** The peer and its gateways. */
    public ForwardZone zone() {
      return zone;
    }

    /**
     * Whether an answer to a question of this type can have data: not if it asks for addresses of a
     * family of which the region has none.
     */
    public boolean hasFamily(int type) {
      return type != Type.A && type != Type.AAAA || zone.addresses().hasFamily(type == Type.AAAA);
    }

    /** What the region had when that was last known; null if it is not known. */
    public @Nullable LocalZone lastKnown() {
      ReplicaZone replica = zone.replica();
      return replica == null ? null : replica.zone();
    }

    /**
     * Part of the key of cached answers: another number when answers taken before may no longer be
     * given, because the zone went to another region, other addresses are allowed, or answers have
     * come from a replica since.
     */
    public int epoch() {
      return epoch;
    }

    @Override
    public byte[] apex() {
      return apex;
    }

    @Override
    public int id() {
      return id;
    }
  }
}
