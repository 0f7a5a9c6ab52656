package io.regionbridge.dns.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.testkit.FreePorts;
import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** That {@code bench/run} still runs and reads its own results; its figures mean nothing here. */
@Timeout(120)
class BenchmarkIT {
  @TempDir private Path directory;

  @Test
  void measuresBothLimitsAndFindsTheirAnswersRight() throws IOException {
    Path python = NativeTool.find("python3");
    NativeTool.find("gcc");
    Path results = directory.resolve("results.jsonl");
    Path table = directory.resolve("table.md");
    List<String> options =
        List.of(
            "bench/run",
            "--servers=limit,limit-relay",
            "--workloads=hit,miss,far-20k",
            "--seconds=0.3",
            "--repeats=1",
            "--tries=1",
            "--patience=0",
            "--port=" + FreePorts.next(),
            "--results=" + results,
            "--markdown=" + table);
    try (NativeProcess run = NativeProcess.start(python, options.toArray(String[]::new))) {
      assertThat(run.awaitEnd(Duration.ofSeconds(90))).as(run.output()).isZero();
    }

    assertThat(results).isRegularFile();
    List<String> runs = Files.readAllLines(results);
    assertThat(runs).hasSize(4); // the machine, and a run of each workload
    assertThat(runs.subList(1, 4))
        .allSatisfy(run ->
            assertThat(run)
                .containsPattern("\"noerror\": [1-9]")
                .contains("\"servfail\": 0", "\"wrong\": 0", "\"nxdomain\": 0"));
    assertThat(table).content().contains("| limit |", "Measured on ");
  }
}
