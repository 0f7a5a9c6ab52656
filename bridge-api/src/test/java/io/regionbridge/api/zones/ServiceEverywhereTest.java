package io.regionbridge.api.zones;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.directory.ClusterIpRule;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.Endpoint;
import io.regionbridge.router.directory.EndpointState;
import io.regionbridge.router.directory.ExportAnnotation;
import io.regionbridge.router.directory.ExportRule;
import io.regionbridge.router.directory.Protocol;
import io.regionbridge.router.directory.RegionServices;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.directory.ServiceTraits;
import io.regionbridge.router.directory.ServiceType;
import io.regionbridge.router.feed.PeerRule;
import io.regionbridge.router.net.IpAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Name;

final class ServiceEverywhereTest {
  private static final ServiceKey WEB = new ServiceKey("shop", "web");

  /**
   * Three regions, the local one first. Each is written as {@code ready/draining}, with {@code !}
   * before it if it cannot be reached, and {@code -} if it has no such Service. The answer is
   * written by the numbers of the regions whose pods are in it.
   */
  @ParameterizedTest
  @CsvSource({
    "1/0, 1/0, 1/0, 0",
    "0/0, 1/0, 1/0, 1",
    "-, 1/0, 1/0, 1",
    "0/0, 0/0, 1/0, 2",
    "0/1, 1/0, 0/0, 1",
    "0/1, 0/1, 0/0, 0",
    "0/1, -, 0/0, 0",
    "0/0, !1/0, 1/0, 2",
    "0/0, !1/0, 0/1, 2",
    "0/0, !1/0, 0/0, 1",
    "0/0, !1/0, !1/0, 1",
    "0/0, 0/0, 0/0, ''",
    "-, -, -, ''",
  })
  void theFirstRegionThatHasReadyPodsAnswers(
      String local, String near, String far, String answering) {
    assertThat(answering(false, local, near, far)).isEqualTo(answering);
  }

  @ParameterizedTest
  @CsvSource({
    "1/0, 1/0, 1/0, 012",
    "1/0, !1/0, 1/0, 02",
    "0/0, !1/0, !1/0, 12",
    "0/1, 1/0, 0/0, 1",
    "0/1, 0/0, 0/1, 02",
    "-, 1/0, -, 1",
  })
  void aServiceThatIsSpreadAnswersFromAll(String local, String near, String far, String answering) {
    assertThat(answering(true, local, near, far)).isEqualTo(answering);
  }

  @Test
  void aHeadlessServiceAnswersFromAllAndPodsHaveNames() {
    List<RegionServices> regions =
        List.of(
            region(0, true, service(ServiceType.HEADLESS, false, pod(0, "db-0"))),
            region(1, true, service(ServiceType.HEADLESS, false, pod(1, "db-0"), pod(1, null))));
    Map<String, NameAnswers> names = ServiceEverywhere.names(WEB, regions);
    assertThat(names.keySet()).containsExactlyInAnyOrder("", "_http._tcp", "db-0.r0", "db-0.r1");
    assertThat(Objects.requireNonNull(names.get("")).peers().addresses()).hasSize(3);
    assertThat(Objects.requireNonNull(names.get("db-0.r1")).peers().addresses()).hasSize(1);
    assertThat(Objects.requireNonNull(names.get("_http._tcp")).cluster().targets())
        .extracting(NameAnswers.Target::host)
        .containsExactlyInAnyOrder("db-0.r0", "db-0.r1", "10-1-0-2.web.shop.svc.r1.internal.");
  }

  @Test
  void anAliasIsAnAlias() {
    ServiceFacts facts =
        new ServiceFacts(
            WEB,
            ServiceType.EXTERNAL_NAME,
            List.of(),
            List.of(),
            false,
            "example.com",
            ExportAnnotation.NONE);
    Map<String, NameAnswers> names =
        ServiceEverywhere.names(
            WEB, List.of(region(1, true, new DirectoryService(facts, List.of()))));
    assertThat(Objects.requireNonNull(names.get("")).peers().alias()).isEqualTo("example.com");
  }

  @Test
  void aServiceWithAClusterIpExistsWithoutPods() {
    Map<String, NameAnswers> names =
        ServiceEverywhere.names(
            WEB, List.of(region(0, true, service(ServiceType.CLUSTER_IP, false))));
    assertThat(names).containsOnlyKeys("");
    assertThat(
            ServiceEverywhere.names(
                WEB, List.of(region(0, true, service(ServiceType.HEADLESS, false)))))
        .isEmpty();
  }

