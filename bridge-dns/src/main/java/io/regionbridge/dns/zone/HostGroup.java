package io.regionbridge.dns.zone;

import io.regionbridge.dns.wire.ReplyWriter;
import org.jspecify.annotations.Nullable;

/**
 * A name that leads to hosts, and all names right below it, of which none is in the zone's index:
 * each host by its label, and each port by two labels, {@code _http._tcp}, with SRV records.
 * Records are made when they are asked for, with the time to live of the zone's SOA. Immutable.
 *
 * <p>In each {@link View} the name has either the addresses of the hosts, with SRV records that
 * point at the hosts' names, or addresses of its own, with SRV records that point at the name
 * itself.
 */
public final class HostGroup extends HostNode {
  private final byte[] name;
  private final Side cluster;
  private final Side pods;
  private final PortSet names;

  /**
   * What the name leads to in one view.
   *
   * @param self its addresses, and the ports at these
   * @param hosts with names below it: the same object as {@code self} if the name leads to them
   */
  @SuppressWarnings("ReferenceEquality") // whether it is the same object is what counts
  public record Side(HostSet self, HostSet hosts) {
    /** Creates a side with the addresses of these hosts and no address of its own. */
    public Side(HostSet hosts) {
      this(hosts, hosts);
    }

    private boolean leadsToHosts() {
      return self == hosts;
    }
  }

  private HostGroup(byte[] name, Side cluster, Side pods, PortSet names, int children) {
    super(children);
    this.name = name;
    this.cluster = cluster;
    this.pods = pods;
    this.names = names;
  }

  /**
   * Creates a group.
   *
   * @param name folded labels in wire form, without the zone's apex and the label that may be left
   *     out; must not be changed any more
   * @param names ports whose names exist even if no host has them
   */
  public static HostGroup of(byte[] name, Side cluster, Side pods, PortSet names) {
    return new HostGroup(name, cluster, pods, names, 0);
  }

  /** The name, as for {@link #of}; not to be changed. */
  @Override
  public byte[] name() {
    return name;
  }

  /** The hosts that have names in a view. */
  public HostSet hosts(View view) {
    return side(view).hosts();
  }

  /** Whether another node has the same records. */
  public boolean hasSameRecords(@Nullable ZoneNode other) {
    return other instanceof HostGroup group
        && cluster.equals(group.cluster)
        && pods.equals(group.pods)
        && names.equals(group.names)
        && cluster.leadsToHosts() == group.cluster.leadsToHosts()
        && pods.leadsToHosts() == group.pods.leadsToHosts();
  }

  private Side side(View view) {
    return view == View.CLUSTER ? cluster : pods;
  }

  @Override
  boolean hasAddresses(View view, int type) {
    return side(view).self().hasAddresses(type);
  }

  @Override
  int writeAddresses(LocalQuestion q, int ttl, ReplyWriter reply) {
    return side(q.view)
        .self()
        .writeAddresses(
            q.type, q.owner, ttl, q.turn, reply.out(), reply.at(), ReplyWriter.BODY_END);
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // the same ones: looked at already
  boolean hasHost(byte[] labels, int at, int length, byte[] scratch, int free) {
    return length == 1 + labels[at]
        && (cluster.hosts().find(labels, at, scratch, free) >= 0
            || pods.hosts() != cluster.hosts()
                && pods.hosts().find(labels, at, scratch, free) >= 0);
  }

  @Override
  int writeHost(LocalQuestion q, int ttl, ReplyWriter reply) {
    HostSet hosts = side(q.view).hosts();
    int host = hosts.find(q.labels, q.at, reply.out(), reply.at());
    return host < 0 ? 0 : hosts.writeHost(host, q, ttl, reply);
  }

  @Override
  boolean isAbove(byte[] label, int at, int length) {
    return names.hasProtocol(label, at, length)
        || cluster.self().hasProtocol(label, at, length)
        || pods.self().hasProtocol(label, at, length);
  }

  @Override
  boolean hasPort(byte[] labels, int at, int length) {
    return names.count(labels, at, length) > 0
        || cluster.self().hasPort(labels, at, length)
        || pods.self().hasPort(labels, at, length);
  }

  @Override
  int writeServices(LocalQuestion q, LocalZone zone, byte[] out, int at) {
    Side side = side(q.view);
    HostSet self = side.self();
    return side.leadsToHosts()
        ? self.writeServices(q, self.countServices(q.labels, q.at, q.length), this, zone, out, at)
        : self.writeOwnServices(
            q, self.countOwnServices(q.labels, q.at, q.length), this, zone, out, at);
  }

  @Override
  int writeSelf(LocalZone zone, byte[] out, int at) {
    System.arraycopy(name, 0, out, at, name.length);
    return zone.writeSuffix(out, at + name.length);
  }

  @Override
  int writeHostName(HostSet hosts, int host, LocalZone zone, byte[] out, int at) {
    return writeSelf(zone, out, hosts.writeLabel(host, out, at));
  }

  @Override
  boolean hasRecords() {
    return !cluster.self().isEmpty() || !pods.self().isEmpty();
  }

  @Override
  HostGroup withChildren(int count) {
    return count == children() ? this : new HostGroup(name, cluster, pods, names, count);
  }
}
