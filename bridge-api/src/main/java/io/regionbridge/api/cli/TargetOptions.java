package io.regionbridge.api.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Which running bridge a command asks: one on this machine, at a URL, or in a cluster. */
final class TargetOptions {
  static final Option URL =
      Option.optional(
          "--url", "URL", "The bridge's admin address (" + AdminClient.DEFAULT_URL + ").");
  static final Option TOKEN =
      Option.optional("--token-file", "FILE", "Holds the token, where admin.tokenFile is set.");
  static final Option CA =
      Option.optional("--ca", "FILE", "Certificates to trust, in PEM, for a URL with https.");
  static final Option CONTEXT =
      Option.optional(
          "--context", "NAME", "Ask a bridge in the cluster of this kubeconfig context.");
  static final Option NAMESPACE =
      Option.optional("--namespace", "NAME", "Where its pods are (that of the context).").or("-n");
  static final Option POD =
      Option.optional("--pod", "NAME", "Which of them (the first that is ready).");

  /** All of them, in the order of help texts. */
  static final List<Option> ALL = List.of(URL, TOKEN, CA, CONTEXT, NAMESPACE, POD);

  private TargetOptions() {}

  /** Whether a cluster is meant. */
  static boolean inCluster(Arguments arguments) {
    return arguments.has(CONTEXT) || arguments.has(NAMESPACE) || arguments.has(POD);
  }

  /**
   * A client for the bridge that is meant.
   *
   * @throws CommandFailure if there is none such, or if the options do not go together
   */
  static AdminClient connect(Arguments arguments) {
    if (inCluster(arguments) && arguments.has(URL)) {
      throw CommandFailure.usage("--url is one bridge, --context and -n are another; give one");
    }
    return bridge(arguments);
  }

  /** The same where {@code --context} and {@code -n} say more than which bridge is meant. */
  static AdminClient bridge(Arguments arguments) {
    Optional<Path> token = arguments.value(TOKEN).map(Path::of);
    Optional<Path> ca = arguments.value(CA).map(Path::of);
    if (!inCluster(arguments) || arguments.has(URL)) {
      String url = arguments.value(URL).orElse(AdminClient.DEFAULT_URL);
      return AdminClient.at(url, token, ca);
    }
    return PodTarget.connect(
        arguments.value(CONTEXT), arguments.value(NAMESPACE), arguments.value(POD), token, ca);
  }
}
