package io.regionbridge.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.regionbridge.api.status.StatusJson;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What {@code status} begins with, for each thing that goes wrong: the cause, whatever follows from
 * it. Each row has all that a bridge reports at such a time.
 */
final class FirstLineTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  /** Two regions in good order, of which each row changes a part. */
  private static final String CALM =
      """
      time: 2026-01-01T12:00:00Z
      startedAt: 2026-01-01T09:00:00Z
      version: 0.1.0
      ready: true
      notReady: []
      region: {name: fsn1, domain: fsn1.internal, podCIDRs: [10.42.0.0/16], serviceCIDRs: []}
      dns: {listen: ['10.0.0.1:1053'], answers: {}, latencies: {}, latencyBounds: []}
      directory: {services: 1, endpoints: 1, remapped: [], withheld: [], openAliases: []}
      conditions: []
      gateways: []
      tunnels: []
      policies: []
      peers:
      - {name: mn, domain: mn.internal, podCIDRs: [10.52.0.0/16], serviceCIDRs: [], sources: [], contained: true,
         conditions: [], gateways: [
           {address: '100.64.1.1:1053', state: up, since: '2026-01-01T11:59:00Z', reason: ok, exchanges: {}},
           {address: '100.64.1.2:1053', state: up, since: '2026-01-01T11:59:00Z', reason: ok, exchanges: {}}]}
      - {name: hel1, domain: hel1.internal, podCIDRs: [10.62.0.0/16], serviceCIDRs: [],
         sources: [], contained: true, conditions: [], gateways: [
           {address: '100.64.2.1:1053', state: up, since: '2026-01-01T11:59:00Z', reason: ok, exchanges: {}}]}
      """;

  private static final String GONE =
      """
      {conditions: [{type: DNSReachable, status: 'False', message: no reachable gateway of region mn}],
       gateways: [{state: down, reason: no reply}, {state: down, reason: no reply}]}
      """;

  private static final String ALONE =
      """
      {conditions: [{type: DNSReachable, status: 'False', message: no reachable gateway of region hel1}],
       gateways: [{state: down, reason: no reply}]}
      """;

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          nothing is wrong | {} | region fsn1 (fsn1.internal): ready
          a gateway of a peer dies | {peers: [{gateways: [{state: down, reason: no reply}]}]} | warning  gateway: region mn: 100.64.1.1:1053 is down: no reply
          all of a peer's gateways are gone | {peers: [GONE], tunnels: [{region: mn, state: idle, publicKey: k, allowedIPs: []}]} | failure  DNSReachable: no reachable gateway of region mn
          a peer's tunnel is down | {peers: [GONE], tunnels: [{region: mn, state: down, publicKey: k, allowedIPs: []}]} | failure  tunnel: to region mn is down: there was no handshake yet
          all regions are gone | {peers: [GONE, ALONE]} | failure  overlay: none of the 2 regions is reachable: this node's overlay or network is down
          this node is not on the overlay | {conditions: [{type: OverlayUp, status: 'False', message: this node has no address on the overlay}], peers: [GONE, ALONE]} | failure  OverlayUp: this node has no address on the overlay
          the API server is unreachable | {conditions: [{type: DirectoryLoaded, status: 'False', message: cannot watch services}, {type: ActiveGateway, status: Unknown, message: the Lease cannot be read}, {type: APIServerCurrent, status: 'False', reason: Unreachable, message: the API server does not answer}, {type: StatusWritten, status: 'False', message: cannot write}]} | failure  APIServerCurrent: the API server does not answer
          the API server is unreachable from the start | {ready: false, notReady: [the directory is not loaded], conditions: [{type: APIServerCurrent, status: 'False', reason: Unreachable, message: the API server does not answer}], policies: [{region: mn, state: blocked, message: 'the API server does not answer'}]} | failure  APIServerCurrent: the API server does not answer
          a right is missing | {conditions: [{type: DirectoryLoaded, status: 'False', message: 'cannot watch services: forbidden'}, {type: RightsGranted, status: 'False', message: the ServiceAccount lacks watch services}]} | failure  RightsGranted: the ServiceAccount lacks watch services
          the bridge restarts | {ready: false, notReady: [the directory is not loaded]} | failure  bridge: not ready: the directory is not loaded
          the active gateway's node dies | {gateways: [{node: n1, ready: false, active: false}, {node: n2, ready: true, active: true}]} | warning  router node: n1 is not ready
          no gateway is elected | {conditions: [{type: ActiveGateway, status: 'False', message: no router node is elected}], policies: [{region: mn, state: pending, message: no active gateway}]} | failure  ActiveGateway: no router node is elected
          two regions claim one range | {conditions: [{type: RegionsDistinct, status: 'False', message: mn and hel1 overlap}], peers: [{conditions: [{type: CIDRConflict, status: 'True', message: 10.52.0.0/17 of mn overlaps 10.52.0.0/16 of hel1}]}], policies: [{region: mn, state: refused, message: its ranges overlap}]} | failure  CIDRConflict: 10.52.0.0/17 of mn overlaps 10.52.0.0/16 of hel1
          a range touches the overlay's | {peers: [{conditions: [{type: CIDRConflict, status: 'True', message: 100.64.0.0/16 of mn overlaps the overlay}]}]} | failure  CIDRConflict: 100.64.0.0/16 of mn overlaps the overlay
          CoreDNS's ConfigMap is put back by another | {conditions: [{type: CoreDNSConfigured, status: 'False', reason: PutBack, message: another writer reverts each write}]} | failure  CoreDNSConfigured: another writer reverts each write
          Cilium's egress gateway is missing | {policies: [{region: mn, state: blocked, message: no CiliumEgressGatewayPolicy}, {region: hel1, state: blocked, message: no CiliumEgressGatewayPolicy}]} | failure  egress: to 2 of 2 regions is blocked: no CiliumEgressGatewayPolicy
          Cilium's egress gateway is missing, one region | {policies: [{region: mn, state: blocked, message: no CiliumEgressGatewayPolicy}]} | failure  egress: to region mn is blocked: no CiliumEgressGatewayPolicy
          packets of pods do not pass | {conditions: [{type: PodPath, status: 'False', message: probes to region mn are not answered}], policies: [{region: mn, state: silent, message: probes are not answered}]} | failure  PodPath: probes to region mn are not answered
          a bad configuration file | {conditions: [{type: ConfigAccepted, status: 'False', message: 'region.yaml: dns.ttl: no duration'}]} | failure  ConfigAccepted: region.yaml: dns.ttl: no duration
          an unreadable manifest | {conditions: [{type: DirectoryLoaded, status: 'False', message: 'a.yaml:1:1: not YAML'}]} | failure  DirectoryLoaded: a.yaml:1:1: not YAML
          a malformed Region | {conditions: [{type: RegionsAccepted, status: 'False', reason: Malformed, message: 'region mn: spec.podCIDRs[0]: no range'}]} | failure  RegionsAccepted: region mn: spec.podCIDRs[0]: no range
          """)
  void isTheCause(String what, String changes, String line) throws IOException {
    List<String> lines = StatusTable.of(StatusJson.decode(status(changes)), 400, false, false);
    assertThat(lines.getFirst()).as(what).startsWith(line);
  }

  private static byte[] status(String changes) throws IOException {
    JsonNode calm = YAML.readTree(CALM);
    merge(calm, YAML.readTree(changes.replace("GONE", GONE).replace("ALONE", ALONE)));
    for (JsonNode condition : calm.findParents("type")) {
      fill(condition, "reason", "Reason");
    }
    for (JsonNode tunnel : calm.path("tunnels")) {
      fill(tunnel, "since", "2026-01-01T11:59:00Z");
    }
    for (JsonNode policy : calm.path("policies")) {
      fill(policy, "name", "policy");
      fill(policy, "gateway", "n1");
      ((ObjectNode) policy).putArray("destinationCIDRs");
    }
    return new ObjectMapper().writeValueAsBytes(calm);
  }

  private static void fill(JsonNode object, String field, String value) {
    if (!object.has(field)) {
      ((ObjectNode) object).put(field, value);
    }
  }

  /** Elements of arrays are merged one by one; what is added stands after them. */
  private static void merge(JsonNode to, JsonNode changes) {
    changes
        .properties()
        .forEach(change -> {
          JsonNode old = to.path(change.getKey());
          if (old.isObject()) {
            merge(old, change.getValue());
          } else if (old.isArray() && !old.isEmpty()) {
            for (int i = 0; i < change.getValue().size(); i++) {
              merge(old.get(i), change.getValue().get(i));
            }
          } else {
            ((ObjectNode) to).set(change.getKey(), change.getValue());
          }
        });
  }
}
