package io.regionbridge.api.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.config.ConfigProblem;
import io.regionbridge.dns.cache.ResponseCache;
import io.regionbridge.router.directory.Directory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryPlanTest {
  private static final long MIB = 1L << 20;

  @Test
  void knowsTheDefaults() {
    assertThat(plan("", 0)).isEqualTo(MemoryPlan.DEFAULTS);
  }

  @ParameterizedTest
  @CsvSource({
    "dns: {cache: {maxEntries: 1000000}}, 192, dns.cache.maxEntries",
    "dns: {cache: {maxEntries: 1000000}}, 700, ''",
    "dns: {cache: {maxEntries: 100000}}, 64, ''",
    "dns: {cache: {maxEntries: 10000000}}, 4096, dns.cache.maxEntries",
    "'replication: {maxMemory: 150MiB}', 192, replication.maxMemory",
    "'replication: {maxMemory: 150MiB, enabled: false}', 192, ''",
    "'replication: {maxMemory: 60GiB}', 4096, replication.maxMemory",
    "dns: {maxInflight: 1000000}, 192, dns.maxInflight",
    "dns: {tcp: {maxConnections: 1000000}}, 192, dns.tcp.maxConnections",
    "'', 192, ''",
    "'', 48, ''",
    "'', 32, ''",
  })
  void refusesWhatCannotFitAndNamesTheLargest(String config, int heap, String path) {
    List<ConfigProblem> problems = plan(config, heap * MIB).problems();
    if (path.isEmpty() && heap > 40) {
      assertThat(problems).isEmpty();
    } else {
      assertThat(problems).singleElement().extracting(ConfigProblem::path).isEqualTo(path);
    }
  }

  @Test
  void saysTheSumAndWhatWouldFit() {
    assertThat(plan("dns: {cache: {maxEntries: 1000000}}", 192 * MIB).problems())
        .singleElement()
        .asString()
        .matches(
            "dns\\.cache\\.maxEntries: does not fit into memory: cache 5\\d\\dMiB, replicas 48MiB,"
                + " waiting queries 32MiB, TCP connections 4MiB, program 24MiB, directory at least"
                + " 8MiB come to 6\\d\\dMiB, and a heap of 192MiB has room for 180MiB: \"1000000\";"
                + " write \\d+ at most, or give the process \\d+MiB of memory, half of which is"
                + " heap, or set -Xmx\\d+m");
  }

  @ParameterizedTest
  @CsvSource({
    "dns: {cache: {maxEntries: %s}}, 1000000",
    "dns: {maxInflight: %s}, 900000",
    "replication: {maxMemory: %s}, 900MiB",
  })
  void eachRemedyMendsIt(String config, String value) {
    String message = plan(config.formatted(value), 192 * MIB).problems().getFirst().toString();
    Matcher remedy =
        Pattern.compile("write (\\S+) at most, or give .* or set -Xmx(\\d+)m").matcher(message);
    assertThat(remedy.find()).as(message).isTrue();
    assertThat(plan(config.formatted(remedy.group(1)), 192 * MIB).problems()).isEmpty();
    long heap = Long.parseLong(remedy.group(2)) * MIB;
    assertThat(plan(config.formatted(value), heap * 29 / 30).problems()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"44, 0", "64, 10", "192, 0", "192, 60", "192, 100", "192, 110", "1024, 300"})
  void sharesNeverComeToMoreThanTheHeap(int heap, int directory) {
    MemoryPlan plan = plan("", heap * MIB);
    long taken = Math.min(directory * MIB, plan.directory());
    long replicas = plan.replicas(taken);
    long cache = plan.cache(taken + replicas);
    long rest = 24 * MIB + plan.queriesThatFit() * 1024L + 1024 * 4096;
    assertThat(taken + replicas + cache + rest).isLessThan(heap * MIB);
  }

  @Test
  void theCacheGivesWayFirstAndTheDirectoryLast() {
    MemoryPlan plan = plan("", 192 * MIB);
    long full = ResponseCache.octetsWhenFull(100_000);
    assertThat(plan.cache(0)).isEqualTo(full);
    assertThat(plan.replicas(0)).isEqualTo(48 * MIB);
    assertThat(plan.replicas(60 * MIB)).isEqualTo(48 * MIB);
    assertThat(plan.cache(108 * MIB)).isLessThan(full).isGreaterThanOrEqualTo(MIB);
    assertThat(plan.replicas(plan.directory())).isZero();
    assertThat(plan.cache(plan.directory())).isEqualTo(MIB);
  }

  @Test
  void theChartsLimitHoldsALargeRegionAndItsPeers() {
    MemoryPlan plan = plan("", 192 * MIB);
    long directory = Directory.octets(20_000, 300_000);
    assertThat(directory).isLessThan(plan.directory());
    assertThat(plan.replicas(Directory.octets(20_000, 100_000))).isEqualTo(48 * MIB);
  }

  @Test
  void theSizingPageHasTheFiguresOfTheDirectory() throws IOException {
    String page = Files.readString(Path.of("../docs/operate/sizing.md"));
    long service = Directory.octets(1, 0);
    long endpoint = Directory.octets(0, 1);
    assertThat(page)
        .contains("%,d bytes per Service and %,d per endpoint".formatted(service, endpoint))
        .contains("%,d B × Services + %,d B × endpoints".formatted(service, endpoint));
  }

  private MemoryPlan plan(String yaml, long heap) {
    return MemoryPlan.of(Configs.of(yaml), heap);
  }
}
