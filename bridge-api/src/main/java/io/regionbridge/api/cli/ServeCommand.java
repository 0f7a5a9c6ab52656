package io.regionbridge.api.cli;

import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code serve}, where it is not typed as {@link ServeRequest#plain} takes it. */
@CommandLine.Command(
    name = "serve",
    header = "Run the service.",
    description = {
      "Prints one line when it is ready, with the addresses it listens on, and logs to standard"
          + " error: text on a terminal, JSON otherwise. Takes over changes of the file.",
      "SIGTERM drains: not ready at once, queries answered for dns.drain, then exit 0.",
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
          "bridge, or agent: keeps a node's routes to the active gateway, for egress.engine"
              + " routes. Needs CAP_NET_ADMIN.")
  private ServeRequest.Role role = ServeRequest.Role.BRIDGE;

  @Option(
      names = "--clean-up",
      description = "With --role agent: take this node's routes away and exit.")
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
