package io.regionbridge.api.cli;

import io.regionbridge.api.status.TraceReport;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code trace}: how a running bridge would answer, and why so. */
@CommandLine.Command(
    name = "trace",
    header = "Show how a running bridge would answer a question.",
    description = {
      "Shows the zone of the name, the state of the cache, each gateway that is asked and how long"
          + " it takes, and the answer. Exits 1 if there is no answer (SERVFAIL or REFUSED).",
      "",
      "Examples:",
      "  region-bridge trace nats.messaging.svc.mn.internal",
      "  region-bridge trace nats.messaging.svc.mn.internal AAAA --view pods",
      "  region-bridge trace 10.52.0.7"
    })
final class TraceCommand implements Command {
  private final Terminal terminal;

  @Parameters(
      index = "0",
      paramLabel = "NAME",
      description = "A domain name, or an address for its PTR record.")
  @SuppressWarnings("NullAway.Init") // it is required
  private String name;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "TYPE",
      description = "The record type. Default: A, or PTR for an address.",
      completionCandidates = RecordTypes.class)
  private Optional<String> type = Optional.empty();

  @Option(
      names = "--view",
      paramLabel = "VIEW",
      description =
          "cluster: as a pod of the bridge's cluster is answered; pods: as any other client.")
  private Optional<View> view = Optional.empty();

  @Mixin private final Output output = new Output();
  @Mixin private final TargetOptions target = new TargetOptions();

  enum View {
    PODS,
    CLUSTER;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The types that a bridge has records of, for shells to complete. */
  static final class RecordTypes implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of("A", "AAAA", "SRV", "TXT", "PTR", "CNAME", "NS", "SOA", "ANY").iterator();
    }
  }

  TraceCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public int run() {
    TraceReport report;
    try (AdminClient client = target.connect()) {
      report = client.trace(name, type.orElse(""), view.map(View::toString).orElse(""));
    }
    output.print(terminal, report, () -> TraceText.of(report, terminal.columns()));
    String rcode = report.answer().rcode();
    return rcode.equals("NOERROR") || rcode.equals("NXDOMAIN") ? ExitCode.OK : ExitCode.FAILED;
  }
}
