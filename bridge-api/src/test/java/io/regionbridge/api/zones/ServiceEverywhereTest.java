package io.regionbridge.api.zones;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.zone.LocalZone;
import io.regionbridge.dns.zone.View;
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
import io.regionbridge.router.settings.RegionSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Name;

final class ServiceEverywhereTest {
  private static final ServiceKey WEB = new ServiceKey("shop", "web");
  private static final String NAME = "web.shop.svc.any.internal";
  private static final ZoneSettings SETTINGS =
      new ZoneSettings(
          Name.fromConstantString("any.internal."),
          Duration.ofSeconds(1),
          List.of(),
          List.of(),
          new PeerRule(
              ExportRule.ALL,
              new ClusterIpRule(RegionSettings.ClusterIp.EXPAND, false),
              List.of()));

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
    Asker asker = asker(regions);
    assertThat(asker.answer(View.PODS, NAME, "A")).isEqualTo("10.0.0.1, 10.1.0.1, 10.1.0.2");
    assertThat(asker.answer(View.PODS, "db-0.r1." + NAME, "A")).isEqualTo("10.1.0.1");
    assertThat(asker.answer(View.PODS, "r1." + NAME, "A")).isEqualTo("NODATA");
    assertThat(asker.answer(View.PODS, "r2." + NAME, "A")).isEqualTo("NXDOMAIN");
    assertThat(asker.answer(View.PODS, "db-0." + NAME, "A")).isEqualTo("NXDOMAIN");
    assertThat(asker.answer(View.PODS, "_tcp." + NAME, "A")).isEqualTo("NODATA");
    assertThat(asker.answer(View.CLUSTER, "_http._tcp." + NAME, "SRV"))
        .isEqualTo(
            "0 33 80 10-1-0-2.web.shop.svc.r1.internal., "
                + "0 33 80 db-0.r0.web.shop.svc.any.internal., "
                + "0 33 80 db-0.r1.web.shop.svc.any.internal.");
  }

  @Test
  void aRegionThatGivesTheClusterIpIsAnsweredWithIt() {
    ServiceFacts facts =
        new ServiceFacts(
            WEB,
            ServiceType.CLUSTER_IP,
            List.of(IpAddress.of("10.43.0.1")),
            List.of(new ServiceFacts.Port("http", Protocol.TCP, 80)),
            false,
            null,
            ExportAnnotation.NONE,
            ServiceTraits.NONE);
    Asker asker =
        asker(List.of(region(1, true, new DirectoryService(facts, List.of(pod(1, null))))));
    assertThat(asker.answer(View.PODS, NAME, "A")).isEqualTo("10.43.0.1");
    assertThat(asker.answer(View.PODS, "_http._tcp." + NAME, "SRV"))
        .isEqualTo("0 100 80 web.shop.svc.r1.internal.");
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
            ExportAnnotation.NONE,
            ServiceTraits.NONE);
    Asker asker = asker(List.of(region(1, true, new DirectoryService(facts, List.of()))));
    assertThat(asker.answer(View.PODS, NAME, "CNAME")).isEqualTo("example.com.");
  }

  @Test
  void aServiceWithAClusterIpExistsWithoutPods() {
    assertThat(answer(region(0, true, service(ServiceType.CLUSTER_IP, false)))).isEqualTo("NODATA");
    assertThat(answer(region(0, true, service(ServiceType.HEADLESS, false)))).isEqualTo("NXDOMAIN");
  }

  private static String answer(RegionServices region) {
    return asker(List.of(region)).answer(View.PODS, NAME, "A");
  }

  @Test
  void whatIsCompiledStepByStepIsWhatIsCompiledAtOnce() {
    Random random = new Random(3);
    AllNamesCompiler compiler = new AllNamesCompiler(SETTINGS);
    List<ZoneCompiler> own = Stream.generate(() -> new ZoneCompiler(SETTINGS)).limit(3).toList();
    List<Directory> directories = new ArrayList<>(Collections.nCopies(3, Directory.EMPTY));
    for (int step = 0; step < 600; step++) {
      int changed = random.nextInt(3);
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
      List<RegionServices> regions = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        if (random.nextInt(8) > 0) {
          regions.add(region(i, random.nextInt(4) > 0, directories.get(i)));
        }
      }
      if (random.nextInt(4) == 0) {
        Collections.reverse(regions);
      }
      Map<String, LocalZone> domains = new HashMap<>();
      for (int i = 0; i < 3; i++) {
        domains.put("r" + i, own.get(i).compile(directories.get(i), Instant.EPOCH).domain());
      }
      LocalZone zone = compiler.compile(regions, domains, true, Instant.EPOCH);
      LocalZone afresh =
          new AllNamesCompiler(SETTINGS).compile(regions, Map.of(), true, Instant.EPOCH);
      assertThat(zone.names()).as("step " + step).isEqualTo(afresh.names());
      assertThat(everything(zone)).as("step " + step).isEqualTo(everything(afresh));
    }
  }

  private static String everything(LocalZone zone) {
    Asker asker = new Asker(zone, List.of());
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 5; i++) {
      String name = "s" + i + ".shop.svc.any.internal";
      for (String below : List.of("", "p.r0.", "p.r1.", "p.r2.", "r1.")) {
        all.append(asker.answer(View.PODS, below + name, "A")).append(' ');
      }
      all.append(asker.answer(View.PODS, "_http._tcp." + name, "SRV")).append(' ');
    }
    return all.toString();
  }

  private static Asker asker(List<RegionServices> regions) {
    return new Asker(
        new AllNamesCompiler(SETTINGS).compile(regions, Map.of(), true, Instant.EPOCH), List.of());
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
    RegionOrder near = new RegionOrder();
    assertThat(near.of(Map.of("a", 0.2, "b", 0.3))).containsExactly("a", "b");
    assertThat(near.of(Map.of("a", 1.1, "b", 0.1))).containsExactly("a", "b");
    assertThat(near.of(Map.of("a", 1.3, "b", 0.1))).containsExactly("b", "a");
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
    String answer = asker(regions).answer(View.PODS, NAME, "A");
    return answer.startsWith("N") ? "" : answer.replaceAll("10\\.(\\d)[^,]*(, )?", "$1");
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
    return DirectoryService.choose(
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
