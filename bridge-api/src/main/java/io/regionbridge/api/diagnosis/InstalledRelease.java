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
import io.regionbridge.router.settings.RegionSettings;
import io.regionbridge.router.settings.RegionSettings.Release;
import java.net.HttpURLConnection;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The release that the chart's ConfigMap describes, and the check of the ConfigMap itself. */
public record InstalledRelease(Release release, Check check) {
  /** As {@code kubernetes.routerLabel} is unless set otherwise. */
  private static final String ROUTER_LABEL = "netbird-router=true";

  private static final String NAME = "configuration";

  /** What the chart's objects carry, whatever they are called. */
  private static final String LABEL = "app.kubernetes.io/name";

  private static final String LABELLED = "region-bridge";
  private static final String KEY = "config.yaml";

  /**
   * Reads the chart's ConfigMap.
   *
   * @throws KubernetesClientException if the API server does not answer
   */
  public static InstalledRelease read(
      KubernetesClient client, String namespace, Optional<String> routerLabel) {
    Release defaults = Release.defaults(namespace, routerLabel.orElse(ROUTER_LABEL));
    List<ConfigMap> maps;
    try {
      maps =
          client.configMaps().inNamespace(namespace).withLabel(LABEL, LABELLED).list().getItems();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_FORBIDDEN) {
        throw e;
      }
      return new InstalledRelease(
          defaults, unknown("cannot list ConfigMaps", namespace, ": forbidden"));
    }
    return maps.stream()
        .flatMap(map -> stated(map, defaults, routerLabel).stream())
        .findFirst()
        .orElseGet(() ->
            new InstalledRelease(
                defaults, unknown("there is no ConfigMap of the chart", namespace, "")));
  }

  private static Optional<InstalledRelease> stated(
      ConfigMap map, Release defaults, Optional<String> routerLabel) {
    return Optional.ofNullable(map.getData())
        .map(data -> data.get(KEY))
        .map(yaml -> of(map.getMetadata().getName(), yaml, defaults, routerLabel));
  }

  private static Check unknown(String what, String namespace, String why) {
    return Check.skipped(
        NAME,
        "%s in namespace %s%s: the chart's defaults are taken for granted"
            .formatted(what, namespace, why));
  }

  /** Reads the content of the ConfigMap {@code name}. Pure. */
  public static InstalledRelease of(
      String name, String yaml, Release defaults, Optional<String> routerLabel) {
    return switch (ConfigReader.read(yaml, Path.of("/etc/region-bridge"), Map.of())) {
      case ConfigResult.Valid valid -> {
        BridgeConfig config = valid.config();
        yield new InstalledRelease(
            new Release(
                defaults.namespace(),
                routerLabel.orElse(config.get(ConfigKeys.KUBERNETES_ROUTER_LABEL)),
                config.get(ConfigKeys.EGRESS_ENGINE),
                config.netBird(),
                config.get(ConfigKeys.MULTICLUSTER_ENABLED),
                config.get(ConfigKeys.OVERLAY_MODE) == RegionSettings.OverlayMode.MANAGE,
                Optional.of(
                    new Release.Admin(
                        !config.get(ConfigKeys.ADMIN_LISTEN).getAddress().isLoopbackAddress(),
                        config.get(ConfigKeys.ADMIN_TOKEN_FILE).isPresent()))),
            Check.ok(
                NAME,
                "region %s, as the ConfigMap says".formatted(config.get(ConfigKeys.REGION_NAME))));
      }
      case ConfigResult.Invalid(List<ConfigProblem> problems) ->
          new InstalledRelease(
              defaults,
              Check.warning(
                  NAME,
                  "the ConfigMap is no valid configuration: " + problems.getFirst(),
                  "kubectl -n %s edit configmap %s, or helm upgrade; the bridges go by the last one"
                          .formatted(defaults.namespace(), name)
                      + " that was"));
    };
  }
}
