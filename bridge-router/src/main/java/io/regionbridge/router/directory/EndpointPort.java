package io.regionbridge.router.directory;

import java.util.Comparator;

/**
 * A port that an endpoint listens on.
 *
 * @param name the name of the Service's port that leads here, an RFC 1123 label or empty
 * @param port 1 to 65535
 */
public record EndpointPort(String name, Protocol protocol, int port)
    implements Comparable<EndpointPort> {
  private static final Comparator<EndpointPort> ORDER =
      Comparator.comparing(EndpointPort::name)
          .thenComparing(EndpointPort::protocol)
          .thenComparingInt(EndpointPort::port);

  @Override
  public int compareTo(EndpointPort other) {
    return ORDER.compare(this, other);
  }
}
