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
      description = "With --context: the namespace of the bridges. Default: found by their label.")
  private Optional<String> namespace = Optional.empty();

  boolean inCluster() {
    return bridge.inCluster(namespace);
  }

  boolean atUrl() {
    return bridge.atUrl();
  }

  Optional<String> context() {
    return bridge.context();
  }

  Optional<String> namespace() {
    return namespace;
  }

  /**
   * Creates a client for the bridge that the options name.
   *
   * @throws CommandException if there is none, or if the options contradict each other
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
