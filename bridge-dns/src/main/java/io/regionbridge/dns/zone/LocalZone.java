package io.regionbridge.dns.zone;

import io.regionbridge.dns.wire.Names;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Name;
import org.xbill.DNS.SOARecord;

/**
 * A zone that this region answers for: its domain, or a reverse zone of its addresses. Immutable;
 * {@link #with} makes the next version, which shares all that did not change.
 *
 * <p>One label right below the apex may be left out by those who ask: with {@code svc} as that
 * label, {@code nats.messaging} finds what {@code nats.messaging.svc} holds. A name that exists as
 * it stands comes first.
 */
public final class LocalZone {
  private static final byte[] NO_LABELS = {};

  private final Name apex;
  private final byte[] apexWire;
  private final byte[] omittable;
  private final Extent extent;
  private final boolean forPeers;
  private final RecordSet soa;
  private final NameIndex<ZoneNode> plain;
  private final NameIndex<ZoneNode> shortened;
  private final @Nullable Pointers pointers;

  /** How much of the zone is known. */
  private enum Extent {
    NOTHING,
    PART,
    ALL
  }

  private LocalZone(
      Name apex,
      byte[] apexWire,
      byte[] omittable,
      Extent extent,
      boolean forPeers,
      RecordSet soa,
      NameIndex<ZoneNode> plain,
      NameIndex<ZoneNode> shortened,
      @Nullable Pointers pointers) {
    this.apex = apex;
    this.apexWire = apexWire;
    this.omittable = omittable;
    this.extent = extent;
    this.forPeers = forPeers;
    this.soa = soa;
    this.plain = plain;
    this.shortened = shortened;
    this.pointers = pointers;
  }

  /**
   * Creates a zone with only an SOA. Until {@link #loaded} it is answered with SERVFAIL: names may
   * just not have been read yet.
   *
   * @param apex absolute
   * @param omittable the label below the apex that queries may leave out, or null
   * @param soa for the apex and negative answers (RFC 2308)
   */
  public static LocalZone empty(Name apex, @Nullable String omittable, SOARecord soa) {
    byte[] label = new byte[0];
    if (omittable != null) {
      label = new byte[omittable.length() + 1];
      label[0] = (byte) omittable.length();
      for (int i = 0; i < omittable.length(); i++) {
        label[i + 1] = (byte) omittable.charAt(i);
      }
    }
    RecordSet encoded = RecordSet.of(List.of(soa));
    NameIndex<ZoneNode> plain =
        NameIndex.<ZoneNode>empty().with(NO_LABELS, ZoneNode.EMPTY.with(encoded));
    return new LocalZone(
        apex, wire(apex), label, Extent.NOTHING, true, encoded, plain, NameIndex.empty(), null);
  }

  /** The same zone, from now on complete: a name that it does not hold does not exist. */
  public LocalZone loadedFully() {
    return withExtent(Extent.ALL);
  }

  /**
   * The same zone, from now on served though part of it is not known: names without records get
   * SERVFAIL. A zone that is complete stays so.
   */
  public LocalZone loadedInPart() {
    return extent == Extent.ALL ? this : withExtent(Extent.PART);
  }

  private LocalZone withExtent(Extent next) {
    return extent == next
        ? this
        : new LocalZone(apex, apexWire, omittable, next, forPeers, soa, plain, shortened, pointers);
  }

  /** The same zone, not shown to other regions: they have their own. */
  public LocalZone notForPeers() {
    return new LocalZone(apex, apexWire, omittable, extent, false, soa, plain, shortened, pointers);
  }

  /** Whether other regions may ask for its names. */
  public boolean isForPeers() {
    return forPeers;
  }

  /**
   * The zone with some names changed. The apex always holds the SOA, whatever else it holds.
   *
   * @param changes absolute names at or below the apex; null removes the name's records
   */
  public LocalZone with(Map<Name, @Nullable ZoneNode> changes, SOARecord soa) {
    NameIndex<ZoneNode> nextPlain = plain;
    NameIndex<ZoneNode> nextShortened = shortened;
    for (Map.Entry<Name, @Nullable ZoneNode> change : changes.entrySet()) {
      byte[] relative = relative(change.getKey());
      if (endsWithOmittable(relative, 0, relative.length)) {
        nextShortened = put(nextShortened, cut(relative), change.getValue());
      } else {
        nextPlain = put(nextPlain, relative, change.getValue());
      }
    }
    return next(nextPlain, nextShortened, RecordSet.of(List.of(soa)));
  }

  /**
   * The new node of a name below the label that may be left out; null removes its records.
   *
   * @param name folded labels in wire form, without the apex and that label; must not be changed
   *     any more
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared, and never changed
  public record Change(byte[] name, @Nullable ZoneNode node) {}

  /** The zone with these names changed, and a SOA with another serial number. */
  public LocalZone with(List<Change> changes, long serial) {
    NameIndex<ZoneNode> next = shortened;
    for (Change change : changes) {
      next = put(next, change.name(), change.node());
    }
    return next(plain, next, soa.withSerial(serial));
  }

  private LocalZone next(
      NameIndex<ZoneNode> nextPlain, NameIndex<ZoneNode> nextShortened, RecordSet encoded) {
    ZoneNode.Encoded top =
        nextPlain.get(NO_LABELS) instanceof ZoneNode.Encoded own ? own : ZoneNode.EMPTY;
    NameIndex<ZoneNode> whole = put(nextPlain, NO_LABELS, top.with(encoded));
    return new LocalZone(
        apex, apexWire, omittable, extent, forPeers, encoded, whole, nextShortened, pointers);
  }

  /** The reverse zone with these addresses. */
  public LocalZone with(Pointers next) {
    return next.same(pointers)
        ? this
        : new LocalZone(apex, apexWire, omittable, extent, forPeers, soa, plain, shortened, next);
  }

