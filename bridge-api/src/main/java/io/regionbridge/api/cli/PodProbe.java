package io.regionbridge.api.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.EphemeralContainer;
import io.fabric8.kubernetes.api.model.EphemeralContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientTimeoutException;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.regionbridge.api.diagnosis.TrafficChecks;
import io.regionbridge.api.status.StatusJson;
import io.regionbridge.router.diagnosis.Check;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The network of one pod as its programs see it: {@code verify --resolver} runs in an ephemeral
 * container of the pod, from the image of a bridge (kubernetes.io, "Ephemeral Containers"). This
 * needs no access to the node and nothing from the pod's own image.
 */
record PodProbe(String namespace, String name) {
  private static final Pattern WRITTEN =
      Pattern.compile("([a-z0-9][-a-z0-9]{0,62})/([a-z0-9][-.a-z0-9]{0,252})");

  /** A container's first start on a node includes the pull of the image. */
  private static final int PATIENCE_SECONDS = 120;

  /**
   * The container is in the pod's cgroup: 72 MiB at most were measured, of which the files of the
   * image can be taken back.
   */
  private static final BigDecimal LEAST_MEMORY = BigDecimal.valueOf(128L << 20);

  private static final String HEAP = "-Xmx32m -XX:TieredStopAtLevel=1";

  /** The user of the image. */
  private static final long USER = 65532;

  /** Reads {@code NAMESPACE/POD}; empty: it is not that. */
  static Optional<PodProbe> parse(String text) {
    Matcher matcher = WRITTEN.matcher(text);
    return matcher.matches()
        ? Optional.of(new PodProbe(matcher.group(1), matcher.group(2)))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return namespace + "/" + name;
  }

  /**
   * Resolves a name in the pod and connects to it. Blocks for at most two minutes, until the
   * container has ended.
   *
   * @throws CommandException if the container cannot run there
   * @throws io.fabric8.kubernetes.client.KubernetesClientException if the API server refuses
   */
  List<Check> run(KubernetesClient client, String image, TrafficChecks.Target target) {
    PodResource resource = client.pods().inNamespace(namespace).withName(name);
    try {
      Pod pod = resource.get();
      checkFits(pod);
      String container =
          "region-bridge-verify-%05d".formatted(ThreadLocalRandom.current().nextInt(100_000));
      resource
          .ephemeralContainers()
          .edit(now ->
              new PodBuilder(now)
                  .editSpec()
                  .addToEphemeralContainers(container(container, image, target))
                  .endSpec()
                  .build());
      Pod ended =
          resource.waitUntilCondition(
              now -> now == null || isOver(now, container), PATIENCE_SECONDS, TimeUnit.SECONDS);
      return read(ended, container, resource);
    } catch (KubernetesClientTimeoutException e) {
      throw new CommandException(
          "the container in pod %s did not end within %d s; kubectl -n %s describe pod %s"
              .formatted(this, PATIENCE_SECONDS, namespace, name),
          e);
    }
  }

  private void checkFits(@Nullable Pod pod) {
    if (pod == null) {
      throw CommandException.usage(
          "there is no pod %s; kubectl get pods -n %s".formatted(this, namespace));
    }
    String phase = String.valueOf(pod.getStatus().getPhase());
    if (!phase.equals("Running")) {
      throw new CommandException("pod %s is %s; name one that is Running".formatted(this, phase));
    }
    Optional<BigDecimal> limit = memoryLimit(pod);
    if (limit.isPresent() && limit.get().compareTo(LEAST_MEMORY) < 0) {
      throw new CommandException(
          ("pod %s may use %s MiB of memory, and verify takes up to 80 of them; name a pod with a"
                  + " higher limit in that namespace")
              .formatted(this, limit.get().toBigInteger().shiftRight(20)));
    }
  }

  /** In octets; empty: a container has none, so the pod has none. */
  private static Optional<BigDecimal> memoryLimit(Pod pod) {
    BigDecimal sum = BigDecimal.ZERO;
    for (Container container : pod.getSpec().getContainers()) {
      Quantity limit =
          container.getResources() == null || container.getResources().getLimits() == null
              ? null
              : container.getResources().getLimits().get("memory");
      if (limit == null) {
        return Optional.empty();
      }
      sum = sum.add(limit.getNumericalAmount());
    }
    return Optional.of(sum);
  }

  /** With no right at all, so that it is accepted where pods have to be restricted. */
  private static EphemeralContainer container(
      String name, String image, TrafficChecks.Target target) {
    return new EphemeralContainerBuilder()
        .withName(name)
        .withImage(image)
        .withImagePullPolicy("IfNotPresent")
        .withArgs("verify", "--resolver", target.name() + ":" + target.port(), "-o", "json")
        .addNewEnv()
        .withName("REGION_BRIDGE_JAVA_OPTS")
        .withValue(HEAP)
        .endEnv()
        .withNewSecurityContext()
        .withRunAsUser(USER)
        .withRunAsGroup(USER)
        .withRunAsNonRoot(true)
        .withAllowPrivilegeEscalation(false)
        .withNewCapabilities()
        .addToDrop("ALL")
        .endCapabilities()
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .endSecurityContext()
        .build();
  }

  private static boolean isOver(Pod pod, String container) {
    return state(pod, container)
        .filter(state -> state.getTerminated() != null || isStuck(state))
        .isPresent();
  }

  /** Whether the kubelet says why it cannot start the container. */
  private static boolean isStuck(ContainerState state) {
    return state.getWaiting() != null
        && state.getWaiting().getReason() != null
        && state.getWaiting().getReason().matches("Err.*|.*Error|.*BackOff|Invalid.*");
  }

  private static Optional<ContainerState> state(Pod pod, String container) {
    return pod.getStatus().getEphemeralContainerStatuses().stream()
        .filter(status -> status.getName().equals(container))
        .map(ContainerStatus::getState)
        .filter(Objects::nonNull)
        .findFirst();
  }

  private List<Check> read(@Nullable Pod ended, String container, PodResource resource) {
    if (ended == null) {
      throw new CommandException("pod %s was deleted meanwhile".formatted(this));
    }
    ContainerState state = state(ended, container).orElseThrow();
    ContainerStateTerminated end = state.getTerminated();
    if (end == null) {
      throw new CommandException(
          "the container in pod %s does not start: %s: %s"
              .formatted(
                  this,
                  state.getWaiting().getReason(),
                  Objects.requireNonNullElse(state.getWaiting().getMessage(), "no message")));
    }
    String log = resource.inContainer(container).getLog();
    int begin = log.indexOf('[');
    try {
      if (begin >= 0) {
        return List.of(
            StatusJson.decode(
                log.substring(begin).getBytes(StandardCharsets.UTF_8), Check[].class));
      }
    } catch (JsonProcessingException _) {
      // Reported below, with the output of the container.
    }
    throw new CommandException(
        "the container in pod %s ended with code %d (%s): %s"
            .formatted(
                this,
                end.getExitCode(),
                end.getReason(),
                log.strip().lines().reduce((_, last) -> last).orElse("it printed nothing")));
  }
}
