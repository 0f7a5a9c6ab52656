package io.regionbridge.api.cli;

import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which running bridge is meant, for commands that know no other namespace than its own. */
final class TargetOptions {
  @Mixin private final BridgeOptions bridge = new BridgeOptions();

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAME",
      description = "Where its pods are (where they are found).")
  private Optional<String> namespace = Optional.empty();

  /** Whether a cluster is meant. */
  boolean inCluster() {
    return bridge.inCluster(namespace);
  }

  /** Whether a bridge is named by its address. */
  boolean atUrl() {
    return bridge.atUrl();
  }

  /** The kubeconfig context that was named. */
  Optional<String> context() {
    return bridge.context();
  }

  /** The namespace that was named. */
  Optional<String> namespace() {
    return namespace;
  }

  /**
   * A client for the bridge that is meant.
   *
   * @throws CommandException if there is none such, or if the options do not go together
   */
  AdminClient connect() {
    return bridge.connect(namespace);
  }

  /** The same where {@code --context} and {@code -n} say more than which bridge is meant. */
  AdminClient bridge() {
    return bridge.bridge(namespace);
  }

  /** The same where a cluster is meant in any case, unless the bridge has a URL. */
  AdminClient inAnyCluster() {
    return bridge.inAnyCluster(namespace);
  }
}