  /** The addresses of a reverse zone; null in all others. */
  @Nullable Pointers pointers() {
    return pointers;
  }

  private byte[] cut(byte[] relative) {
    return Arrays.copyOf(relative, relative.length - omittable.length);
  }

  private static NameIndex<ZoneNode> put(
      NameIndex<ZoneNode> index, byte[] name, @Nullable ZoneNode node) {
    ZoneNode before = index.get(name);
    int children = before == null ? 0 : before.children();
    if (node != null) {
      NameIndex<ZoneNode> next = index.with(name, node.withChildren(children));
      return before == null ? countChild(next, name, 1) : next;
    }
    if (before == null) {
      return index;
    }
    if (children > 0) {
      return index.with(name, ZoneNode.EMPTY.withChildren(children));
    }
    return name.length == 0 ? index.without(name) : countChild(index.without(name), name, -1);
  }

  /**
   * Tells the name above that it has one child more or less, making or removing an empty
   * non-terminal.
   */
  private static NameIndex<ZoneNode> countChild(
      NameIndex<ZoneNode> index, byte[] name, int difference) {
    if (name.length == 0) {
      return index;
    }
    byte[] above = Arrays.copyOfRange(name, 1 + name[0], name.length);
    ZoneNode node = index.get(above);
    if (node == null) {
      return countChild(index.with(above, ZoneNode.EMPTY.withChildren(1)), above, 1);
    }
    int children = node.children() + difference;
    if (children == 0 && !node.ownsName()) {
      return countChild(index.without(above), above, -1);
    }
    return index.with(above, node.withChildren(children));
  }

  /**
   * What a folded name holds, given {@code length} octets of its labels without the apex, from
   * {@code at}; null if the name does not exist.
   */
  @Nullable ZoneNode find(byte[] name, int at, int length) {
    if (endsWithOmittable(name, at, length)) {
      ZoneNode node = shortened.get(name, at, length - omittable.length);
      if (node != null) {
        return node;
      }
    }
    ZoneNode node = plain.get(name, at, length);
    return node != null || omittable.length == 0 ? node : shortened.get(name, at, length);
  }

  /**
   * The hosts that a folded name leads to, given as for {@link #find}; null if it leads to none.
   */
  @Nullable HostNode hosts(byte[] name, int at, int length) {
    if (endsWithOmittable(name, at, length)
        && shortened.get(name, at, length - omittable.length) instanceof HostNode hosts) {
      return hosts;
    }
    return shortened.get(name, at, length) instanceof HostNode hosts ? hosts : null;
  }

  /** The hosts of a name, given as in {@link Change}; null if it leads to none. */
  public @Nullable HostGroup hosts(byte[] name) {
    return shortened.get(name) instanceof HostGroup group ? group : null;
  }

  /** What a name below the label that may be left out, as {@link Change} has it, holds; or null. */
  public @Nullable ZoneNode held(byte[] name) {
    ZoneNode node = shortened.get(name);
    return node != null && node.ownsName() ? node : null;
  }

  /** Writes what stands behind the name of hosts; returns where it ends. */
  int writeSuffix(byte[] out, int at) {
    System.arraycopy(omittable, 0, out, at, omittable.length);
    System.arraycopy(apexWire, 0, out, at + omittable.length, apexWire.length);
    return at + omittable.length + apexWire.length;
  }

  /** The time to live of records that are made when they are asked for, in seconds. */
  int ttl() {
    return soa.ttl();
  }

  /** Whether an alias leads to a name at or below the apex. */
  boolean holdsTarget(RecordSet alias) {
    byte[] encoded = alias.encoded();
    int length = encoded.length - RecordSet.FIXED;
    return length >= apexWire.length && endsAtApex(encoded, RecordSet.FIXED, length);
  }

  private boolean endsAtApex(byte[] name, int at, int length) {
    int from = length - apexWire.length;
    return Names.equal(name, at + from, apexWire, 0, apexWire.length)
        && labelBegins(name, at, from);
  }

  private boolean endsWithOmittable(byte[] name, int at, int length) {
    int from = length - omittable.length;
    if (omittable.length == 0
        || from < 0
        || !Names.equal(name, at + from, omittable, 0, omittable.length)) {
      return false;
    }
    return labelBegins(name, at, from);
  }

  /**
   * Whether the labels from {@code at} on end right {@code from} octets later: equal octets alone
   * are no label.
   */
  private static boolean labelBegins(byte[] name, int at, int from) {
    int i = 0;
    while (i < from) {
      i += 1 + name[at + i];
    }
    return i == from;
  }

  private byte[] relative(Name name) {
    if (!name.subdomain(apex)) {
      throw new IllegalArgumentException(name + " is not within the zone " + apex);
    }
    byte[] whole = wire(name);
    return Arrays.copyOf(whole, whole.length - apexWire.length);
  }

  private static byte[] wire(Name name) {
    return name.toWireCanonical();
  }

  /** The zone's absolute name. */
  public Name apex() {
    return apex;
  }

  /** Octets of the apex in wire form. */
  int apexLength() {
    return apexWire.length;
  }

  byte[] apexOctets() {
    return apexWire;
  }

  /** Whether the zone is served: all of it is known, or all that can be had for now. */
  public boolean loaded() {
    return extent != Extent.NOTHING;
  }

  /** Whether all of the zone is known: a name that it does not hold does not exist. */
  public boolean complete() {
    return extent == Extent.ALL;
  }

  /** Names in the index: all that exist, but those of hosts, ports and addresses. */
  public int names() {
    return plain.size() + shortened.size();
  }

  RecordSet soa() {
    return soa;
  }
}
