package io.regionbridge.api.config;

import io.regionbridge.api.text.DurationText;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.settings.RegionSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a configuration may say but hardly means. */
final class ConfigWarnings {
  /** What resolvers wait for an answer before they ask again: resolv.conf(5). */
  private static final Duration RESOLVER_TIMEOUT = Duration.ofSeconds(5);

  private final List<ConfigProblem> warnings = new ArrayList<>();

  private ConfigWarnings() {}

  static List<ConfigProblem> of(BridgeConfig config) {
    ConfigWarnings found = new ConfigWarnings();
    found.checkDns(config);
    found.checkAdmin(config);
    found.addDirectory(config);
    boolean nothingToDiscover =
        !config.get(ConfigKeys.KUBERNETES_ENABLED)
            && config.get(ConfigKeys.OVERLAY_MODE) == RegionSettings.OverlayMode.NONE;
    List<Values> peers = config.get(ConfigKeys.REGIONS);
    for (int i = 0; nothingToDiscover && i < peers.size(); i++) {
      found.checkPeer("regions[" + i + "]", peers.get(i));
    }
    return found.warnings;
  }

  private void checkDns(BridgeConfig config) {
    for (Cidr range : config.get(ConfigKeys.DNS_ALLOW)) {
      if (range.prefixLength() == 0) {
        warn(
            "dns.allow",
            "anyone who reaches the port may ask for every name",
            range.toString(),
            "write the ranges of pods, nodes and overlay");
      }
    }
    Duration timeout = config.get(ConfigKeys.DNS_RELAY_TIMEOUT);
    if (timeout.compareTo(RESOLVER_TIMEOUT) >= 0) {
      warn(
          "dns.relay.timeout",
          "clients give up after 5s, before a stale answer could be given",
          DurationText.format(timeout),
          "write less than 5s");
    }
  }

  private void checkAdmin(BridgeConfig config) {
    if (!config.get(ConfigKeys.ADMIN_LISTEN).getAddress().isLoopbackAddress()
        && config.get(ConfigKeys.ADMIN_TOKEN_FILE).isEmpty()) {
      warn(
          "admin.tokenFile",
          "anyone who reaches admin.listen may read the status and every name",
          null,
          "name a file that holds a token, or listen on 127.0.0.1");
    }
  }

  private void addDirectory(BridgeConfig config) {
    boolean standalone = !config.get(ConfigKeys.KUBERNETES_ENABLED);
    boolean files = !config.get(ConfigKeys.DIRECTORY_FILES).isEmpty();
    if (standalone && !files) {
      warn(
          "directory.files",
          "standalone and without manifests, the local domain is empty",
          null,
          "list the manifests of Services and EndpointSlices");
    } else if (!standalone && files) {
      warn(
          "directory.files",
          "in a cluster the directory comes from the API server, these are not read",
          null,
          "take them out, or set kubernetes.enabled to false");
    }
  }

  private void checkPeer(String path, Values peer) {
    if (peer.get(ConfigKeys.PEER_GATEWAYS).isEmpty()) {
      warn(
          path + ".gateways",
          "there are none, and without cluster and overlay none can be discovered",
          null,
          "list the region's gateways");
    }
    if (peer.get(ConfigKeys.PEER_CONTAIN)
        && peer.get(ConfigKeys.PEER_POD_CIDRS).isEmpty()
        && peer.get(ConfigKeys.PEER_SERVICE_CIDRS).isEmpty()) {
      warn(
          path + ".contain",
          "no ranges are known that answers could be checked against",
          null,
          "write the region's podCIDRs");
    }
  }

  private void warn(String path, String reason, @Nullable String text, String advice) {
    warnings.add(new ConfigProblem(path, reason, text, advice));
  }
}