  @Test
  void whatIsCompiledStepByStepIsWhatIsCompiledAtOnce() {
    Random random = new Random(3);
    ZoneSettings settings =
        new ZoneSettings(
            Name.fromConstantString("any.internal."),
            Duration.ofSeconds(1),
            List.of(),
            List.of(),
            List.of(),
            new PeerRule(
                ExportRule.ALL, new ClusterIpRule(ClusterIpRule.Mode.EXPAND, false), List.of()));
    AllNamesCompiler compiler = new AllNamesCompiler(settings);
    List<Directory> directories = new ArrayList<>(List.of(Directory.EMPTY, Directory.EMPTY));
    for (int step = 0; step < 300; step++) {
      int changed = random.nextInt(2);
      ServiceKey key = new ServiceKey("shop", "s" + random.nextInt(5));
      Directory before = directories.get(changed);
      directories.set(
          changed,
          random.nextInt(3) == 0
              ? before.without(key)
              : before.with(
                  service(
                      key,
                      random.nextBoolean() ? ServiceType.HEADLESS : ServiceType.CLUSTER_IP,
                      false,
                      pods(changed, random))));
      List<RegionServices> regions =
          List.of(
              region(0, true, directories.get(0)),
              region(1, random.nextInt(4) > 0, directories.get(1)));
      int names = compiler.compile(regions, true, Instant.EPOCH).names();
      int afresh = new AllNamesCompiler(settings).compile(regions, true, Instant.EPOCH).names();
      assertThat(names).as("step " + step).isEqualTo(afresh);
    }
  }

  @Test
  void regionsKeepTheirPlacesUntilTheDifferenceIsClear() {
    RegionOrder order = new RegionOrder();
    assertThat(order.of(Map.of("a", 10.0, "b", 12.0, "c", 0.0))).containsExactly("a", "b", "c");
    assertThat(order.of(Map.of("a", 13.0, "b", 9.0, "c", 0.0))).containsExactly("a", "b", "c");
    assertThat(order.of(Map.of("a", 13.0, "b", 7.0, "c", 0.0))).containsExactly("b", "a", "c");
    assertThat(order.of(Map.of("a", 13.0, "b", 0.0, "c", 1.0)))
        .as("a round trip that is not known now is as it was")
        .containsExactly("c", "b", "a");
    assertThat(order.of(Map.of("a", 13.0))).containsExactly("a");
  }

  private static Endpoint[] pods(int region, Random random) {
    return Stream.generate(() -> pod(region, random.nextBoolean() ? "p" : null))
        .limit(random.nextInt(3))
        .toArray(Endpoint[]::new);
  }

  private static String answering(boolean spread, String... states) {
    List<RegionServices> regions = new ArrayList<>();
    for (int i = 0; i < states.length; i++) {
      String state = states[i];
      boolean reachable = !state.startsWith("!");
      String[] counts = state.replace("!", "").split("/", -1);
      if (counts.length == 2) {
        List<Endpoint> pods = new ArrayList<>();
        if (counts[0].equals("1")) {
          pods.add(pod(i, null));
        } else if (counts[1].equals("1")) {
          pods.add(new Endpoint(address(i, 1), null, EndpointState.DRAINING, List.of()));
        }
        regions.add(
            region(
                i,
                reachable,
                service(ServiceType.CLUSTER_IP, spread, pods.toArray(Endpoint[]::new))));
      }
    }
    NameAnswers answers = ServiceEverywhere.names(WEB, regions).get("");
    StringBuilder answering = new StringBuilder();
    Collection<IpAddress> addresses = answers == null ? List.of() : answers.peers().addresses();
    for (IpAddress address : addresses) {
      answering.append(address.toString().split("\\.", -1)[1]);
    }
    return answering.toString();
  }

  private static IpAddress address(int region, int host) {
    return IpAddress.of("10." + region + ".0." + host);
  }

  private static Endpoint pod(int region, @Nullable String hostname) {
    return new Endpoint(
        address(region, hostname == null ? 2 : 1),
        hostname,
        EndpointState.READY,
        List.of(new Endpoint.Port("http", Protocol.TCP, 80)));
  }

  private static DirectoryService service(ServiceType type, boolean spread, Endpoint... endpoints) {
    return service(WEB, type, spread, endpoints);
  }

  private static DirectoryService service(
      ServiceKey key, ServiceType type, boolean spread, Endpoint... endpoints) {
    return DirectoryService.choosing(
        new ServiceFacts(
            key,
            type,
            List.of(),
            List.of(new ServiceFacts.Port("http", Protocol.TCP, 80)),
            false,
            null,
            ExportAnnotation.NONE,
            new ServiceTraits(List.of(), null, null, null, spread)),
        List.of(endpoints));
  }

  private static RegionServices region(int number, boolean reachable, DirectoryService service) {
    return region(number, reachable, Directory.EMPTY.with(service).withComplete(true));
  }

  private static RegionServices region(int number, boolean reachable, Directory services) {
    return new RegionServices(
        "r" + number, "r" + number + ".internal", services, number == 0, reachable, number);
  }
}
