package io.regionbridge.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.lifecycle.RegionPair;
import io.regionbridge.api.status.NamesReport;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NamesCommandTest {
  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void listsWhatCanBeAskedForAndWhatIsNotKnown() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 1)) {
      String mn = RegionPair.url(regions.mn(0));
      assertThat(run("names", "--url", mn)).as(err.toString()).isEqualTo(ExitCode.OK);
      assertThat(out.toString())
          .isEqualTo(
              """
              NAME                            TYPE       ENDPOINTS  PEERS GET  REMARK
              nats.messaging.svc.mn.internal  ClusterIP  2          pods
              """);
      assertThat(run("names", "mn", "-n", "messaging", "--match", "NATS", "--url", mn))
          .isEqualTo(ExitCode.OK);
      assertThat(run("names", "any.internal", "--url", mn)).as(err.toString()).isZero();
      assertThat(out.toString())
          .isEqualTo(
              """
              NAME                             TYPE       ENDPOINTS  PEERS GET  REMARK
              nats.messaging.svc.any.internal  ClusterIP  2          pods       answered by mn
              """);
      assertThat(run("names", "any.internal", "-n", "other", "--url", mn))
          .isEqualTo(ExitCode.FAILED);
      assertThat(run("names", "clusterset.local", "--url", mn))
          .as("without multicluster.enabled")
          .isEqualTo(ExitCode.FAILED);
      assertThat(run("names", "-n", "other", "--url", mn)).isEqualTo(ExitCode.FAILED);
      assertThat(run("names", "hel1", "--url", mn)).isEqualTo(ExitCode.USAGE);
      assertThat(err.toString()).contains("there is no region hel1; this bridge knows mn\n");
      assertThat(run("names", "-o", "json", "--url", mn)).isEqualTo(ExitCode.OK);
      assertThat(out.toString()).contains("\"gives\" : \"pods\"");
      assertThat(run("names", "--url", RegionPair.url(regions.fsn1()))).isEqualTo(ExitCode.FAILED);
      assertThat(out.toString())
          .isEqualTo(
              "no such name\nnames are not known of region mn: its directory is not followed\n");
    }
  }

  @Test
  void cutsNoNameWhereATableDoesNotFit() {
    NamesReport report =
        new NamesReport(
            "mn",
            List.of(
                new NamesReport.Entry(
                    "mn",
                    "nats.messaging.svc.a-domain-that-is-long.internal",
                    "messaging",
                    "nats",
                    "ClusterIP",
                    1,
                    "cluster-ip",
                    "ports are remapped")),
            2,
            List.of());
    assertThat(NamesCommand.lines(report, 40))
        .containsExactly(
            "nats.messaging.svc.a-domain-that-is-long.internal",
            "  ClusterIP, 1 endpoint, peers get",
            "  cluster ip, ports are remapped",
            "1 name more");
    assertThat(NamesCommand.lines(report, 200)).hasSize(3).first().asString().startsWith("NAME  ");
  }

  @Test
  void traceSuggestsTheNearestNameOfOneThatDoesNotExist() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 1)) {
      String mn = RegionPair.url(regions.mn(0));
      assertThat(run("trace", "nast.messaging.svc.mn.internal", "--url", mn))
          .isEqualTo(ExitCode.OK);
      assertThat(out.toString()).contains("did you mean nats.messaging.svc.mn.internal?\n");
      assertThat(run("trace", "nast.messaging.svc.any.internal", "--url", mn))
          .isEqualTo(ExitCode.OK);
      assertThat(out.toString()).contains("did you mean nats.messaging.svc.any.internal?\n");
      assertThat(run("trace", "something.else.svc.mn.internal", "--url", mn))
          .isEqualTo(ExitCode.OK);
      assertThat(out.toString()).doesNotContain("did you mean");
    }
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    Terminal terminal = new Terminal(new PrintWriter(out), new PrintWriter(err), Map.of());
    return Main.run(terminal, List.of(arguments));
  }
}
