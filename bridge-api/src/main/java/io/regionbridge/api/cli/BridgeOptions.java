package io.regionbridge.api.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which running bridge a command asks: one on this machine, at a URL, or in a cluster. */
final class BridgeOptions {
  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "The bridge's admin address (" + AdminClient.DEFAULT_URL + ").")
  private Optional<String> url = Optional.empty();

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "File with the bridge's admin token, if admin.tokenFile is set.")
  private Optional<Path> token = Optional.empty();

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "PEM file of the certificates to trust when the URL is https.")
  private Optional<Path> ca = Optional.empty();

  @Option(
      names = "--context",
      paramLabel = "NAME",
      description = "Ask a bridge in the cluster of this kubeconfig context.")
  private Optional<String> context = Optional.empty();

  @Option(
      names = "--pod",
      paramLabel = "NAME",
      description = "With --context: the bridge's pod. Default: the first that is ready.")
  private Optional<String> pod = Optional.empty();

  /** Whether the options name a cluster. */
  boolean inCluster(Optional<String> namespace) {
    return context.isPresent() || namespace.isPresent() || pod.isPresent();
  }

  boolean atUrl() {
    return url.isPresent();
  }

  Optional<String> context() {
    return context;
  }

  /**
   * Creates a client for the bridge that the options name.
   *
   * @throws CommandException if there is none, or if the options contradict each other
   */
  AdminClient connect(Optional<String> namespace) {
    if (inCluster(namespace) && atUrl()) {
      throw CommandException.usage(
          "--url is one bridge, --context and its namespace are another; give one");
    }
    return bridge(namespace);
  }

  /** The same where {@code --context} and the namespace say more than which bridge is meant. */
  AdminClient bridge(Optional<String> namespace) {
    return !inCluster(namespace) || atUrl()
        ? AdminClient.at(url.orElse(AdminClient.DEFAULT_URL), token, ca)
        : PodTarget.connect(context, namespace, pod, token, ca);
  }

  /** The same where a cluster is meant in any case, unless the bridge has a URL. */
  AdminClient inAnyCluster(Optional<String> namespace) {
    return atUrl() ? connect(namespace) : PodTarget.connect(context, namespace, pod, token, ca);
  }
}
