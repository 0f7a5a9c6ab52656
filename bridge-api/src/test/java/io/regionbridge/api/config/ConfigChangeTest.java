package io.regionbridge.api.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigChangeTest {
  private static final BridgeConfig STARTED = config("");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "regions: [{name: mn}]             | regions                 | ''",
        "directory: {files: [a.yaml]}      | directory.files         | ''",
        "dns: {ttl: 6s, allow: ['::/0']}     | dns.allow, dns.ttl      | ''",
        "dns: {cache: {serveStale: 0s}}    | dns.cache.serveStale    | ''",
        "dns: {tcp: {maxConnections: 200}} | dns.tcp.maxConnections  | ''",
        "dns: {listen: [10.0.0.1]}         | ''                      | dns.listen",
        "dns: {cache: {maxEntries: 9}}     | ''                      | dns.cache.maxEntries",
        "dns: {threads: 1, maxInflight: 20000} | dns.maxInflight     | dns.threads",
        "kubernetes: {enabled: false}      | ''                      | kubernetes.enabled",
        "admin: {listen: 127.0.0.1:80}     | ''                      | admin.listen",
        "admin: {tokenFile: token}         | ''                      | admin.tokenFile",
        "log: {format: json, level: warn}  | log.level               | log.format",
        "overlay: {interface: wg0}         | ''                      | overlay.interface",
      })
  void tellsWhatAppliesNowFromWhatNeedsARestart(String keys, String live, String restart) {
    ConfigChange change = ConfigChange.between(STARTED, STARTED, config(keys));
    assertThat(change).isEqualTo(new ConfigChange(paths(live), paths(restart)));
  }

  @Test
  void remembersWhatWaitsForARestart() {
    BridgeConfig threads = config("dns: {threads: 1}");
    BridgeConfig both = config("dns: {threads: 1, ttl: 6s}");
    assertThat(ConfigChange.between(STARTED, threads, both))
        .isEqualTo(new ConfigChange(List.of("dns.ttl"), List.of("dns.threads")))
        .hasToString("in force now: dns.ttl; needs a restart: dns.threads");
    assertThat(ConfigChange.between(STARTED, threads, STARTED))
        .isEqualTo(new ConfigChange(List.of(), List.of()))
        .hasToString("nothing changed");
  }

  @Test
  void takesOverNoMoreThanWhatARunningProcessCan() {
    BridgeConfig taken =
        STARTED.withLive(config("dns: {threads: 3, ttl: 6s}, log: {format: text, level: warn}"));
    assertThat(taken)
        .isEqualTo(config("dns: {ttl: 6s}, log: {level: warn}"))
        .hasSameHashCodeAs(config("dns: {ttl: 6s}, log: {level: warn}"));
    assertThat(taken.get(ConfigKeys.DNS_THREADS)).isZero();
  }

  @Test
  void isEmptyBetweenEqualConfigurations() {
    ConfigChange change = ConfigChange.between(STARTED, STARTED, config(""));
    assertThat(change).isEqualTo(new ConfigChange(List.of(), List.of()));
  }

  private static List<String> paths(String text) {
    return text.isEmpty() ? List.of() : Arrays.asList(text.split(", "));
  }

  private static BridgeConfig config(String keys) {
    ConfigResult result =
        ConfigReader.read("{region: {name: fsn1}, " + keys + "}", Path.of("/etc"), Map.of());
    assertThat(result).isInstanceOf(ConfigResult.Valid.class);
    return ((ConfigResult.Valid) result).config();
  }
}
