package io.regionbridge.api.cli;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.LocalPortForward;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.regionbridge.router.control.ControlPlane;
import io.regionbridge.router.loop.FailureReason;
import java.net.HttpURLConnection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A bridge in a cluster, reached by way of the API server as {@code kubectl port-forward} does. */
final class PodTarget {
  private static final String LABEL = "app.kubernetes.io/name";
  private static final String NAME = "region-bridge";
  private static final String COMPONENT = "app.kubernetes.io/component";

  /** What the chart calls the port of admin.listen. */
  private static final String PORT_NAME = "http";

  private static final int DEFAULT_PORT = 8053;

  /** A busy machine takes longer than 5 s to shake hands with an API server that is well. */
  private static final int CONNECT_MILLIS = 15_000;

  private static final int REQUEST_MILLIS = 15_000;

  private PodTarget() {}

  static AdminClient connect(
      Optional<String> context,
      Optional<String> namespace,
      Optional<String> pod,
      Optional<Path> token,
      Optional<Path> ca) {
    KubernetesClient client = client(context);
    try {
      String where = namespace(client, namespace);
      Pod chosen = choose(pods(client, where), pod, where);
      LocalPortForward forward =
          client
              .pods()
              .inNamespace(where)
              .withName(chosen.getMetadata().getName())
              .portForward(port(chosen));
      String scheme = ca.isPresent() ? "https" : "http";
      return AdminClient.through(
          "%s://127.0.0.1:%d".formatted(scheme, forward.getLocalPort()),
          "pod %s/%s".formatted(where, chosen.getMetadata().getName()),
          token,
          ca,
          List.of(forward, client),
          () -> cause(forward));
    } catch (KubernetesClientException e) {
      client.close();
      throw unreachable(client.getMasterUrl().toString(), e);
    } catch (RuntimeException e) {
      client.close();
      throw e;
    }
  }

  /** The image that the bridges of a cluster run. Without a namespace they are searched for. */
  static String image(KubernetesClient client, Optional<String> namespace) {
    String where = namespace(client, namespace);
    Pod bridge = choose(pods(client, where), Optional.empty(), where);
    return bridge.getSpec().getContainers().getFirst().getImage();
  }

  /** The ServiceAccount of the bridges; what the chart calls it, where none is installed. */
  static String account(KubernetesClient client, String namespace) {
    return client
        .apps()
        .daemonSets()
        .inNamespace(namespace)
        .withLabel(LABEL, NAME)
        .withLabel(COMPONENT, "bridge")
        .list()
        .getItems()
        .stream()
        .map(set -> set.getSpec().getTemplate().getSpec().getServiceAccountName())
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(NAME);
  }

  /** The bridges' pods, in a namespace or where they are found. */
  static List<String> names(KubernetesClient client, Optional<String> namespace) {
    return pods(client, namespace(client, namespace)).stream()
        .map(pod -> pod.getMetadata().getName())
        .toList();
  }

