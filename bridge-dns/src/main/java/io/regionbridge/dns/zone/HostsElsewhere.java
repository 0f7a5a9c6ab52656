package io.regionbridge.dns.zone;

import io.regionbridge.dns.wire.Names;
import io.regionbridge.dns.wire.ReplyWriter;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Type;

/**
 * A name that leads to hosts of other zones, in one place or several. A host with a label of its
 * own has a name below this one, the label of its place in between; all others are called as in the
 * zone of their place. The same in every {@link View}.
 *
 * <p>A linked list: each link has the hosts of one place.
 */
public final class HostsElsewhere extends HostNode {
  private final byte[] name;
  private final Place place;
  private final HostSet self;
  private final HostSet hosts;
  private final boolean answers;
  private final @Nullable HostsElsewhere next;

  /**
   * Where hosts are. One object serves all names.
   *
   * @param label folded, with its length octet
   * @param suffix the labels behind a name there, in wire form, folded, up to the root
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by content, and never changed
  public record Place(byte[] label, byte[] suffix) {
    @Override
    public boolean equals(@Nullable Object other) {
      return this == other
          || other instanceof Place place
              && Arrays.equals(label, place.label)
              && Arrays.equals(suffix, place.suffix);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(label) * 31 + Arrays.hashCode(suffix);
    }
  }

  private HostsElsewhere(
      byte[] name,
      Place place,
      HostSet self,
      HostSet hosts,
      boolean answers,
      @Nullable HostsElsewhere next,
      int children) {
    super(children);
    this.name = name;
    this.place = place;
    this.self = self;
    this.hosts = hosts;
    this.answers = answers;
    this.next = next;
  }

  /**
   * Creates a name and its hosts.
   *
   * @param name as for {@link HostGroup#of}
   * @param self the addresses and ports that it leads to there: {@code hosts}, or others, whose SRV
   *     records lead to the same name there
   * @param answers whether these are in the answer; otherwise only names of hosts with labels exist
   * @param next those of other places
   */
  public static HostsElsewhere of(
      byte[] name,
      Place place,
      HostSet self,
      HostSet hosts,
      boolean answers,
      @Nullable HostsElsewhere next) {
    return new HostsElsewhere(name, place, self, hosts, answers, next, 0);
  }

  /** The name, as for {@link #of}; not to be changed. */
  @Override
  public byte[] name() {
    return name;
  }

  /** Whether another node has the same records. */
  @SuppressWarnings("ReferenceEquality") // whether it is the same object is what counts
  public boolean hasSameRecords(@Nullable ZoneNode other) {
    return other instanceof HostsElsewhere node
        && answers == node.answers
        && place.equals(node.place)
        && self.equals(node.self)
        && hosts.equals(node.hosts)
        && (self == hosts) == (node.self == node.hosts)
        && (next == null ? node.next == null : next.hasSameRecords(node.next));
  }

  @Override
  boolean hasAddresses(View view, int type) {
    for (HostsElsewhere link = this; link != null; link = link.next) {
      if (link.answers && link.self.hasAddresses(type)) {
        return true;
      }
    }
    return false;
  }

  @Override
  int writeAddresses(LocalQuestion q, int ttl, ReplyWriter reply) {
    int type = q.type;
    byte[] out = reply.out();
    int at = reply.at();
    if (next == null) {
      return self.writeAddresses(type, q.owner, ttl, q.turn, out, at, ReplyWriter.BODY_END);
    }
    int all = 0;
    for (HostsElsewhere link = this; link != null; link = link.next) {
      all += link.answers ? link.self.count(type) : 0;
    }
    int first = Integer.remainderUnsigned(q.turn, Math.max(1, all));
    // The place with the first address, then those after it, then those before it.
    int from = at;
    int size = HostSet.octets(type);
    for (int round = 0; round < 2; round++) {
      int seen = 0;
      for (HostsElsewhere link = this; link != null; link = link.next) {
        int count = link.answers ? link.self.count(type) : 0;
        boolean late = seen + count > first;
        if (count > 0 && late == (round == 0)) {
          int begin = Math.max(0, first - seen);
          from +=
              size
                  * link.self.writeAddresses(
                      type, q.owner, ttl, begin, out, from, ReplyWriter.BODY_END);
        }
        seen += count;
      }
    }
    return (from - at) / size;
  }

