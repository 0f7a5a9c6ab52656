package io.regionbridge.api.diagnosis;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigKeys;
import io.regionbridge.api.config.ConfigProblem;
import io.regionbridge.api.config.ConfigReader;
import io.regionbridge.api.config.ConfigResult;
import io.regionbridge.router.diagnosis.Check;
import io.regionbridge.router.diagnosis.Release;
import java.net.HttpURLConnection;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the chart's ConfigMap says of a release, for a cluster to be judged by what its bridges are
 * to do there.
 *
 * @param check what is to be said of the ConfigMap itself
 */
public record InstalledRelease(Release release, Check check) {
  /** As {@code kubernetes.routerLabel} is unless set otherwise. */
  private static final String ROUTER_LABEL = "netbird-router=true";

  private static final String NAME = "configuration";
  private static final String CONFIG_MAP = "region-bridge";
  private static final String KEY = "config.yaml";

  /**
   * Looks it up.
   *
   * @param routerLabel what router nodes carry, if it was named
   * @throws KubernetesClientException if the API server does not answer
   */
  public static InstalledRelease read(
      KubernetesClient client, String namespace, Optional<String> routerLabel) {
    Release usual = Release.usual(namespace, routerLabel.orElse(ROUTER_LABEL));
    ConfigMap map;
    try {
      map = client.configMaps().inNamespace(namespace).withName(CONFIG_MAP).get();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_FORBIDDEN) {
        throw e;
      }
      return new InstalledRelease(usual, unknown("cannot read", namespace, ": forbidden"));
    }
    String yaml = map == null || map.getData() == null ? null : map.getData().get(KEY);
    return yaml == null
        ? new InstalledRelease(usual, unknown("there is no", namespace, ""))
        : of(yaml, usual, routerLabel);
  }

  private static Check unknown(String what, String namespace, String why) {
    return Check.skipped(
        NAME,
        "%s ConfigMap %s in namespace %s%s: the chart's defaults are taken for granted"
            .formatted(what, CONFIG_MAP, namespace, why));
  }

  /** What a file says. Pure. */
  public static InstalledRelease of(String yaml, Release usual, Optional<String> routerLabel) {
    return switch (ConfigReader.read(yaml, Path.of("/etc/region-bridge"), Map.of())) {
      case ConfigResult.Valid valid -> {
        BridgeConfig config = valid.config();
        yield new InstalledRelease(
            new Release(
                usual.namespace(),
                routerLabel.orElse(config.get(ConfigKeys.KUBERNETES_ROUTER_LABEL)),
                config.get(ConfigKeys.EGRESS_ENGINE),
                config.netBird()),
            Check.ok(
                NAME,
                "region %s, as the ConfigMap says".formatted(config.get(ConfigKeys.REGION_NAME))));
      }
      case ConfigResult.Invalid(List<ConfigProblem> problems) ->
          new InstalledRelease(
              usual,
              Check.warning(
                  NAME,
                  "the ConfigMap is no valid configuration: " + problems.getFirst(),
                  "kubectl -n %s edit configmap %s, or helm upgrade; the bridges go by the last one"
                          .formatted(usual.namespace(), CONFIG_MAP)
                      + " that was"));
    };
  }
}
