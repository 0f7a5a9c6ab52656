package io.regionbridge.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.lifecycle.RegionPair;
import io.regionbridge.api.status.TraceReport;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TraceCommandTest {
  private static final String NAME = "nats.messaging.svc.mn.internal";

  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void tellsHowARunningBridgeAnswers() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 1)) {
      String url = RegionPair.url(regions.fsn1());
      assertThat(run("trace", NAME, "--url", url)).as(err.toString()).isEqualTo(ExitCode.OK);
      assertThat(out.toString())
          .startsWith(NAME + " A\n")
          .contains(
              "  zone     mn.internal, of region mn\n", "  cache    nothing\n", " 10.52.1.7\n")
          .containsPattern("gateway +127\\.0\\.0\\.1:\\d+ \\(.*answered after\\s");
      assertThat(run("trace", NAME, "aaaa", "-o", "json", "--url", url)).isEqualTo(ExitCode.OK);
      assertThat(out.toString()).contains("\"type\" : \"AAAA\"");
      assertThat(run("trace", "www.example.com", "--url", url)).isEqualTo(ExitCode.FAILED);
      assertThat(run("trace", NAME, "nonsense", "--url", url)).isEqualTo(ExitCode.USAGE);
      assertThat(err.toString())
          .isEqualTo(
              "region-bridge: type \"nonsense\" is no record type;"
                  + " write one such as A, AAAA, SRV, PTR or TYPE65\n");
    }
  }

  @Test
  void needsAName() {
    assertThat(run("trace")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("NAME is missing");
  }

  @Test
  void fitsATerminalOf80Columns() {
    String name = "a-rather-long-pod-name-0.a-rather-long-service-name.namespace.svc.mn.internal";
    TraceReport report =
        new TraceReport(
            "fsn1",
            name,
            "A",
            "pods",
            new TraceReport.Zone("mn.internal", "peer", "mn", 0.012),
            new TraceReport.Cache("expired", 61_000, -1_000, 0.02),
            List.of(
                new TraceReport.Try("[2001:db8::1234:5678]:1053", "down", 0, 0.1, 1500, "no reply"),
                new TraceReport.Try("100.64.0.2:1053", "up", 201.5, 400.25, 201.4, "answered")),
            new TraceReport.Answer(
                "relay",
                "NOERROR",
                false,
                List.of(new TraceReport.ResourceRecord(name, 5, "A", "10.52.1.7")),
                List.of(),
                List.of(),
                601.7));
    assertThat(TraceText.of(report, 80))
        .allMatch(line -> line.length() <= 80)
        .containsExactly(
            name + " A",
            "     0.01 ms  zone     mn.internal, of region mn",
            "     0.02 ms  cache    an answer of 61.0 s ago, past its time by 1.0 s",
            "     0.10 ms  gateway  [2001:db8::1234:5678]:1053 (down): no reply after 1500.00",
            "                         ms",
            "   400.25 ms  gateway  100.64.0.2:1053 (up, usually 201.50 ms): answered after",
            "                         201.40 ms",
            "   601.70 ms  answer   NOERROR from the peer region, 1 record",
            "                         " + name.substring(0, 55),
            "                           " + name.substring(55) + " 5 A 10.52.1.7");
  }

  @Test
  void timesOnlyGrowThoughSomebodyElseHadAskedBefore() {
    TraceReport report =
        new TraceReport(
            "fsn1",
            "a.b.svc.mn.internal",
            "A",
            "pods",
            new TraceReport.Zone("mn.internal", "peer", "mn", 0.5),
            new TraceReport.Cache("absent", 0, 0, 0.6),
            List.of(new TraceReport.Try("100.64.0.2:1053", "up", 0, -12.5, 20, "answered")),
            new TraceReport.Answer(
                "relay", "NOERROR", false, List.of(), List.of(), List.of(), 8.1));
    List<String> lines = TraceText.of(report, 120);
    assertThat(lines)
        .contains(
            "     0.60 ms  gateway  100.64.0.2:1053 (up, asked 12.50 ms before): answered after"
                + " 20.00 ms");
    assertThat(
            lines.stream()
                .filter(line -> line.startsWith(" ") && line.indexOf(" ms  ") == 9)
                .map(line -> Double.valueOf(line.substring(0, 9).strip())))
        .hasSize(4)
        .isSorted();
  }

  private int run(String... args) {
    Terminal terminal = new Terminal(new PrintWriter(out), new PrintWriter(err), Map.of());
    return Main.run(terminal, List.of(args));
  }
}
