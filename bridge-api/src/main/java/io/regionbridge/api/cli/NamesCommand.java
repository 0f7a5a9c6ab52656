package io.regionbridge.api.cli;

import io.regionbridge.api.status.Count;
import io.regionbridge.api.status.NamesReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code names}: which names can be asked for. */
@CommandLine.Command(
    name = "names",
    header = "List the names that can be asked for.",
    description = {
      "Lists the Services of the local region with what other regions get for each and why, and"
          + " those of peers from the replicas of their directories. Exits 1 if there is none.",
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
      description = "Only those of this namespace.")
  private Optional<String> namespace = Optional.empty();

  @Option(names = "--match", paramLabel = "TEXT", description = "Only names that hold this text.")
  private Optional<String> match = Optional.empty();

  @Mixin private final Output output = new Output();
  @Mixin private final BridgeOptions target = new BridgeOptions();

  @Option(
      names = "--bridge-namespace",
      paramLabel = "NAME",
      description = "Where the bridge's pods are (where they are found).")
  private Optional<String> bridgeNamespace = Optional.empty();

  NamesCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public int run() {
    NamesReport report;
    try (AdminClient client = target.connect(bridgeNamespace)) {
      report = client.names(region.orElse(""), namespace.orElse(""), match.orElse(""));
    }
    output.print(terminal, report, () -> lines(report));
    return report.names().isEmpty() ? ExitCode.FAILED : ExitCode.OK;
  }

  /** As a table, as wide as it gets: names are to be copied. */
  static List<String> lines(NamesReport report) {
    Columns columns = new Columns().row("NAME", "TYPE", "ENDPOINTS", "PEERS GET", "REMARK");
    for (NamesReport.Entry entry : report.names()) {
      columns.row(
          entry.name(),
          entry.type(),
          Integer.toString(entry.endpoints()),
          entry.gives().replace('-', ' '),
          entry.why());
    }
    List<String> lines =
        new ArrayList<>(
            report.names().isEmpty()
                ? List.of("no such name")
                : columns.lines(Integer.MAX_VALUE, false));
    if (report.matched() > report.names().size()) {
      lines.add(Count.of(report.matched() - report.names().size(), "name") + " more");
    }
    report.unknown().forEach(region -> lines.add("names are not known of region " + region));
    return lines;
  }
}
