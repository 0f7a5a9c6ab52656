package io.regionbridge.router.directory;

import java.util.Optional;

/** An address family, as Kubernetes names it. */
public enum IpFamily {
  IPV4("IPv4"),
  IPV6("IPv6");

  private final String text;

  IpFamily(String text) {
    this.text = text;
  }

  /** The name that the Kubernetes API has for it. */
  public String text() {
    return text;
  }

  /** The family of that name; empty for any other text. */
  public static Optional<IpFamily> parse(String text) {
    return switch (text) {
      case "IPv4" -> Optional.of(IPV4);
      case "IPv6" -> Optional.of(IPV6);
      default -> Optional.empty();
    };
  }
}
