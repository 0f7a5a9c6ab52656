package io.regionbridge.dns.zone;

import io.regionbridge.dns.wire.ReplyWriter;

/**
 * A name that leads to hosts, and all names below it, of which none is in the zone's index. Records
 * are made when they are asked for, with the time to live of the zone's SOA. Immutable; answering
 * allocates nothing.
 */
abstract sealed class HostNode extends ZoneNode implements NameIndex.Named
    permits HostGroup, HostsElsewhere {
  HostNode(int children) {
    super(children);
  }

  /** Whether the name itself has addresses of a record type. */
  abstract boolean hasAddresses(View view, int type);

  /**
   * Writes the name's own addresses to a reply until there is no more room, rotated with each turn,
   * and returns how many.
   */
  abstract int writeAddresses(LocalQuestion question, int ttl, ReplyWriter reply);

  /**
   * Whether labels right in front of the name are those of a host, in any view.
   *
   * @param labels folded, with length octets
   * @param scratch room for a label at {@code free}
   */
  abstract boolean hasHost(byte[] labels, int at, int length, byte[] scratch, int free);

  /** Writes the addresses of the host that the question's labels name, and returns how many. */
  abstract int writeHost(LocalQuestion question, int ttl, ReplyWriter reply);

  /** Whether names lie below a label right in front of the name, in any view. */
  abstract boolean isAbove(byte[] label, int at, int length);

  /** Whether two labels right in front of the name are those of a port, in any view. */
  abstract boolean hasPort(byte[] labels, int at, int length);

  /**
   * Writes the SRV records of the port that the question's labels name, until there is no more
   * room; returns where they end.
   */
  abstract int writeServices(LocalQuestion question, LocalZone zone, byte[] out, int at);

  /** Writes the whole name of one of the hosts; returns where it ends. */
  abstract int writeHostName(HostSet hosts, int host, LocalZone zone, byte[] out, int at);

  /**
   * Writes the whole name that SRV records lead to which lead to no host; returns where it ends.
   */
  abstract int writeSelf(LocalZone zone, byte[] out, int at);

  @Override
  boolean ownsName() {
    return true;
  }
}
