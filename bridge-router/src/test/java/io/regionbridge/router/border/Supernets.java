package io.regionbridge.router.border;

import io.regionbridge.router.net.Cidr;
import java.util.List;
import java.util.stream.Stream;

/** What peers may claim unless something else is configured: private and shared ranges. */
public final class Supernets {
  public static final List<Cidr> DEFAULT =
      Stream.of("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
          .map(Cidr::of)
          .toList();

  private Supernets() {}
}
