package io.regionbridge.api.cli;

import io.regionbridge.api.status.QueryLogReport;
import io.regionbridge.api.text.Printable;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code query-log}: has a running bridge log some queries. */
@CommandLine.Command(
    name = "query-log",
    header = "Log the queries of a client or a zone at a running bridge.",
    description = {
      "The bridge writes one line for each query into its log, at most --rate lines per second, and"
          + " stops after --for. --follow shows the lines here too. Without options, the command"
          + " shows what is logged now.",
      "",
      "Examples:",
      "  region-bridge query-log --client 10.42.0.7 --for 30s --follow",
      "  region-bridge query-log --failed --follow",
      "  region-bridge query-log --off"
    })
final class QueryLogCommand implements Command {
  /** Lines are shown this often. */
  private static final Duration PERIOD = Duration.ofMillis(500);

  private final Terminal terminal;
  private final StatusCommand.Pause pause = StatusCommand::sleep;

  @Option(
      names = "--client",
      paramLabel = "ADDRESS",
      description = "Only queries of this client address or range.")
  private Optional<String> client = Optional.empty();

  @Option(
      names = "--zone",
      paramLabel = "NAME",
      description = "Only queries for this name and names below it; . is all names.")
  private Optional<String> zone = Optional.empty();

  @Option(
      names = "--failed",
      description = "Only queries whose reply was neither NOERROR nor NXDOMAIN.")
  private boolean failed;

  @Option(
      names = {"-f", "--follow"},
      description =
          "Show the lines here. Ctrl-C ends only this command, not the logging; --off ends the"
              + " logging.")
  private boolean follow;

  @Option(
      names = "--rate",
      paramLabel = "NUMBER",
      description = "Maximum number of lines per second, 1 to 100. Default: 10.")
  private Optional<String> rate = Optional.empty();

  @Option(
      names = "--for",
      paramLabel = "TIME",
      description = "How long to log, such as 30s, at most 1h. Default: 1m.")
  private Optional<String> time = Optional.empty();

  @Option(names = "--off", description = "Stop logging queries.")
  private boolean off;

  @Mixin private final Output output = new Output();
  @Mixin private final TargetOptions target = new TargetOptions();

  QueryLogCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public int run() {
    Map<String, String> wanted = new LinkedHashMap<>();
    client.ifPresent(value -> wanted.put("client", value));
    zone.ifPresent(value -> wanted.put("zone", value));
    rate.ifPresent(value -> wanted.put("perSecond", perSecond(value)));
    time.ifPresent(value -> wanted.put("for", value));
    if (failed) {
      wanted.put("failed", "true");
    }
    if (off && (follow || !wanted.isEmpty())) {
      throw CommandException.usage("query-log: --off goes with no other choice");
    }
    QueryLogReport report;
    String log;
    try (AdminClient bridge = target.connect()) {
      log = log(bridge.name());
      report =
          off
              ? bridge.stopQueryLog()
              : wanted.isEmpty() ? bridge.queryLog() : bridge.startQueryLog(wanted);
      if (follow && report.active()) {
        return follow(bridge);
      }
    }
    output.print(terminal, report, () -> text(report, log).stream().map(Printable::of).toList());
    return ExitCode.OK;
  }

  /** The bridge, which names its parameter, would refuse it in other words than those typed. */
  private static String perSecond(String rate) {
    if (!rate.matches("[1-9][0-9]?|100")) {
      throw CommandException.usage(
          "query-log: --rate \"%s\" is no whole number from 1 to 100".formatted(rate));
    }
    return rate;
  }

  private int follow(AdminClient bridge) {
    QueryLogReport report;
    long seen = 0;
    do {
      report = bridge.queryLog(seen);
      if (report.logged() < seen) {
        return ExitCode.OK; // somebody has it log other queries now
      }
      seen = report.logged();
      report.lines().forEach(line -> terminal.out().println(Printable.of(line)));
      terminal.out().flush();
    } while (report.active() && pause.sleep(PERIOD));
    return ExitCode.OK;
  }

  /** Where the lines are to be seen. */
  private static String log(String bridge) {
    String pod = "pod ";
    if (!bridge.startsWith(pod)) {
      return "the lines are in the log of " + bridge;
    }
    String[] name = bridge.substring(pod.length()).split("/", 2);
    return "kubectl -n %s logs -f %s shows them".formatted(name[0], name[1]);
  }

  private static List<String> text(QueryLogReport report, String log) {
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
        ? List.of("on until " + until + ":" + which, counts, log)
        : List.of("off; the last:" + which, counts);
  }
}