  @Override
  boolean hasHost(byte[] labels, int at, int length, byte[] scratch, int free) {
    for (HostsElsewhere link = this; link != null; link = link.next) {
      if (link.isHere(labels, at, length) && link.hosts.findNamed(labels, at) >= 0) {
        return true;
      }
    }
    return false;
  }

  /** Whether the second of two labels is that of the place. */
  private boolean isHere(byte[] labels, int at, int length) {
    int second = 1 + labels[at];
    return length - second == place.label.length
        && Names.equal(labels, at + second, place.label, 0, place.label.length);
  }

  @Override
  int writeHost(LocalQuestion q, int ttl, ReplyWriter reply) {
    for (HostsElsewhere link = this; link != null; link = link.next) {
      if (link.isHere(q.labels, q.at, q.length)) {
        int host = link.hosts.findNamed(q.labels, q.at);
        return host < 0 ? 0 : link.hosts.writeHost(host, q, ttl, reply);
      }
    }
    return 0;
  }

  @Override
  boolean isAbove(byte[] label, int at, int length) {
    for (HostsElsewhere link = this; link != null; link = link.next) {
      boolean named =
          length == link.place.label.length
              && Names.equal(label, at, link.place.label, 0, length)
              && link.hosts.hasNames();
      if (named || link.answers && link.self.hasProtocol(label, at, length)) {
        return true;
      }
    }
    return false;
  }

  @Override
  boolean hasPort(byte[] labels, int at, int length) {
    for (HostsElsewhere link = this; link != null; link = link.next) {
      if (link.answers && link.self.hasPort(labels, at, length)) {
        return true;
      }
    }
    return false;
  }

  @Override
  int writeServices(LocalQuestion q, LocalZone zone, byte[] out, int at) {
    int all = 0;
    for (HostsElsewhere link = this; link != null; link = link.next) {
      all += link.countServices(q);
    }
    int first = Integer.remainderUnsigned(q.turn, Math.max(1, all));
    // As for addresses: the place of the first record, then those after it, then those before it.
    int from = at;
    for (int round = 0; round < 2; round++) {
      int seen = 0;
      for (HostsElsewhere link = this; link != null; link = link.next) {
        int count = link.countServices(q);
        boolean late = seen + count > first;
        if (count > 0 && late == (round == 0)) {
          from =
              link.leadsToHosts()
                  ? link.hosts.writeServices(q, all, link, zone, out, from)
                  : link.self.writeOwnServices(q, all, link, zone, out, from);
        }
        seen += count;
      }
    }
    return from;
  }

  /** How many SRV records of a port are among the answer. */
  private int countServices(LocalQuestion q) {
    if (!answers) {
      return 0;
    }
    return leadsToHosts()
        ? hosts.countServices(q.labels, q.at, q.length)
        : self.countOwnServices(q.labels, q.at, q.length);
  }

  @SuppressWarnings("ReferenceEquality") // whether it is the same object is what counts
  private boolean leadsToHosts() {
    return self == hosts;
  }

  @Override
  int writeHostName(HostSet of, int host, LocalZone zone, byte[] out, int at) {
    int end = of.writeLabel(host, out, at);
    if (!of.isNamed(host)) {
      return writeSelf(zone, out, end);
    }
    System.arraycopy(place.label, 0, out, end, place.label.length);
    end += place.label.length;
    System.arraycopy(name, 0, out, end, name.length);
    return zone.writeSuffix(out, end + name.length);
  }

  @Override
  int writeSelf(LocalZone zone, byte[] out, int at) {
    System.arraycopy(name, 0, out, at, name.length);
    System.arraycopy(place.suffix, 0, out, at + name.length, place.suffix.length);
    return at + name.length + place.suffix.length;
  }

  @Override
  boolean hasRecords() {
    return hasAddresses(View.PODS, Type.A) || hasAddresses(View.PODS, Type.AAAA);
  }

  @Override
  HostsElsewhere withChildren(int count) {
    return count == children()
        ? this
        : new HostsElsewhere(name, place, self, hosts, answers, next, count);
  }
}
