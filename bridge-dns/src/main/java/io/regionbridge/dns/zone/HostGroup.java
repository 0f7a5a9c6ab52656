package io.regionbridge.dns.zone;

import org.jspecify.annotations.Nullable;

/**
 * A name that leads to hosts, and all names right below it, of which none is in the zone's index:
 * each host by its label, and each port by two labels, {@code _http._tcp}, with SRV records.
 * Records are made when they are asked for, with the time to live of the zone's SOA. Immutable.
 *
 * <p>In each {@link View} the name has addresses. They are those of the hosts, and SRV records lead
 * to the hosts' names; or they are its own, and SRV records lead to the name itself.
 */
public final class HostGroup extends ZoneNode {
  private final byte[] name;
  private final Side cluster;
  private final Side pods;
  private final PortSet names;

  /**
   * What the name leads to in one view. One object may serve both.
   *
   * @param self its addresses, and the ports at these
   * @param hosts that have names below it: the same object as {@code self} if it leads to them
   */
  public record Side(HostSet self, HostSet hosts) {
    /** It leads to these hosts, and has no address of its own. */
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
   * A group.
   *
   * @param name labels in wire form, folded, without the zone's apex and the label that may be left
   *     out; kept, and not to be changed any more
   * @param cluster to clients in the cluster
   * @param pods to all others
   * @param names ports whose names exist even if no host has them
   */
  public static HostGroup of(byte[] name, Side cluster, Side pods, PortSet names) {
    return new HostGroup(name, cluster, pods, names, 0);
  }

  /** The name, as for {@link #of}; not to be changed. */
  public byte[] name() {
    return name;
  }

  /** The hosts that have names in a view. */
  public HostSet hosts(View view) {
    return side(view).hosts();
  }

  /** Whether another group says the same. */
  public boolean says(@Nullable ZoneNode other) {
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

  HostSet self(View view) {
    return side(view).self();
  }

  /** Writes the group's whole name in a zone; returns where it ends. */
  int writeName(LocalZone zone, byte[] out, int at) {
    System.arraycopy(name, 0, out, at, name.length);
    return zone.writeSuffix(out, at + name.length);
  }

  /** Whether a host has a label, in any view. */
  boolean hasHost(byte[] label, int at, byte[] scratch, int free) {
    return cluster.hosts().find(label, at, scratch, free) >= 0
        || pods.hosts() != cluster.hosts() && pods.hosts().find(label, at, scratch, free) >= 0;
  }

  /** Whether there is a port of a protocol, in any view. */
  boolean hasProtocol(byte[] label, int at, int length) {
    return names.hasProtocol(label, at, length)
        || cluster.self().hasProtocol(label, at, length)
        || pods.self().hasProtocol(label, at, length);
  }

  /** Whether there is a port with two labels, in any view. */
  boolean hasPort(byte[] label, int at, int length) {
    return names.count(label, at, length) > 0
        || cluster.self().hasPort(label, at, length)
        || pods.self().hasPort(label, at, length);
  }

  /**
   * Writes the SRV records of a port; returns where they end.
   *
   * @param label the two labels of the port
   * @param end that must not be passed
   */
  int writeServices(
      byte[] label,
      int labelAt,
      int length,
      View view,
      LocalZone zone,
      int owner,
      byte[] out,
      int at,
      int end) {
    Side side = side(view);
    if (side.leadsToHosts()) {
      return side.hosts().writeServices(label, labelAt, length, this, zone, owner, out, at, end);
    }
    return side.self().writeOwnServices(label, labelAt, length, this, zone, owner, out, at);
  }

  @Override
  boolean ownsName() {
    return true;
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
