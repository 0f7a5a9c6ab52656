package io.regionbridge.router.directory;

import org.jspecify.annotations.Nullable;

/**
 * A port of a Service.
 *
 * @param name an RFC 1123 label, or empty: then there is no SRV record for it
 * @param port what clients of the ClusterIP connect to, 1 to 65535
 * @param target what the pods listen on, as far as the Service says
 * @param appProtocol what is spoken, such as {@code kubernetes.io/h2c}; null if not given
 */
public record ServicePort(
    String name, Protocol protocol, int port, Target target, @Nullable String appProtocol) {

  /** The {@code targetPort} of a Service's port. */
  public sealed interface Target {
    /** A port number, 1 to 65535; the Service's own port when {@code targetPort} is not given. */
    record Numbered(int port) implements Target {}

    /** The name of a container's port: each pod may have another number for it. */
    record Named(String name) implements Target {}
  }

  /** A port of which nothing says what is spoken. */
  public ServicePort(String name, Protocol protocol, int port, Target target) {
    this(name, protocol, port, target, null);
  }

  /** A port that pods listen on under the same number. */
  public ServicePort(String name, Protocol protocol, int port) {
    this(name, protocol, port, new Target.Numbered(port));
  }
}
