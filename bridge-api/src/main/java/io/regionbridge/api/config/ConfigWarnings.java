package io.regionbridge.api.config;

import io.regionbridge.router.net.Cidr;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What a configuration may say but hardly means. */
final class ConfigWarnings {
  /** What resolvers wait for an answer before they ask again: resolv.conf(5). */
  private static final Duration RESOLVER_TIMEOUT = Duration.ofSeconds(5);

  private ConfigWarnings() {}

  static List<ConfigProblem> of(BridgeConfig config) {
    List<ConfigProblem> warnings = new ArrayList<>();
    openToAll(config.dns(), warnings);
    if (config.dns().relay().timeout().compareTo(RESOLVER_TIMEOUT) >= 0) {
      warnings.add(
          new ConfigProblem(
              "dns.relay.timeout",
              "clients give up after 5s, before a stale answer could be given",
              DurationText.format(config.dns().relay().timeout()),
              "write less than 5s"));
    }
    openAdmin(config.admin(), warnings);
    directory(config, warnings);
    for (int i = 0; i < config.regions().size(); i++) {
      peer("regions[" + i + "]", config, config.regions().get(i), warnings);
    }
    return warnings;
  }

  private static void openToAll(BridgeConfig.Dns dns, List<ConfigProblem> warnings) {
    for (Cidr range : dns.allow()) {
      if (range.prefixLength() == 0) {
        warnings.add(
            new ConfigProblem(
                "dns.allow",
                "anyone who reaches the port may ask for every name",
                range.toString(),
                "write the ranges of pods, nodes and overlay"));
      }
    }
  }

  private static void openAdmin(BridgeConfig.Admin admin, List<ConfigProblem> warnings) {
    if (!admin.listen().getAddress().isLoopbackAddress() && admin.tokenFile().isEmpty()) {
      warnings.add(
          new ConfigProblem(
              "admin.tokenFile",
              "anyone who reaches admin.listen may read the status and every name",
              null,
              "name a file that holds a token, or listen on 127.0.0.1"));
    }
  }

  private static void directory(BridgeConfig config, List<ConfigProblem> warnings) {
    boolean standalone = !config.kubernetes().enabled();
    if (standalone && config.directory().files().isEmpty()) {
      warnings.add(
          new ConfigProblem(
              "directory.files",
              "standalone and without manifests, the local domain is empty",
              null,
              "list the manifests of Services and EndpointSlices"));
    } else if (!standalone && !config.directory().files().isEmpty()) {
      warnings.add(
          new ConfigProblem(
              "directory.files",
              "in a cluster the directory comes from the API server, these are not read",
              null,
              "take them out, or set kubernetes.enabled to false"));
    }
  }

  private static void peer(
      String path, BridgeConfig config, BridgeConfig.Peer peer, List<ConfigProblem> warnings) {
    boolean nothingToDiscover =
        !config.kubernetes().enabled() && config.overlay().mode() == BridgeConfig.OverlayMode.NONE;
    if (nothingToDiscover && peer.gateways().isEmpty()) {
      warnings.add(
          new ConfigProblem(
              path + ".gateways",
              "there are none, and without cluster and overlay none can be discovered",
              null,
              "list the region's gateways"));
    }
    if (nothingToDiscover
        && peer.contain()
        && peer.podCidrs().isEmpty()
        && peer.serviceCidrs().isEmpty()) {
      warnings.add(
          new ConfigProblem(
              path + ".contain",
              "no ranges are known that answers could be checked against",
              null,
              "write the region's podCIDRs"));
    }
  }
}
