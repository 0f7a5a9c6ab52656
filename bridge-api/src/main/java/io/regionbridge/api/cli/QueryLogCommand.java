package io.regionbridge.api.cli;

import io.regionbridge.api.status.QueryLogReport;
import io.regionbridge.api.status.StatusJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** {@code query-log}: has a running bridge tell of some queries in its log. */
final class QueryLogCommand implements Command {
  private static final Option CLIENT =
      Option.optional("--client", "ADDRESS", "Queries of this client, or of a range.");
  private static final Option ZONE =
      Option.optional("--zone", "NAME", "Queries for names at or below it; . is all names.");
  private static final Option RATE =
      Option.optional("--rate", "NUMBER", "Lines in a second at most, up to 100 (10).");
  private static final Option TIME =
      Option.optional("--for", "TIME", "How long, such as 30s, up to 1h (1m).");
  private static final Option OFF = Option.flag("--off", "Tell of no more queries.");
  private static final Option OUTPUT =
      Option.optional("--output", "FORMAT", "table; json or yaml for programs.")
          .or("-o")
          .oneOf("table", "json", "yaml");

  private final Terminal terminal;

  QueryLogCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(
        "query-log",
        "Have a running bridge log the queries of a client or a zone.",
        """
        One line for each query, in the log of that bridge alone, and no more of them than
        --rate. It ends by itself. Without an option, says what is logged now.\
        """,
        List.of(),
        Stream.concat(Stream.of(CLIENT, ZONE, RATE, TIME, OFF, OUTPUT), TargetOptions.ALL.stream())
            .toList());
  }

  @Override
  public int run(Arguments arguments) {
    Map<String, String> wanted = new LinkedHashMap<>();
    arguments.value(CLIENT).ifPresent(value -> wanted.put("client", value));
    arguments.value(ZONE).ifPresent(value -> wanted.put("zone", value));
    arguments.value(RATE).ifPresent(value -> wanted.put("perSecond", value));
    arguments.value(TIME).ifPresent(value -> wanted.put("for", value));
    if (arguments.has(OFF) && !wanted.isEmpty()) {
      throw CommandFailure.usage("query-log: --off goes with no other choice");
    }
    QueryLogReport report;
    try (AdminClient client = TargetOptions.connect(arguments)) {
      report =
          arguments.has(OFF)
              ? client.stopQueryLog()
              : wanted.isEmpty() ? client.queryLog() : client.startQueryLog(wanted);
    }
    switch (arguments.value(OUTPUT).orElse("table")) {
      case "json" -> terminal.out().println(StatusJson.pretty(report));
      case "yaml" -> terminal.out().print(StatusJson.yaml(report));
      default -> text(report).forEach(terminal.out()::println);
    }
    return ExitCode.OK;
  }

  private static List<String> text(QueryLogReport report) {
    String until = report.until();
    if (until == null) {
      return List.of("off; name a --client or a --zone to log its queries");
    }
    String counts =
        "%d of %d queries logged, %d a second at most"
            .formatted(report.logged(), report.matched(), report.perSecond());
    String which =
        (report.zone() == null ? "" : " of " + report.zone())
            + (report.client() == null ? "" : " from " + report.client());
    return report.active()
        ? List.of("on until " + until + ":" + which, counts)
        : List.of("off; the last:" + which, counts);
  }
}
