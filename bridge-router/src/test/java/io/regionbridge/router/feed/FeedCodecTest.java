package io.regionbridge.router.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regionbridge.router.directory.ClusterSetRole;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.Endpoint;
import io.regionbridge.router.directory.EndpointState;
import io.regionbridge.router.directory.ExportAnnotation;
import io.regionbridge.router.directory.Interned;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.directory.ServiceTraits;
import io.regionbridge.router.directory.ServiceType;
import io.regionbridge.router.net.IpAddress;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FeedCodecTest {
  private static final Instant SINCE = Instant.parse("2026-01-02T03:04:05Z");
  private static final FeedDecoder DECODER = new FeedDecoder(new Interned());

  static Stream<FeedRecord> records() {
    return Stream.of(
        new FeedRecord.Start(1, "mn", "mn.internal", Duration.ofSeconds(5), true),
        new FeedRecord.Start(1, "mn", "mn.internal", Duration.ZERO, false),
        new FeedRecord.Changed(Directories.service("shop", "web")),
        new FeedRecord.Changed(Directories.service("shop", "web", "10.1.0.1", "fd00::1")),
        new FeedRecord.Changed(Directories.rich()),
        new FeedRecord.Changed(exported(new ClusterSetRole.Exported(SINCE))),
        new FeedRecord.Changed(
            exported(
                new ClusterSetRole.Exported(
                    SINCE, Map.of("team", "a", "x.y/z", ""), Map.of("note", "two words \u00e9")))),
        new FeedRecord.Changed(
            new DirectoryService(
                Directories.service("a", "b")
                    .facts()
                    .withClusterIps(List.of(IpAddress.of("10.2.0.1"))),
                List.of())),
        new FeedRecord.Changed(
            new DirectoryService(
                new ServiceFacts(
                    new ServiceKey("shop", "out"),
                    ServiceType.EXTERNAL_NAME,
                    List.of(),
                    List.of(),
                    false,
                    "example.com",
                    ExportAnnotation.NONE,
                    ServiceTraits.NONE),
                List.of())),
        new FeedRecord.Removed(new ServiceKey("shop", "web")),
        new FeedRecord.Current(new Position(-1, 17)));
  }

  private static DirectoryService exported(ClusterSetRole.Exported export) {
    DirectoryService service = Directories.service("shop", "web", "10.1.0.1");
    return new DirectoryService(service.facts().withRole(export), service.endpoints());
  }

  @Test
  void anExportIsReadableByPeople() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FeedEncoder.write(
        new FeedRecord.Changed(
            exported(new ClusterSetRole.Exported(SINCE, Map.of("team", "a"), Map.of("b", "c d")))),
        out);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains(
            """
            "exportedAt":"2026-01-02T03:04:05Z","exportedLabels":{"team":"a"},\
            "exportedAnnotations":{"b":"c d"}\
            """);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"exportedAt\":17",
        "\"exportedAt\":\"yesterday\"",
        "\"exportedAt\":\"-0001-01-01T00:00:00Z\"",
        "\"exportedAt\":\"+12026-01-01T00:00:00Z\"",
        "\"exportedLabels\":[]",
        "\"exportedLabels\":{\"a\":1}",
        "\"exportedAnnotations\":{\"a\":{\"b\":\"c\"}}",
      })
  void anExportThatCannotBeCostsItsServiceAlone(String field) throws MalformedFeedException {
    assertThat(decode("{\"service\":{%s,\"namespace\":\"a\",\"name\":\"b\"}}".formatted(field)))
        .isInstanceOfSatisfying(
            FeedRecord.Refused.class,
            refused -> assertThat(refused.key()).isEqualTo(new ServiceKey("a", "b")));
  }

  @ParameterizedTest
  @MethodSource("records")
  void whatIsWrittenIsReadBack(FeedRecord written) throws MalformedFeedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FeedEncoder.write(written, out);
    byte[] line = out.toByteArray();
    assertThat(new String(line, StandardCharsets.UTF_8)).endsWith("}\n").containsOnlyOnce("\n");
    assertThat(DECODER.decode(line, 0, line.length - 1)).isEqualTo(written);
  }

  @Test
  void aLineIsReadableByPeople() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FeedEncoder.write(new FeedRecord.Changed(Directories.service("shop", "web", "10.1.0.1")), out);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            """
            {"service":{"namespace":"shop","name":"web",\
            "ports":[{"name":"http","protocol":"TCP","port":80,"targetPort":8080}],\
            "slices":[{"ports":[{"name":"http","protocol":"TCP","port":8080}],\
            "endpoints":[{"address":"10.1.0.1"}]}]}}
            """);
  }

  @Test
  void whatANewerVersionAddsIsIgnored() throws MalformedFeedException {
    FeedRecord read =
        decode(
            """
            {"service":{"x":{"y":[1,{"z":null}]},"namespace":"shop","name":"web","new":true,\
            "annotations":{"a":"b"},"ports":[{"name":"http","port":80,"targetPort":8080,"q":[]}],\
            "slices":[{"w":1,"ports":[{"name":"http","port":8080,"t":{}}],\
            "endpoints":[{"address":"10.1.0.1","weight":3}]}]},"later":1}\
            """);
    assertThat(read)
        .isEqualTo(new FeedRecord.Changed(Directories.service("shop", "web", "10.1.0.1")));
    assertThat(decode("{\"later\":{\"a\":[{}]}}")).isEqualTo(new FeedRecord.Unknown());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "[]",
        "{",
        "{}{}",
        "{\"current\":17}",
        "{\"current\":\"x\"}",
        "{\"current\":\"0000000000000001-\"}",
        "{\"current\":{}}",
        "{\"start\":{}}",
        "{\"start\":5}",
        "{\"start\":{\"version\":1,\"region\":\"mn\",\"domain\":\"-\"}}",
        "{\"start\":{\"version\":1,\"region\":5,\"domain\":\"mn.internal\"}}",
        "{\"start\":{\"version\":1,\"region\":\"mn\",\"domain\":5}}",
        "{\"start\":{\"version\":\"1\",\"region\":\"mn\",\"domain\":\"mn.internal\"}}",
        "{\"service\":{\"namespace\":\"a\"",
      })
  void whatIsNoFeedEndsIt(String line) {
    assertEnded(line);
  }

  @Test
  void aLineMayBeNoDeeperThanALaterVersionCouldMakeIt() throws MalformedFeedException {
    assertThat(decode("{\"later\":" + "[".repeat(60) + "]".repeat(60) + "}"))
        .isEqualTo(new FeedRecord.Unknown());
    assertEnded("{\"later\":" + "[".repeat(70) + "]".repeat(70) + "}");
  }

  private static void assertEnded(String line) {
    assertThatThrownBy(() -> decode(line))
        .isInstanceOf(MalformedFeedException.class)
        .message()
        .isNotBlank()
        .doesNotContain("\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"service\":5}",
        "{\"service\":[{\"namespace\":\"a\"}]}",
        "{\"service\":null}",
        "{\"service\":{}}",
        "{\"service\":{\"namespace\":{\"a\":1},\"name\":\"b\"}}",
        "{\"removed\":5}",
        "{\"removed\":[[]]}",
        "{\"removed\":{}}",
        "{\"removed\":{\"namespace\":[\"a\"],\"name\":\"b\"}}",
        "{\"removed\":{\"namespace\":\"A\",\"name\":\"b\"}}",
      })
  void whatNamesNoServiceCostsItsLineAlone(String line) throws MalformedFeedException {
    assertThat(decode(line))
        .isInstanceOfSatisfying(
            FeedRecord.Refused.class, refused -> assertThat(refused.key()).isNull());
  }

  @Test
  void whatALaterVersionAddsMayHaveLongNamesAndNumbers() throws MalformedFeedException {
    String added = "\"%s\":%s".formatted("x".repeat(1000), "7".repeat(1000));
    assertThat(decode("{\"service\":{%s,\"namespace\":\"a\",\"name\":\"b\"}}".formatted(added)))
        .isInstanceOf(FeedRecord.Changed.class);
  }

  @Test
  void aLabelMayHaveALongPrefix() throws MalformedFeedException {
    String key = ("a".repeat(62) + ".").repeat(4).substring(0, 251) + "/" + "n".repeat(63);
    assertThat(
            decode(
                """
                {"service":{"namespace":"a","name":"b","exportedAt":"2026-01-02T03:04:05Z",\
                "exportedLabels":{"%s":"v"}}}\
                """
                    .formatted(key)))
        .isInstanceOfSatisfying(
            FeedRecord.Changed.class,
            changed -> assertThat(changed.service().facts().export()).isNotNull());
  }

  /** Wrong values in a Service, and that nothing after them is misread. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"headless\":1|headless",
        "\"headless\":{\"a\":[1,2,{\"b\":3}]}|headless",
        "\"externalName\":\"a b\"|externalName",
        "\"clusterIPs\":[\"10.0.0.1\",\"10.0.0.2\",\"10.0.0.3\"]|clusterIPs",
        "\"clusterIPs\":[\"10.0.0.256\"]|clusterIPs",
        "\"clusterIPs\":\"10.0.0.1\"|clusterIPs",
        "\"ipFamilies\":[\"IPv5\"]|ipFamilies",
        "\"sessionAffinitySeconds\":0|sessionAffinitySeconds",
        "\"sessionAffinitySeconds\":99999999999999999999|sessionAffinitySeconds",
        "\"ports\":[{\"name\":\"a\"}]|ports",
        "\"ports\":[{\"port\":65536}]|port",
        "\"ports\":[{\"port\":0}]|port",
        "\"ports\":[{\"port\":1.5}]|port",
        "\"ports\":[7]|must be an object",
        "\"ports\":[{\"port\":80,\"protocol\":\"ICMP\"}]|protocol",
        "\"ports\":[{\"port\":80,\"targetPort\":\"Not a port\"}]|targetPort",
        "\"slices\":[{\"endpoints\":[{\"address\":\"pod\"}]}]|address",
        "\"slices\":[{\"endpoints\":[{\"hostname\":\"a\"}]}]|address",
        "\"slices\":[{\"endpoints\":[{\"address\":\"10.0.0.1\",\"hostname\":\"a.b\"}]}]|hostname",
        "\"slices\":[{\"endpoints\":[{\"address\":\"10.0.0.1\",\"ready\":\"yes\"}]}]|ready",
        "\"slices\":{\"endpoints\":[]}|slices",
      })
  void aServiceThatCannotBeCostsItselfAlone(String field, String named)
      throws MalformedFeedException {
    FeedRecord read = decode("{\"service\":{\"namespace\":\"a\"," + field + ",\"name\":\"b\"}}");
    assertThat(read)
        .isInstanceOfSatisfying(
            FeedRecord.Refused.class,
            refused -> {
              assertThat(refused.key()).isEqualTo(new ServiceKey("a", "b"));
              assertThat(refused.reason()).contains(named);
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "A", "a.b", "a b", "-a", "a\\u0000"})
  void aNameThatIsNoneIsRefused(String name) throws MalformedFeedException {
    assertThat(decode("{\"service\":{\"namespace\":\"a\",\"name\":\"" + name + "\"}}"))
        .isInstanceOf(FeedRecord.Refused.class);
  }

  @Test
  void moreEndpointsThanMayBeAreRefusedAndNeverWritten() throws MalformedFeedException {
    List<Endpoint> many = new ArrayList<>();
    StringBuilder line = new StringBuilder("{\"service\":{\"namespace\":\"a\",\"name\":\"b\",");
    line.append("\"slices\":[{\"endpoints\":[");
    for (int i = 0; i <= FeedLimits.ENDPOINTS; i++) {
      IpAddress address = new IpAddress.V4(0x0a000000 + i);
      line.append(i == 0 ? "" : ",").append("{\"address\":\"" + address + "\"}");
      many.add(new Endpoint(address, null, EndpointState.READY, List.of()));
    }
    line.append("]}]}}");
    assertThat(decode(line.toString())).isInstanceOf(FeedRecord.Refused.class);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FeedEncoder.write(
        new FeedRecord.Changed(new DirectoryService(Directories.service("a", "b").facts(), many)),
        out);
    byte[] written = out.toByteArray();
    assertThat(DECODER.decode(written, 0, written.length))
        .isInstanceOfSatisfying(
            FeedRecord.Changed.class,
            changed -> assertThat(changed.service().endpoints()).hasSize(FeedLimits.ENDPOINTS));
  }

  private static FeedRecord decode(String line) throws MalformedFeedException {
    byte[] octets = line.getBytes(StandardCharsets.UTF_8);
    return DECODER.decode(octets, 0, octets.length);
  }
}
