package io.regionbridge.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.BridgeStatus.Condition;
import io.regionbridge.api.status.ConditionType;
import io.regionbridge.api.status.StatusJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class StatusTableTest {
  private static final String NOW = "2026-01-01T12:00:00.000Z";

  @Test
  void saysWhatIsWorstFirstThenHowThingsAreAndAllThatIsWrongLast() {
    assertThat(StatusTable.of(status(), 80, false, false))
        .containsExactly(
            "failure  bridge: not ready: the bridge is stopping; 10 other faults below",
            "region fsn1 (fsn1.internal): not ready, up for 3h, version 0.1.0",
            "  dns        10.0.0.1:1053",
            "  pods       10.42.0.0/16",
            "  directory  2 Services, 5 endpoints",
            "  answers    7 local, 30 cache; of these 2 SERVFAIL",
            "  cache      11 entries",
            "",
            "ROUTER NODE  ADDRESS   OVERLAY     NODE       ROLE",
            "node-1       10.0.0.1  100.64.0.1  ready      active",
            "node-2       10.0.0.2  -           not ready  standby",
            "",
            "REGION  GATEWAY          STATE  FOR  RTT       ANSWERED  NOT ANSWERED",
            "mn      100.64.0.9:1053  up     5m   201.3 ms  40        1",
            "        100.64.0.8:1053  down   30s  -         0         3",
            "lab     none             -      -    -         -         -",
            "",
            "TUNNEL TO  ENDPOINT         STATE  FOR  HANDSHAKE  RX     TX",
            "mn         192.0.2.1:51820  up     60s  30s ago    148 B  12 KiB",
            "AAAAAAAA…  -                idle   60s  never      0 B    0 B",
            "",
            "failure  bridge: not ready: the bridge is stopping",
            "         → see its conditions and its log",
            "failure  ConfigAccepted: the file was refused",
            "         → run region-bridge check-config --config FILE and correct the file;",
            "         the bridge then reads it by itself",
            "failure  DNSReachable: region lab: no gateway is known",
            "         → ask a gateway: dig @GATEWAY -p 1053 DOMAIN SOA; check its tunnel",
            "warning  withheld addresses: peers get these Services without the addresses",
            "         outside this region's ranges: a/one (192.168.7.11), b/s0 (2 addresses),",
            "         b/s1 (2 addresses), b/s2 (2 addresses), b/s3 (2 addresses), b/s4 (2",
            "         addresses), b/s5 (2 addresses), b/s6 (2 addresses), b/s7 (2 addresses),",
            "         b/s8 (2 addresses) and 2 more (status -o json)",
            "         → peers reach pods only: take the pods off the host network, or declare",
            "         the range in region.podCIDRs here and at the peers",
            "warning  open aliases: these ExternalNames lead out of all regions, and no",
            "         resolver is asked: a/out (www.example.com)",
            "         → set dns.upstream, or give the node resolvers in /etc/resolv.conf",
            "warning  remapped Service: a/b: peers get pods, which listen on other ports:",
            "         http 80/TCP -> 8080",
            "         → dial the pods' port, give Service and pods the same one, or set",
            "         directory.clusterIP: keep where nodes translate ClusterIPs",
            "warning  router node: node-2 is not ready: its kubelet does not say that it is",
            "         → kubectl describe node node-2",
            "warning  gateway: region mn: 100.64.0.8:1053 is down: no reply (for 30s)",
            "         → names still resolve by the other gateway; look at that node: kubectl",
            "         get routernodes there",
            "warning  gateway: region mn: 100.64.0.8:1053 refused a question: SERVFAIL (not",
            "         ready) (for 30s)",
            "         → its directory is still being read: see region-bridge status there",
            "warning  containment: region mn: 4 answers had addresses outside its ranges,",
            "         which were left out",
            "         → complete its podCIDRs and serviceCIDRs, if those addresses are its",
            "         own",
            "warning  containment: region lab: its answers are not held against its ranges",
            "         → declare its podCIDRs and serviceCIDRs, and leave contain on");
  }

  @Test
  void tellsMoreWhereThereIsRoomAndColoursStatesWhereThereAreColours() {
    assertThat(StatusTable.of(status(), 80, true, false))
        .anyMatch(line -> line.startsWith("REGION  DOMAIN"));
    assertThat(StatusTable.of(status(), 80, false, true))
        .anyMatch(line -> line.contains("\u001B[32mup\u001B[0m     5m"))
        .anyMatch(line -> line.contains("\u001B[31mdown\u001B[0m   30s"));
  }

  @Test
  void namesTheRegionOfEachGatewayWhereCellsStandOneBelowTheOther() {
    assertThat(StatusTable.of(status(), 40, false, false))
        .containsSequence(
            "REGION        mn", "GATEWAY       100.64.0.8:1053", "STATE         down");
  }

  @Test
  void survivesTheWayThroughJson() throws Exception {
    assertThat(StatusJson.decode(StatusJson.encode(status()))).isEqualTo(status());
  }

  /** One that is in each cluster, one with one address, and eleven with two. */
  private static List<BridgeStatus.WithheldService> withheld() {
    List<BridgeStatus.WithheldService> withheld = new ArrayList<>();
    withheld.add(withheld("default", "kubernetes", "192.168.7.1"));
    withheld.add(withheld("a", "one", "192.168.7.11"));
    for (int i = 0; i < 11; i++) {
      withheld.add(withheld("b", "s" + i, "192.168.7.11", "192.168.7.12"));
    }
    return withheld;
  }

  private static BridgeStatus.WithheldService withheld(
      String namespace, String name, String... addresses) {
    return new BridgeStatus.WithheldService(namespace, name, addresses.length, List.of(addresses));
  }

  private static BridgeStatus status() {
    Map<String, Long> answers = new LinkedHashMap<>();
    answers.put("local", 7L);
    answers.put("cache", 30L);
    return new BridgeStatus(
        "0.1.0",
        NOW,
        "2026-01-01T09:00:00.000Z",
        false,
        List.of("the bridge is stopping"),
        new BridgeStatus.Region(
            "fsn1", "fsn1.internal", List.of("10.42.0.0/16"), List.of(), List.of()),
        new BridgeStatus.Dns(
            List.of("10.0.0.1:1053"), answers, 2, 11, 0, 0, 0, List.of(), Map.of()),
        new BridgeStatus.Directory(
            true,
            2,
            5,
            List.of(),
            List.of(new BridgeStatus.RemappedService("a", "b", List.of("http 80/TCP -> 8080"))),
            withheld(),
            List.of(new BridgeStatus.OpenAlias("a", "out", "www.example.com"))),
        List.of(
            Condition.yes(ConditionType.DIRECTORY_LOADED, "Loaded", "fine"),
            Condition.no(ConditionType.CONFIG_ACCEPTED, "LastGoodInForce", "the file was refused")),
        List.of(
            new BridgeStatus.LocalGateway("node-1", "10.0.0.1", "100.64.0.1", 1053, true, true),
            new BridgeStatus.LocalGateway("node-2", "10.0.0.2", null, 1053, false, false)),
        List.of(
            new BridgeStatus.Peer(
                "mn",
                "mn.internal",
                List.of("10.52.0.0/16"),
                List.of(),
                List.of("configuration"),
                true,
                4,
                List.of(
                    Condition.yes(
                        ConditionType.DNS_REACHABLE, "SomeGatewaysUp", "1 of 2 gateways answer")),
                List.of(
                    gateway(
                        "100.64.0.9:1053", "up", "2026-01-01T11:55:00Z", "answers", 201.34, 40, 1),
                    gateway(
                        "100.64.0.8:1053", "down", "2026-01-01T11:59:30Z", "no reply", 0, 0, 3)),
                null),
            new BridgeStatus.Peer(
                "lab",
                "lab.internal",
                List.of(),
                List.of(),
                List.of("region-object"),
                false,
                0,
                List.of(
                    Condition.no(ConditionType.DNS_REACHABLE, "NoGateway", "no gateway is known")),
                List.of(),
                null)),
        List.of(
            tunnel("mn", "192.0.2.1:51820", "up", "2026-01-01T11:59:30Z", 148, 12_345),
            tunnel("", null, "idle", null, 0, 0)),
        List.of(),
        List.of());
  }

  private static BridgeStatus.Tunnel tunnel(
      String region,
      @Nullable String endpoint,
      String state,
      @Nullable String handshake,
      long rx,
      long tx) {
    return new BridgeStatus.Tunnel(
        region,
        "A".repeat(43) + "=",
        endpoint,
        List.of("100.64.0.9/32"),
        state,
        "2026-01-01T11:59:00Z",
        handshake,
        rx,
        tx);
  }

  private static BridgeStatus.Gateway gateway(
      String address,
      String state,
      String since,
      String reason,
      double rtt,
      long answered,
      long timeouts) {
    return new BridgeStatus.Gateway(
        address,
        state,
        since,
        reason,
        rtt,
        Map.of("answered", answered, "timeout", timeouts),
        new BridgeStatus.Refusal("SERVFAIL (not ready)", since));
  }
}
