package io.regionbridge.api.cli;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.BridgeConfig.OverlayMode;
import io.regionbridge.api.config.ConfigFile;
import io.regionbridge.api.config.ConfigProblem;
import io.regionbridge.api.config.ConfigResult;
import io.regionbridge.api.region.ClusterPlace;
import io.regionbridge.router.kubernetes.ClusterClient;
import io.regionbridge.router.kubernetes.RotationRequest;
import io.regionbridge.router.tunnel.FileKeyStore;
import io.regionbridge.router.wireguard.PrivateKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** {@code rotate-key}: asks a bridge to change the WireGuard key of its node. */
final class RotateKeyCommand implements Command {
  private static final Option CONFIG =
      Option.required("--config", "FILE", "The bridge's configuration file.");
  private static final Option NODE =
      Option.optional("--node", "NAME", "In a cluster, whose key; this node's if not set.");

  private final Terminal terminal;
  private final Clock clock;

  RotateKeyCommand(Terminal terminal, Clock clock) {
    this.terminal = terminal;
    this.clock = clock;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(
        "rotate-key",
        "Change a node's WireGuard key, where the bridge makes the device.",
        """
        The running bridge publishes the next key, and uses it once its peers know it, at
        the latest after a minute; condition KeySettled in the status tells how far it is.
        In a cluster this annotates the RouterNode, found by the ServiceAccount or by
        KUBECONFIG; without one it makes the next key in overlay.keys.\
        """,
        List.of(),
        List.of(CONFIG, NODE));
  }

  @Override
  public int run(Arguments arguments) {
    Path file = Path.of(arguments.required(CONFIG));
    return switch (new ConfigFile(file, terminal.environment()).load()) {
      case ConfigResult.Invalid(List<ConfigProblem> problems) -> {
        problems.forEach(problem -> terminal.err().println(file + ": " + problem));
        yield ExitCode.USAGE;
      }
      case ConfigResult.Valid(BridgeConfig config, _) -> {
        if (config.overlay().mode() != OverlayMode.MANAGE) {
          throw CommandFailure.usage(
              file + ": overlay.mode is not manage: who makes the device has its key");
        }
        try {
          terminal.out().println(ask(config, arguments));
        } catch (IOException e) {
          throw new CommandFailure(String.valueOf(e.getMessage()), e);
        }
        yield ExitCode.OK;
      }
    };
  }

  private String ask(BridgeConfig config, Arguments arguments) throws IOException {
    if (!config.kubernetes().enabled()) {
      FileKeyStore keys = new FileKeyStore(config.overlay().keys());
      try (PrivateKey next = keys.prepareNext()) {
        return "the next key is %s; the bridge uses it once its peers know it"
            .formatted(next.publicKey());
      }
    }
    ClusterPlace place = ClusterPlace.of(terminal.environment());
    String node = arguments.value(NODE).orElse(place.node());
    try (KubernetesClient client = ClusterClient.local(place.kubeconfig())) {
      String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
      RotationRequest.send(client, node, now);
      return "RouterNode %s is annotated with %s=%s; its bridge makes the next key, and uses it once its peers know it"
          .formatted(node, RotationRequest.ANNOTATION, now);
    }
  }
}
