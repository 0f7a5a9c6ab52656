package io.regionbridge.api.cli;

import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code serve}, where it is not typed as {@link ServeRequest#plain} takes it. */
@CommandLine.Command(
    name = "serve",
    header = "Run a bridge or an agent.",
    description = {
      "Prints one line when it is ready, with the addresses that it listens on. Logs go to standard"
          + " error, as text on a terminal and as JSON otherwise. Changes of the configuration"
          + " file take effect while it runs.",
      "On SIGTERM it is unready at once, answers queries for dns.drain, and exits with 0.",
      "",
      "Examples:",
      "  region-bridge serve --config region.yaml",
      "  region-bridge serve --config region.yaml --role agent"
    })
final class ServeCommand implements Command {
  private final Terminal terminal;

  @Mixin private final ConfigOption config = new ConfigOption();

  @Option(
      names = "--role",
      paramLabel = "ROLE",
      description =
          "bridge (default) or agent. An agent keeps this node's routes to the active gateway, for"
              + " egress.engine routes, and needs CAP_NET_ADMIN.")
  private ServeRequest.Role role = ServeRequest.Role.BRIDGE;

  @Option(
      names = "--clean-up",
      description =
          "With --role agent: remove the routes, rules and nftables tables that bridges and agents"
              + " created on this node, and exit.")
  private boolean cleanUp;

  ServeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  ServeRequest request() {
    return new ServeRequest(config.file(), role, cleanUp);
  }

  @Override
  public int run() {
    DescriptorLimit.check();
    return new Service(terminal).run(request());
  }
}
