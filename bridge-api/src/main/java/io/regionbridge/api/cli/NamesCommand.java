package io.regionbridge.api.cli;

import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.Count;
import io.regionbridge.api.status.NamesReport;
import io.regionbridge.api.text.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code names}: which names can be asked for. */
@CommandLine.Command(
    name = "names",
    header = "List the names that can be asked for.",
    description = {
      "Lists the Services of the local region, with the addresses that other regions get for each"
          + " and the reason. Services of peers are listed from the replicas of their"
          + " directories. Exits 1 if nothing matches.",
      "",
      "Examples:",
      "  region-bridge names mn",
      "  region-bridge names any.internal",
      "  region-bridge names -n messaging --match nats -o json"
    })
final class NamesCommand implements Command {
  private final Terminal terminal;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "REGION",
      description =
          "The region, or any.internal or clusterset.local for names over all regions; all regions"
              + " if not given.")
  private Optional<String> region = Optional.empty();

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAMESPACE",
      description = "Only names of this namespace.")
  private Optional<String> namespace = Optional.empty();

  @Option(
      names = "--match",
      paramLabel = "TEXT",
      description = "Only names that contain this text.")
  private Optional<String> match = Optional.empty();

  @Mixin private final Output output = new Output();
  @Mixin private final BridgeOptions target = new BridgeOptions();

  @Option(
      names = "--bridge-namespace",
      paramLabel = "NAME",
      description = "With --context: the namespace of the bridges. Default: found by their label.")
  private Optional<String> bridgeNamespace = Optional.empty();

  NamesCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public int run() {
    NamesReport report;
    try (AdminClient client = target.connect(bridgeNamespace)) {
      report = client.names(region.orElse(""), namespace.orElse(""), match.orElse(""));
      if (report.names().isEmpty() && report.unknown().isEmpty() && region.isPresent()) {
        requireRegion(client, region.get());
      }
    }
    int room = terminal.interactive() ? terminal.columns() : Integer.MAX_VALUE;
    output.print(terminal, report, () -> lines(report, room));
    return report.names().isEmpty() ? ExitCode.FAILED : ExitCode.OK;
  }

  /** A region that nobody knows is a mistake, not one without names. */
  private static void requireRegion(AdminClient client, String region) {
    BridgeStatus status = client.status();
    List<String> known =
        Stream.concat(
                Stream.of(status.region().name()),
                status.peers().stream().map(BridgeStatus.Peer::name))
            .toList();
    // Names over all regions have a dot in their domain, which no region's name has.
    if (!known.contains(region) && !region.contains(".")) {
      throw CommandException.usage(
          "there is no region %s; this bridge knows %s"
              .formatted(region, String.join(", ", known)));
    }
  }

  /**
   * Formats a table where one fits. Names are copied by users, so none is cut: in a narrow terminal
   * each has a line of its own, above its facts.
   */
  static List<String> lines(NamesReport report, int room) {
    List<String> lines = new ArrayList<>(table(report));
    if (lines.stream().anyMatch(line -> line.length() > room)) {
      lines.clear();
      report.names().forEach(entry -> lines.addAll(paragraph(entry, room)));
    }
    if (report.matched() > report.names().size()) {
      lines.add(Count.of(report.matched() - report.names().size(), "name") + " more");
    }
    report
        .unknown()
        .forEach(region ->
            lines.addAll(
                Paragraph.lines(Printable.of("names are not known of region " + region), room)));
    return lines;
  }

  private static List<String> paragraph(NamesReport.Entry entry, int room) {
    List<String> lines = new ArrayList<>(List.of(Printable.of(entry.name())));
    String facts =
        "%s, %s%s%s"
            .formatted(
                entry.type(),
                Count.of(entry.endpoints(), "endpoint"),
                entry.gives().isEmpty() ? "" : ", peers get " + entry.gives().replace('-', ' '),
                entry.why().isEmpty() ? "" : ", " + entry.why());
    Paragraph.lines(Printable.of(facts), room - 2).forEach(line -> lines.add("  " + line));
    return lines;
  }

  private static List<String> table(NamesReport report) {
    if (report.names().isEmpty()) {
      return List.of("no such name");
    }
    Columns columns = new Columns().row("NAME", "TYPE", "ENDPOINTS", "PEERS GET", "REMARK");
    for (NamesReport.Entry entry : report.names()) {
      columns.row(
          entry.name(),
          entry.type(),
          Integer.toString(entry.endpoints()),
          entry.gives().replace('-', ' '),
          entry.why());
    }
    return columns.lines(Integer.MAX_VALUE, false);
  }
}
