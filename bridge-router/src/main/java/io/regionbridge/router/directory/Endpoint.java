package io.regionbridge.router.directory;

import io.regionbridge.router.net.IpAddress;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One address behind a Service. A pod with several addresses gives several endpoints, of one name
 * if it has a hostname.
 *
 * @param hostname an RFC 1123 label, or null
 */
public record Endpoint(IpAddress address, @Nullable String hostname, Terms terms) {
  /** Creates an endpoint with terms of its own, see {@link Terms}. */
  public Endpoint(
      IpAddress address,
      @Nullable String hostname,
      EndpointState state,
      List<Port> ports,
      @Nullable String zone,
      boolean pod) {
    this(address, hostname, new Terms(state, ports, zone, pod));
  }

  /** An endpoint of which it is not known whether it is a pod. */
  public Endpoint(
      IpAddress address,
      @Nullable String hostname,
      EndpointState state,
      List<Port> ports,
      @Nullable String zone) {
    this(address, hostname, state, ports, zone, false);
  }

  /** An endpoint in no zone. */
  public Endpoint(
      IpAddress address, @Nullable String hostname, EndpointState state, List<Port> ports) {
    this(address, hostname, state, ports, null);
  }

  /** The state by its conditions. */
  public EndpointState state() {
    return terms.state();
  }

  /** What it listens on. */
  public List<Port> ports() {
    return terms.ports();
  }

  /** The zone of its node, or null if not known. */
  public @Nullable String zone() {
    return terms.zone();
  }

  /** Whether a pod of this cluster is known to have the address. */
  public boolean pod() {
    return terms.pod();
  }

  /** The same endpoint at another address. */
  public Endpoint at(IpAddress other) {
    return other.equals(address) ? this : new Endpoint(other, hostname, terms);
  }

  /** Whether it takes connections. */
  public boolean isReady() {
    return state() == EndpointState.READY;
  }

  /** Whether it terminates and still takes connections. */
  public boolean isDraining() {
    return state() == EndpointState.DRAINING;
  }

  /**
   * The label under which DNS knows the endpoint: its hostname, or else its address with dashes,
   * {@code 10-42-0-7} or {@code fd00-42--7}, as CoreDNS has it. A zero stands where the label would
   * otherwise begin or end with a dash.
   */
  public String name() {
    if (hostname != null) {
      return hostname;
    }
    String text = address.toString();
    if (!address.isIpv6()) {
      return text.replace('.', '-');
    }
    String dashed = text.replace(':', '-');
    String begun = dashed.startsWith("-") ? "0" + dashed : dashed;
    return begun.endsWith("-") ? begun + "0" : begun;
  }

  /**
   * A port that an endpoint listens on.
   *
   * @param name of the Service's port, an RFC 1123 label or empty
   * @param port 1 to 65535
   */
  public record Port(String name, Protocol protocol, int port) implements Comparable<Port> {
    private static final Comparator<Port> ORDER =
        Comparator.comparing(Port::name).thenComparing(Port::protocol).thenComparingInt(Port::port);

    /** What SRV names have for the protocol, such as {@code tcp}. */
    public String protocolLabel() {
      return protocol.label();
    }

    @Override
    public int compareTo(Port other) {
      return ORDER.compare(this, other);
    }
  }

  /**
   * What many endpoints have in common. One object serves all of them: {@link Interned#terms}.
   *
   * @param zone of its node, or null if unknown
   * @param pod whether a pod of this cluster is known to have the address
   */
  public record Terms(
      EndpointState state, List<Endpoint.Port> ports, @Nullable String zone, boolean pod) {
    /** Copies the list, unless it is immutable. */
    public Terms {
      ports = List.copyOf(ports);
    }
  }
}
