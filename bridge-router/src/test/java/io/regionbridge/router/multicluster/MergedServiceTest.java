package io.regionbridge.router.multicluster;

import static io.regionbridge.router.multicluster.Exports.HELLO;
import static io.regionbridge.router.multicluster.Exports.hello;
import static io.regionbridge.router.multicluster.Exports.region;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.IpFamily;
import io.regionbridge.router.directory.Protocol;
import io.regionbridge.router.directory.RegionServices;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceTraits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class MergedServiceTest {
  private static MergedService merged(DirectoryService here, DirectoryService far) {
    return MergedService.of(HELLO, List.of(region("here", here), region("far", far))).orElseThrow();
  }

  private static ServiceFacts.Port port(String name, Protocol protocol, int number) {
    return new ServiceFacts.Port(name, protocol, number);
  }

  private static ServiceTraits traits(
      @Nullable Integer affinity, @Nullable String policy, @Nullable String distribution) {
    return new ServiceTraits(List.of(IpFamily.IPV4), affinity, policy, distribution, false);
  }

  static Stream<Arguments> disagreements() {
    return Stream.of(
        Arguments.of("TypeConflict", hello().headless()),
        Arguments.of("PortConflict", hello().ports(port("http", Protocol.TCP, 81))),
        Arguments.of("PortConflict", hello().ports(port("http", Protocol.UDP, 80))),
        Arguments.of(
            "PortConflict",
            hello()
                .ports(
                    new ServiceFacts.Port(
                        "http",
                        Protocol.TCP,
                        80,
                        new ServiceFacts.Port.Target.Numbered(80),
                        "kubernetes.io/h2c"))),
        Arguments.of("SessionAffinityConflict", hello().traits(traits(10, null, null))),
        Arguments.of("InternalTrafficPolicyConflict", hello().traits(traits(null, "Local", null))),
        Arguments.of(
            "TrafficDistributionConflict", hello().traits(traits(null, null, "PreferClose"))),
        Arguments.of(
            "IPFamilyConflict",
            hello().traits(new ServiceTraits(List.of(IpFamily.IPV6), null, null, null, false))),
        Arguments.of("LabelsConflict", hello().exporting(Map.of("a", "b"), Map.of())),
        Arguments.of("AnnotationsConflict", hello().exporting(Map.of(), Map.of("a", "b"))),
        // Where they mean the same.
        Arguments.of("", hello()),
        Arguments.of("", hello().at(7)),
        Arguments.of("", hello().pods("10.0.0.1")),
        Arguments.of("", hello().traits(traits(null, "Cluster", null))),
        Arguments.of(
            "",
            hello()
                .ports(
                    new ServiceFacts.Port(
                        "http", Protocol.TCP, 80, new ServiceFacts.Port.Target.Named("other")))));
  }

  @ParameterizedTest
  @MethodSource("disagreements")
  void whatExportsDisagreeAboutIsNamed(String reason, Exports.Hello other) {
    Map<ConflictReason, String> conflicts = merged(hello().make(), other.make()).conflicts();
    assertThat(conflicts.keySet().stream().map(ConflictReason::text))
        .isEqualTo(reason.isEmpty() ? List.of() : List.of(reason));
    assertThat(conflicts.values())
        .allSatisfy(text -> assertThat(text).contains("region here").contains("region far"));
  }

  @Test
  void twoTimeoutsOfTheAffinityAreAConflictOfItsConfiguration() {
    MergedService merged =
        merged(
            hello().traits(traits(10, null, null)).make(),
            hello().at(1).traits(traits(20, null, null)).make());
    assertThat(merged.conflicts()).containsOnlyKeys(ConflictReason.SESSION_AFFINITY_CONFIG);
    assertThat(merged.traits().affinitySeconds()).isEqualTo(10);
  }

  @Test
  void theOldestExportCounts() {
    MergedService merged =
        merged(
            hello().at(2).headless().exporting(Map.of("a", "young"), Map.of()).make(),
            hello().at(1).exporting(Map.of("a", "old"), Map.of("b", "old")).make());
    assertThat(merged.headless()).isFalse();
    assertThat(merged.labels()).containsExactly(Map.entry("a", "old"));
    assertThat(merged.annotations()).containsExactly(Map.entry("b", "old"));
    assertThat(merged.exporters()).containsExactly("far", "here");
  }

  @Test
  void ofEquallyOldExportsThatOfTheFirstRegionByNameCounts() {
    assertThat(merged(hello().headless().make(), hello().make()).headless()).isFalse();
  }

  static Stream<Arguments> joined() {
    return Stream.of(
        Arguments.of(
            List.of(port("tcp", Protocol.TCP, 42), port("udp", Protocol.UDP, 42)),
            List.of(port("tcp", Protocol.TCP, 42), port("sctp", Protocol.SCTP, 142)),
            List.of("tcp 42", "udp 42", "sctp 142")),
        Arguments.of(
            List.of(port("tcp", Protocol.TCP, 42)),
            List.of(port("tcp", Protocol.TCP, 43)),
            List.of("tcp 42")),
        Arguments.of(
            List.of(port("a", Protocol.TCP, 42)),
            List.of(port("b", Protocol.TCP, 42)),
            List.of("a 42")),
        // One Service cannot have a port without a name beside others.
        Arguments.of(
            List.of(port("", Protocol.TCP, 42)),
            List.of(port("b", Protocol.TCP, 43)),
            List.of(" 42")),
        Arguments.of(
            List.of(port("b", Protocol.TCP, 43)),
            List.of(port("", Protocol.TCP, 42)),
            List.of("b 43")),
        Arguments.of(List.of(), List.of(port("b", Protocol.TCP, 43)), List.of("b 43")));
  }

  @ParameterizedTest
  @MethodSource("joined")
  void portsAreJoinedAsFarAsOneServiceCanHaveThem(
      List<ServiceFacts.Port> old, List<ServiceFacts.Port> young, List<String> joined) {
    MergedService merged =
        merged(
            hello().at(1).ports(young.toArray(ServiceFacts.Port[]::new)).make(),
            hello().ports(old.toArray(ServiceFacts.Port[]::new)).make());
    assertThat(merged.ports().stream().map(port -> port.name() + " " + port.port()))
        .isEqualTo(joined);
  }

  @Test
  void whatIsNotExportedAndAnExternalNameAreLeftOut() {
    List<RegionServices> regions =
        List.of(
            region("here", hello().unexported().make()),
            region("far", hello().externalName().make()));
    assertThat(MergedService.of(HELLO, regions)).isEmpty();
  }

  @Test
  void anApplicationProtocolThatNoServiceCanHaveIsLeftOut() {
    MergedService merged =
        MergedService.of(
                HELLO,
                List.of(
                    region(
                        "far",
                        hello()
                            .ports(
                                new ServiceFacts.Port(
                                    "http",
                                    Protocol.TCP,
                                    80,
                                    new ServiceFacts.Port.Target.Numbered(80),
                                    "not/a/protocol"))
                            .make())))
            .orElseThrow();
    assertThat(merged.ports().getFirst().appProtocol()).isNull();
  }

  @Test
  void theOrderOfTheRegionsMakesNoDifference() {
    Random random = new Random(19);
    for (int round = 0; round < 300; round++) {
      List<RegionServices> regions = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        Exports.Hello hello =
            hello()
                .at(random.nextInt(3))
                .ports(
                    port("p" + random.nextInt(3), Protocol.TCP, 80 + random.nextInt(3)),
                    port("q", Protocol.UDP, 80 + random.nextInt(2)))
                .traits(traits(random.nextBoolean() ? 5 : null, null, null));
        regions.add(region("r" + i, (random.nextInt(4) == 0 ? hello.headless() : hello).make()));
      }
      MergedService one = MergedService.of(HELLO, regions).orElseThrow();
      Collections.shuffle(regions, random);
      MergedService other = MergedService.of(HELLO, regions).orElseThrow();
      assertThat(other.ports()).isEqualTo(one.ports());
      assertThat(other.headless()).isEqualTo(one.headless());
      assertThat(other.traits()).isEqualTo(one.traits());
      assertThat(other.conflicts()).isEqualTo(one.conflicts());
      assertThat(other.exporters()).isEqualTo(one.exporters());
    }
  }
}
