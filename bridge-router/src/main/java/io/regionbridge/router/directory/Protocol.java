package io.regionbridge.router.directory;

import java.util.Optional;

/** The transport protocols that a port of a Service can have. */
public enum Protocol {
  TCP,
  UDP,
  SCTP;

  /** The protocol of that name as Kubernetes writes it, in capitals, or empty if there is none. */
  public static Optional<Protocol> parse(String text) {
    return switch (text) {
      case "TCP" -> Optional.of(TCP);
      case "UDP" -> Optional.of(UDP);
      case "SCTP" -> Optional.of(SCTP);
      default -> Optional.empty();
    };
  }
}