  /** The cluster that a context of the kubeconfig names. */
  static KubernetesClient client(Optional<String> context) {
    Config config = config(context);
    if (context.isPresent()
        && config.getContexts().stream().noneMatch(c -> c.getName().equals(context.get()))) {
      List<String> known = config.getContexts().stream().map(c -> c.getName()).sorted().toList();
      throw CommandException.usage(
          "the kubeconfig has no context \"%s\"; it has %s"
              .formatted(context.get(), known.isEmpty() ? "none" : String.join(", ", known)));
    }
    config.setConnectionTimeout(CONNECT_MILLIS);
    config.setRequestTimeout(REQUEST_MILLIS);
    config.setRequestRetryBackoffLimit(0);
    config.setUserAgent(NAME);
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  private static Config config(Optional<String> context) {
    try {
      Config config = Config.autoConfigure(context.orElse(null));
      ControlPlane.setProxy(config);
      return config;
    } catch (RuntimeException e) {
      throw new CommandException(
          "the kubeconfig cannot be read: %s; name another one in KUBECONFIG"
              .formatted(FailureReason.describe(e)),
          e);
    }
  }

  static CommandException unreachable(String url, KubernetesClientException e) {
    String remedy =
        e.getCode() > 0
            ? ""
            : "; look at it with kubectl cluster-info, or name another kubeconfig in KUBECONFIG";
    return new CommandException("the API server at " + url + " " + reason(e) + remedy, e);
  }

  /** What an API server did instead of answering. */
  static String reason(KubernetesClientException e) {
    if (e.getCode() <= 0) {
      return "does not answer: " + FailureReason.of(e);
    }
    Status status = e.getStatus();
    String said = status == null ? null : status.getMessage();
    return "answered %d: %s"
        .formatted(e.getCode(), said == null ? FailureReason.describe(e) : said);
  }

  /**
   * Where bridges are: the namespace that was named, or the only one that has any; where none runs,
   * the only one that has a ConfigMap of the chart; else that of the context.
   */
  static String namespace(KubernetesClient client, Optional<String> named) {
    if (named.isPresent()) {
      return named.get();
    }
    try {
      Set<String> found = namespaces(bridges(client.pods().inAnyNamespace()));
      if (found.isEmpty()) {
        found =
            namespaces(
                client.configMaps().inAnyNamespace().withLabel(LABEL, NAME).list().getItems());
      }
      if (found.size() == 1) {
        return found.iterator().next();
      }
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_FORBIDDEN) {
        throw e;
      }
      // Only some namespaces may be looked at.
    }
    return Optional.ofNullable(client.getNamespace()).orElse("default");
  }

  private static Set<String> namespaces(List<? extends HasMetadata> objects) {
    return objects.stream()
        .map(object -> object.getMetadata().getNamespace())
        .collect(Collectors.toSet());
  }

  private static List<Pod> pods(KubernetesClient client, String namespace) {
    return bridges(client.pods().inNamespace(namespace));
  }

  /** Agents and the chart's Jobs carry the same label, and answer no requests. */
  private static List<Pod> bridges(FilterWatchListDeletable<Pod, PodList, PodResource> pods) {
    return pods.withLabel(LABEL, NAME)
        .withLabelNotIn(COMPONENT, "agent", "test", "uninstall")
        .list()
        .getItems();
  }

  /** The pod that was named, or the first that is ready. */
  static Pod choose(List<Pod> pods, Optional<String> name, String namespace) {
    List<Pod> sorted = new ArrayList<>(pods);
    sorted.sort(Comparator.comparing(pod -> pod.getMetadata().getName()));
    List<String> names = sorted.stream().map(pod -> pod.getMetadata().getName()).toList();
    if (pods.isEmpty()) {
      throw new CommandException(
          "namespace %s has no pods labelled %s=%s; name their namespace with -n"
              .formatted(namespace, LABEL, NAME));
    }
    if (name.isPresent()) {
      return sorted.stream()
          .filter(pod -> pod.getMetadata().getName().equals(name.get()))
          .findFirst()
          .orElseThrow(() ->
              CommandException.usage(
                  "namespace %s has no bridge in a pod %s; it has %s"
                      .formatted(namespace, name.get(), String.join(", ", names))));
    }
    return sorted.stream()
        .filter(Readiness::isPodReady)
        .findFirst()
        .orElseThrow(() ->
            new CommandException(
                "none of the bridges in namespace %s is ready: %s; name one with --pod to ask it"
                        .formatted(namespace, String.join(", ", names))
                    + " all the same"));
  }

  /** Where the pod serves HTTP. */
  static int port(Pod pod) {
    for (Container container : pod.getSpec().getContainers()) {
      for (ContainerPort port : container.getPorts()) {
        if (PORT_NAME.equals(port.getName())) {
          return port.getContainerPort();
        }
      }
    }
    return DEFAULT_PORT;
  }

  private static @Nullable String cause(LocalPortForward forward) {
    List<Throwable> errors = new ArrayList<>(forward.getClientThrowables());
    errors.addAll(forward.getServerThrowables());
    return errors.isEmpty() ? null : FailureReason.of(errors.getFirst());
  }
}
