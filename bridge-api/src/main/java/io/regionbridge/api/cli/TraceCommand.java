package io.regionbridge.api.cli;

import io.regionbridge.api.status.StatusJson;
import io.regionbridge.api.status.TraceReport;
import java.util.List;
import java.util.stream.Stream;

/** {@code trace}: how a running bridge would answer, and why so. */
final class TraceCommand implements Command {
  private static final Option VIEW =
      Option.optional("--view", "VIEW", "cluster: as pods beside it are answered; pods: as others.")
          .oneOf("pods", "cluster");
  private static final Option OUTPUT =
      Option.optional("--output", "FORMAT", "table; json or yaml for programs.")
          .or("-o")
          .oneOf("table", "json", "yaml");

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
        Stream.concat(Stream.of(VIEW, OUTPUT), TargetOptions.ALL.stream()).toList());
  }

  @Override
  public int run(Arguments arguments) {
    TraceReport report;
    try (AdminClient client = TargetOptions.connect(arguments)) {
      report =
          client.trace(
              arguments.operand(0).orElseThrow(),
              arguments.operand(1).orElse(""),
              arguments.value(VIEW).orElse(""));
    }
    switch (arguments.value(OUTPUT).orElse("table")) {
      case "json" -> terminal.out().println(StatusJson.pretty(report));
      case "yaml" -> terminal.out().print(StatusJson.yaml(report));
      default -> TraceText.of(report).forEach(terminal.out()::println);
    }
    String rcode = report.answer().rcode();
    return rcode.equals("NOERROR") || rcode.equals("NXDOMAIN") ? ExitCode.OK : ExitCode.FAILED;
  }
}
