package io.regionbridge.router.diagnosis;

import io.regionbridge.router.linux.KernelFile;
import io.regionbridge.router.loop.FailureReason;
import io.regionbridge.router.netlink.InterfaceAddress;
import io.regionbridge.router.netlink.Link;
import io.regionbridge.router.netlink.Route;
import io.regionbridge.router.netlink.RouteNetlink;
import io.regionbridge.router.tunnel.TunnelDriver;
import io.regionbridge.router.tunnel.TunnelDrivers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** This node's network as text, for a bug report. No keys but public ones. */
final class HostReport {
  private static final List<String> SETTINGS =
      List.of(
          "net/ipv4/ip_forward",
          "net/ipv4/conf/all/rp_filter",
          "net/ipv4/conf/all/src_valid_mark",
          "net/ipv6/conf/all/forwarding",
          "net/netfilter/nf_conntrack_count",
          "net/netfilter/nf_conntrack_max",
          "net/core/rmem_max",
          "kernel/osrelease");

  private static final List<String> DEVICES = List.of("wt0", "tailscale0", "wg0");

  private HostReport() {}

  /** Links, addresses and routes of all tables. */
  static String network() throws IOException {
    StringBuilder text = new StringBuilder();
    try (RouteNetlink netlink = RouteNetlink.open()) {
      for (Link link : netlink.links()) {
        text.append(link).append('\n');
      }
      for (InterfaceAddress address : netlink.addresses()) {
        text.append(address).append('\n');
      }
      for (Route route : netlink.routes()) {
        text.append(route).append('\n');
      }
    }
    return text.toString();
  }

  /** Settings of the kernel that matter here. */
  static String settings() {
    StringBuilder text = new StringBuilder();
    for (String setting : SETTINGS) {
      text.append(setting.replace('/', '.')).append(" = ").append(value(setting)).append('\n');
    }
    return text.toString();
  }

  private static String value(String setting) {
    try {
      return KernelFile.read(Path.of("/proc/sys", setting));
    } catch (IOException e) {
      return "not there";
    }
  }

  /** The overlay's devices with their peers. */
  static String wireGuard() {
    StringBuilder text = new StringBuilder();
    for (String device : DEVICES) {
      text.append(device).append(": ").append(device(device)).append('\n');
    }
    return text.toString();
  }

  private static String device(String name) {
    try {
      Optional<TunnelDriver> driver = TunnelDrivers.forInterface(name);
      if (driver.isEmpty()) {
        return "not there";
      }
      try (TunnelDriver opened = driver.get()) {
        return opened.read().toString();
      }
    } catch (IOException e) {
      return "cannot be read: " + FailureReason.describe(e);
    }
  }
}
