package io.regionbridge.router.directory;

import java.util.Locale;
import java.util.Optional;

/** The transport protocols that a port of a Service can have. */
public enum Protocol {
  TCP,
  UDP,
  SCTP;

  /** What SRV names have for it after the underscore, such as {@code tcp} (RFC 2782). */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

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
