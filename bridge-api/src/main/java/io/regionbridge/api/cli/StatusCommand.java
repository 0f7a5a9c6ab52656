package io.regionbridge.api.cli;

import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.StatusJson;
import java.util.List;

/** {@code status}: what a running bridge knows and does. */
final class StatusCommand implements Command {
  private static final Option URL =
      Option.optional(
          "--url",
          "URL",
          "The bridge's admin address; " + AdminClient.DEFAULT_URL + " if not set.");
  private static final Option OUTPUT =
      Option.optional("-o", "FORMAT", "table, or json for programs.");

  private final Terminal terminal;

  StatusCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(
        "status",
        "Show the regions and gateways of a running bridge.",
        "",
        List.of(),
        List.of(URL, OUTPUT));
  }

  @Override
  public int run(Arguments arguments) {
    String format = arguments.value(OUTPUT).orElse("table");
    if (!format.equals("table") && !format.equals("json")) {
      throw CommandFailure.usage("status: -o is table or json, not \"" + format + "\"");
    }
    AdminClient client = new AdminClient(arguments.value(URL).orElse(AdminClient.DEFAULT_URL));
    BridgeStatus status = client.status();
    if (format.equals("json")) {
      terminal.out().println(StatusJson.pretty(status));
    } else {
      StatusTable.of(status).forEach(terminal.out()::println);
    }
    return ExitCode.OK;
  }
}
