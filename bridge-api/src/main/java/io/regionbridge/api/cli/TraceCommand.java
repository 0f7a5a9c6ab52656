package io.regionbridge.api.cli;

import io.regionbridge.api.status.StatusJson;
import io.regionbridge.api.status.TraceReport;
import java.util.List;

/** {@code trace}: how a running bridge would answer, and why so. */
final class TraceCommand implements Command {
  private static final Option URL =
      Option.optional(
          "--url",
          "URL",
          "The bridge's admin address; " + AdminClient.DEFAULT_URL + " if not set.");
  private static final Option VIEW =
      Option.optional(
          "--view", "VIEW", "cluster: as pods beside it are answered; pods: as others.");
  private static final Option OUTPUT =
      Option.optional("-o", "FORMAT", "table, or json for programs.");

  private final Terminal terminal;

  TraceCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(
        "trace",
        "Show how a running bridge would answer a question.",
        """
        Tells the zone that the name is in, what the cache has, each gateway that is asked
        with its time, and the answer. TYPE is A if not given; an address in place of NAME
        asks what it is called. Exits 1 if there is no answer (SERVFAIL or REFUSED).\
        """,
        List.of("NAME", "[TYPE]"),
        List.of(VIEW, URL, OUTPUT));
  }

  @Override
  public int run(Arguments arguments) {
    String format = arguments.value(OUTPUT).orElse("table");
    if (!format.equals("table") && !format.equals("json")) {
      throw CommandFailure.usage("trace: -o is table or json, not \"" + format + "\"");
    }
    TraceReport report =
        new AdminClient(arguments.value(URL).orElse(AdminClient.DEFAULT_URL))
            .trace(
                arguments.operand(0).orElseThrow(),
                arguments.operand(1).orElse(""),
                arguments.value(VIEW).orElse(""));
    if (format.equals("json")) {
      terminal.out().println(StatusJson.pretty(report));
    } else {
      TraceText.of(report).forEach(terminal.out()::println);
    }
    String rcode = report.answer().rcode();
    return rcode.equals("NOERROR") || rcode.equals("NXDOMAIN") ? ExitCode.OK : ExitCode.FAILED;
  }
}
