package io.regionbridge.api.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.RegionDomain;
import io.regionbridge.router.net.SocketLiteral;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EnvironmentTest {
  private static final String FILE = "{region: {name: fsn1}, dns: {ttl: 9s}}";

  @Test
  void overridesTheFile() {
    BridgeConfig config =
        valid(
            Map.of(
                "REGION_BRIDGE_REGION_NAME", "mn",
                "REGION_BRIDGE_DNS_TTL", "7s",
                "REGION_BRIDGE_DNS_LISTEN", "[::1]:1053, 127.0.0.1:1053,",
                "REGION_BRIDGE_DNS_CACHE_PREFETCH", "False",
                "REGION_BRIDGE_DNS_THREADS", "3",
                "REGION_BRIDGE_REGIONS",
                    "[{name: sgp1, gateways: [10.0.0.1]}, {name: fra1, contain: false}]",
                "REGION_BRIDGE_REGION_ALIAS_RANGES",
                    "[{range: 10.42.0.0/16, alias: 10.142.0.0/16}]",
                "REGION_BRIDGE_OVERLAY_INTERFACE", " ",
                "HOME", "/root"));
    assertThat(config.get(ConfigKeys.REGION_NAME)).isEqualTo("mn");
    assertThat(config.get(ConfigKeys.REGION_DOMAIN)).isEqualTo(new RegionDomain("mn.internal"));
    assertThat(config.get(ConfigKeys.DNS_TTL)).hasSeconds(7);
    assertThat(config.get(ConfigKeys.DNS_LISTEN))
        .extracting(SocketLiteral::format)
        .containsExactly("[::1]:1053", "127.0.0.1:1053");
    assertThat(config.get(ConfigKeys.DNS_CACHE_PREFETCH)).isFalse();
    assertThat(config.get(ConfigKeys.DNS_THREADS)).isEqualTo(3);
    assertThat(config.get(ConfigKeys.OVERLAY_INTERFACE)).isEmpty();
    assertThat(config.get(ConfigKeys.REGION_ALIAS_RANGES))
        .singleElement()
        .satisfies(entry -> {
          assertThat(entry.get(ConfigKeys.ALIAS_RANGE)).isEqualTo(Cidr.of("10.42.0.0/16"));
          assertThat(entry.get(ConfigKeys.ALIAS_ALIAS)).isEqualTo(Cidr.of("10.142.0.0/16"));
        });
    assertThat(config.get(ConfigKeys.REGIONS))
        .extracting(peer -> peer.get(ConfigKeys.PEER_NAME))
        .containsExactly("sgp1", "fra1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "REGION_BRIDGE_DNS_CACHE_MAXENTRIES",
        "REGION_BRIDGE_DNS_CACHE_MAX_ENTRIES",
      })
  void takesTheWordsOfAKeySplitOrNot(String name) {
    assertThat(valid(Map.of(name, "77")).get(ConfigKeys.DNS_CACHE_MAX_ENTRIES)).isEqualTo(77);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "10.0.0.1:53, 10.0.0.2:53         | 10.0.0.1:53 10.0.0.2:53",
        "[10.0.0.1:53]                    | 10.0.0.1:53",
        "[10.0.0.1:53, 10.0.0.2:53]       | 10.0.0.1:53 10.0.0.2:53",
        "[\"10.0.0.1:53\", '10.0.0.2:53'] | 10.0.0.1:53 10.0.0.2:53",
        "[::1]                            | [::1]",
        "[::1],[::2]                      | [::1] [::2]",
        "[::1]:53,[::2]                   | [::1]:53 [::2]",
        "[[::1]:53]                       | [::1]:53",
        "[[::1], [::2]:53]                | [::1] [::2]:53",
        "[fd00::/48]                      | fd00::/48",
        "[]                               | ``",
        "[10.0.0.1                        | [10.0.0.1",
      })
  void readsListsWithBracketsAndWithout(String text, String items) {
    assertThat(String.join(" ", Environment.items(text))).isEqualTo(items);
  }

  @Test
  void hasANameForEveryKey() {
    assertThat(Environment.names("directory.clusterIP"))
        .containsExactly("REGION_BRIDGE_DIRECTORY_CLUSTERIP", "REGION_BRIDGE_DIRECTORY_CLUSTER_IP");
    assertThat(Environment.names("region.podCIDRs"))
        .containsExactly("REGION_BRIDGE_REGION_PODCIDRS", "REGION_BRIDGE_REGION_POD_CIDRS");
    assertThat(Environment.names("dns.tcp.maxConnectionsPerClient"))
        .containsExactly(
            "REGION_BRIDGE_DNS_TCP_MAXCONNECTIONSPERCLIENT",
            "REGION_BRIDGE_DNS_TCP_MAX_CONNECTIONS_PER_CLIENT");
  }

  @ParameterizedTest
  @MethodSource("keys")
  void canSetEveryKey(String path) {
    // No key takes this text, so each has to tell of it: whatever is not read stays silent.
    String name = Environment.names(path).getLast();
    assertThat(problems(Map.of(name, "{[\0")))
        .anySatisfy(problem -> assertThat(problem.path()).startsWith(name));
  }

  static List<String> keys() {
    return ConfigKeys.of("").stream().map(ConfigKey::path).toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "REGION_BRIDGE_DNS_TTL        | 5             | REGION_BRIDGE_DNS_TTL | is no duration:"
            + " \"5\"",
        "REGION_BRIDGE_DNS_THREADS    | two           | REGION_BRIDGE_DNS_THREADS | no whole"
            + " number: \"two\"",
        "REGION_BRIDGE_DNS_LISTEN     | 10.0.0.1,here | REGION_BRIDGE_DNS_LISTEN | not an IP"
            + " address: \"here\"",
        "REGION_BRIDGE_DNS_CACHE_PREFETCH | maybe     | REGION_BRIDGE_DNS_CACHE_PREFETCH | true or"
            + " false is needed",
        "REGION_BRIDGE_REGIONS        | mn            | REGION_BRIDGE_REGIONS | list is needed,"
            + " this is text",
        "REGION_BRIDGE_REGIONS        | [{name: fsn1}] | REGION_BRIDGE_REGIONS[0].name | also the"
            + " name at region.name",
        "REGION_BRIDGE_REGIONS        | [{nane: mn}]  | REGION_BRIDGE_REGIONS[0].nane | mean"
            + " REGION_BRIDGE_REGIONS[0].name?",
        "REGION_BRIDGE_REGIONS        | [{name: mn    | REGION_BRIDGE_REGIONS | line 1, column 11",
        "REGION_BRIDGE_DNS_LISTENS    | 10.0.0.1      | REGION_BRIDGE_DNS_LISTENS | did you mean"
            + " REGION_BRIDGE_DNS_LISTEN?",
        "REGION_BRIDGE_DNS_MAXENTRIES | 5             | REGION_BRIDGE_DNS_MAXENTRIES | did you mean"
            + " REGION_BRIDGE_DNS_CACHE_MAXENTRIES?",
        "REGION_BRIDGE_DNS_CACHE      | {}            | REGION_BRIDGE_DNS_CACHE | one by one, such"
            + " as REGION_BRIDGE_DNS_CACHE_MAXENTRIES",
        "REGION_BRIDGE_DNS_PORT       | 1053          | REGION_BRIDGE_DNS_PORT | stands for no key",
        "REGION_BRIDGE_PORT           | 1053          | REGION_BRIDGE_PORT | stands for no key",
        "REGION_BRIDGE_SERVICE_CIDRS  | 10.43.0.0/16  | REGION_BRIDGE_SERVICE_CIDRS | did you mean"
            + " REGION_BRIDGE_REGION_SERVICE_CIDRS?",
        "REGION_BRIDGE_CONFIG         | a.yaml        | REGION_BRIDGE_CONFIG | stands for no key",
        "REGION_BRIDGE_               | x             | REGION_BRIDGE_ | stands for no key",
      })
  void namesTheVariable(String name, String value, String path, String fragment) {
    assertThat(problems(Map.of(name, value)))
        .anySatisfy(problem -> {
          assertThat(problem.path()).isEqualTo(path);
          assertThat(problem.toString()).contains(fragment);
        });
  }

  @Test
  void refusesAKeyThatIsSetInBothSpellings() {
    assertThat(
            problems(
                Map.of(
                    "REGION_BRIDGE_DNS_CACHE_MAXENTRIES", "5",
                    "REGION_BRIDGE_DNS_CACHE_MAX_ENTRIES", "5")))
        .singleElement()
        .asString()
        .isEqualTo(
            "REGION_BRIDGE_DNS_CACHE_MAX_ENTRIES: sets dns.cache.maxEntries a second time;"
                + " keep REGION_BRIDGE_DNS_CACHE_MAXENTRIES");
  }

  @Test
  void leavesTheLaunchersVariablesAlone() {
    valid(
        Map.of(
            "REGION_BRIDGE_JAVA_HOME", "/usr/lib/jvm/25",
            "REGION_BRIDGE_JAVA_OPTS", "-Xmx1g",
            "REGION_BRIDGE_HOME", "/opt/region-bridge"));
  }

  /** As kubelet writes them for a Service with the ports dns (53/UDP) and http (8053/TCP). */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "REGION_BRIDGE",
        "REGION_BRIDGE_DNS",
        "REGION_BRIDGE_ADMIN_HTTP",
        "REGION_BRIDGE_FSN1_2",
        "REGION_BRIDGE_SERVICE",
        "REGION_BRIDGE_PORT"
      })
  void leavesTheVariablesOfServicesAlone(String service) {
    Map<String, String> variables = new HashMap<>();
    for (String line :
        """
        _SERVICE_HOST=10.43.0.9
        _SERVICE_PORT=53
        _SERVICE_PORT_DNS=53
        _SERVICE_PORT_HTTP_ADMIN=8053
        _PORT=udp://10.43.0.9:53
        _PORT_53_UDP=udp://10.43.0.9:53
        _PORT_53_UDP_PROTO=udp
        _PORT_53_UDP_PORT=53
        _PORT_53_UDP_ADDR=10.43.0.9
        _PORT_8053_TCP=tcp://[fd00::9]:8053
        _PORT_8053_TCP_PROTO=tcp
        _PORT_8053_TCP_PORT=8053
        _PORT_8053_TCP_ADDR=fd00::9
        """
            .lines()
            .toList()) {
      String[] variable = line.split("=", 2);
      variables.put(service + variable[0], variable[1]);
    }
    valid(variables);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "_SERVICE_HOST=bridge.example",
        "_SERVICE_PORT=dns",
        "_PORT=53",
        "_PORT_53_UDP=53",
        "_PORT_53_UDP_PROTO=icmp",
        "_PORT_53_UDP_ADDR=here",
        "_PORT_53=udp://10.43.0.9:53",
        "_DNSPORT=udp://10.43.0.9:53",
        "PORT=udp://10.43.0.9:53",
      })
  void tellsMistypedKeysFromTheVariablesOfServices(String variable) {
    String[] parts = variable.split("=", 2);
    assertThat(KubernetesVariable.isOne(parts[0], parts[1])).isFalse();
  }

  private static ConfigResult read(Map<String, String> environment) {
    return ConfigReader.read(FILE, Path.of("/etc"), environment);
  }

  private static BridgeConfig valid(Map<String, String> environment) {
    ConfigResult result = read(environment);
    assertThat(result).isInstanceOf(ConfigResult.Valid.class);
    return ((ConfigResult.Valid) result).config();
  }

  private static List<ConfigProblem> problems(Map<String, String> environment) {
    ConfigResult result = read(environment);
    assertThat(result).isInstanceOf(ConfigResult.Invalid.class);
    return ((ConfigResult.Invalid) result).problems();
  }
}
