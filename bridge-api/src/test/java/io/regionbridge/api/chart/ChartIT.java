package io.regionbridge.api.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigKeys;
import io.regionbridge.api.config.ConfigReader;
import io.regionbridge.api.config.ConfigResult;
import io.regionbridge.api.config.ForwardTo;
import io.regionbridge.api.lifecycle.MemoryPlan;
import io.regionbridge.router.settings.RegionSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The chart, rendered by the real Helm. */
class ChartIT {
  private static final String[] BARE = {};

  static Stream<String> presets() {
    return Chart.presets();
  }

  @Test
  void lintFindsNothing() {
    Helm.lint().succeeded();
    Helm.lint("--set=region.name=mn").succeeded();
    Helm.lint(Helm.everything()).succeeded();
  }

  @ParameterizedTest
  @MethodSource("presets")
  void everyPresetIsCleanAndItsConfigurationValid(String preset) {
    Helm.lint(Helm.preset(preset), "--set=region.name=mn").succeeded();
    List<JsonNode> objects = Helm.objects(Helm.preset(preset));
    BridgeConfig config = config(objects);
    assertThat(config.get(ConfigKeys.REGION_NAME)).isEqualTo("mn");
    assertThat(config.get(ConfigKeys.KUBERNETES_ENABLED)).isTrue();
    String label = config.get(ConfigKeys.KUBERNETES_ROUTER_LABEL);
    JsonNode pod = bridge(objects).at("/spec/template/spec");
    assertThat(pod.at("/affinity").toString()).contains(label.substring(0, label.indexOf('=')));
    assertThat(pod.at("/tolerations/0/key").asText())
        .isEqualTo(label.substring(0, label.indexOf('=')));
  }

  /** systemd makes tailscaled's own directory anew at each start. */
  @Test
  void tailscaledsSocketIsFoundAfterItsRestart() {
    JsonNode pod = bridge(Helm.objects(Helm.preset("tailscale.yaml"))).at("/spec/template/spec");
    assertThat(pod.at("/volumes").findValuesAsText("path"))
        .contains("/run")
        .noneMatch(path -> path.contains("tailscale"));
    assertThat(pod.at("/containers/0/volumeMounts").findValuesAsText("mountPath"))
        .contains("/host/run");
  }

  /** Hooks and tests included, and twice the same, which GitOps relies on. */
  @Test
  void rendersTheSameTwice() {
    assertThat(Helm.template(Helm.everything()).succeeded())
        .isEqualTo(Helm.template(Helm.everything()).succeeded());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          region.name=MN                            | /region/name
          region.nmae=mn                            | additional properties 'nmae' not allowed
          regoin.name=mn                            | additional properties 'regoin' not allowed
          config.dns.ttl=5                          | /config/dns/ttl
          config.dns.ttl=5 s                        | /config/dns/ttl
          config.dns.ttI=5s                         | additional properties 'ttI' not allowed
          config.dns.listen=10.0.0.1:1053           | /config/dns/listen
          config.dns.allow={10.0.0.0}               | /config/dns/allow/0
          config.dns.threads=65                     | /config/dns/threads
          config.dns.cache.maxEntries=0             | /config/dns/cache/maxEntries
          config.overlay.mode=manged                | /config/overlay/mode
          config.region.name=mn                     | additional properties 'region' not allowed
          config.kubernetes.enabled=false           | additional properties 'kubernetes' not allowed
          config.directory.clusterIP=both           | /config/directory/clusterIP
          regions[0].domain=fsn1.internal           | missing property 'name'
          regions[0].name=fsn1,regions[0].podCIDRs={10.42.0.0} | /regions/0/podCIDRs/0
          regions[0].name=fsn1,regions[0].wireguard.publicKey=abc | /regions/0/wireguard/publicKey
          router.label=a=b=c                        | /router/label
          image.pullPolicy=Sometimes                | /image/pullPolicy
          image.digest=sha256:12                    | /image/digest
          security.runAsUser=0                      | /security/runAsUser
          security.netAdmin=maybe                   | /security/netAdmin
          admin.address=0.0.0.0                     | /admin/address
          admin.port=70000                          | /admin/port
          podLabels.a=1                             | /podLabels/a
          fullnameOverride=Bridge                   | /fullnameOverride
          service.ipFamilies={IPv5}                 | /service/ipFamilies/0
          affinity.nodeAfinity.a=b                  | additional properties 'nodeAfinity' not allowed
          resources.limit.memory=1Gi                | additional properties 'limit' not allowed
          resources.limits.memory=lots              | /resources/limits/memory
          commonLabels.a/b/c=d                      | additional properties 'a/b/c' not allowed
          commonLabels.team=two words               | /commonLabels/team
          tolerations[0].operater=Exists            | additional properties 'operater' not allowed
          nameOverride=a-name-of-a-release-that-is-longer-than-a-name-may-be-here | maxLength: got 58, want 53
          service=null                              | missing property 'service'
          metrics.podMonitor=null                   | missing property 'podMonitor'
          security.runAsUser=null                   | missing property 'runAsUser'
          """)
  void refusesValuesThatCannotBeMeant(String set, String problem) {
    Helm.Run run = Helm.template("--set=" + set);
    assertThat(run.exitCode()).isNotZero();
    assertThat(run.output()).contains(problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          region.name=                              | region.name: give this region's short name
          metrics.podMonitor.enabled=true           | set admin.address=node
          metrics.annotations=true                  | set admin.address=node
          admin.address=node                        | set admin.tokenSecret
          config.dns.listen={10.0.0.1:53}           | a port below 1024
          config.egress.engine=routes               | set agent.enabled=true
          regions[0].name=fsn1,regions[1].name=fsn1 | fsn1 is listed twice
          commonLabels.helm\\.sh/chart=mine          | commonLabels: helm.sh/chart is the chart's own
          serviceAccount.create=false               | serviceAccount.name has to say whose rights
          """)
  void refusesValuesThatDoNotGoTogether(String set, String problem) {
    Helm.Run run = Helm.template("--set=" + set);
    assertThat(run.exitCode()).isNotZero();
    assertThat(run.output()).contains(problem);
  }

  /** A key whose lines are all commented out has the value null. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "config",
        "regions",
        "commonLabels",
        "resources",
        "affinity",
        "tolerations",
        "nodeSelector",
        "extraEnv",
        "region.podCIDRs",
        "rbac.secretNames",
        "dashboard.labels"
      })
  void takesNullForNothing(String key) {
    Helm.template("--set=region.name=mn,dashboard.enabled=true", "--set=" + key + "=null")
        .succeeded();
  }

  /** The same values for every cluster: the own entry is this region, the others are peers. */
  @Test
  void takesTheRegionFromTheListOfAll() {
    List<JsonNode> objects = Helm.objects(Helm.everything());
    assertThat(config(objects).get(ConfigKeys.REGION_POD_CIDRS))
        .asString()
        .isEqualTo("[10.52.0.0/16]");
    JsonNode peer = Helm.object(objects, "Region", "fsn1");
    assertThat(peer.at("/spec/gateways/0").asText()).isEqualTo("100.64.0.7");
    assertThat(peer.at("/spec").has("name")).isFalse();
    assertThat(objects.stream().filter(o -> o.at("/kind").asText().equals("Region"))).hasSize(1);
  }

  @Test
  void readsNoSecretButThoseThatAreNamed() {
    assertThat(secretRules(Helm.objects(BARE))).isEmpty();
    assertThat(secretRules(Helm.objects(Helm.everything())))
        .singleElement()
        .satisfies(rule -> {
          assertThat(rule.at("/resourceNames").toString())
              .isEqualTo("[\"fsn1-kubeconfig\",\"fsn1-reader\"]");
        });
  }

  @ParameterizedTest
  @MethodSource("presets")
  void givesNoRightsButWhatTheModeNeeds(String preset) {
    List<JsonNode> objects = Helm.objects(Helm.preset(preset));
    boolean manage =
        config(objects).get(ConfigKeys.OVERLAY_MODE) == RegionSettings.OverlayMode.MANAGE;
    JsonNode pod = bridge(objects).at("/spec/template/spec");
    JsonNode security = pod.at("/containers/0/securityContext");
    assertThat(security.at("/readOnlyRootFilesystem").asBoolean()).isTrue();
    assertThat(security.at("/allowPrivilegeEscalation").asBoolean(true)).isFalse();
    assertThat(security.at("/capabilities/drop").toString()).isEqualTo("[\"ALL\"]");
    assertThat(security.at("/runAsNonRoot").asBoolean()).isEqualTo(!manage);
    assertThat(security.at("/capabilities/add").toString())
        .isEqualTo(manage ? "[\"NET_ADMIN\"]" : "");
    assertThat(pod.at("/securityContext/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
    assertThat(pod.at("/hostNetwork").asBoolean()).isTrue();
    assertThat(pod.at("/dnsPolicy").asText()).isEqualTo("ClusterFirstWithHostNet");
  }

  @ParameterizedTest
  @CsvSource({"5s,20", "1500ms,17", "1m,75", "0s,15"})
  void waitsLongerThanTheDrain(String drain, int grace) {
    List<JsonNode> objects = Helm.objects("--set=config.dns.drain=" + drain);
    assertThat(bridge(objects).at("/spec/template/spec/terminationGracePeriodSeconds").asInt())
        .isEqualTo(grace);
  }

  /** What a running bridge takes over from the mounted file is no reason to restart it. */
  @Test
  void rollsThePodsOnlyForWhatNeedsIt() {
    JsonNode before = bridge(Helm.objects(BARE)).at("/spec/template");
    assertThat(
            bridge(
                    Helm.objects(
                        "--set=config.dns.ttl=7s,config.dns.cache.serveStale=2h",
                        "--set=config.directory.export=annotated,region.podCIDRs={10.52.0.0/16}",
                        "--set=regions[0].name=fsn1"))
                .at("/spec/template"))
        .isEqualTo(before);
    assertThat(bridge(Helm.objects("--set=config.dns.threads=2")).at("/spec/template"))
        .isNotEqualTo(before);
    assertThat(bridge(Helm.objects("--set=config.dns.cache.maxEntries=7")).at("/spec/template"))
        .isNotEqualTo(before);
    assertThat(bridge(Helm.objects("--set=region.domain=mn.example")).at("/spec/template"))
        .isNotEqualTo(before);
  }

  @Test
  void touchesNetBirdsRoutersOnlyWhereThatIsWished() {
    assertThat(config(Helm.objects(BARE)).get(ConfigKeys.NETBIRD_HOST_NETWORK)).isFalse();
    assertThat(Helm.objects(BARE))
        .noneMatch(object -> object.at("/rules").toString().contains("networkrouters"));
    List<JsonNode> objects = Helm.objects("--set=netbird.hostNetwork=true,netbird.namespace=vpn");
    assertThat(config(objects).get(ConfigKeys.NETBIRD_HOST_NETWORK)).isTrue();
    assertThat(config(objects).get(ConfigKeys.NETBIRD_NAMESPACE)).isEqualTo("vpn");
    assertThat(objects)
        .filteredOn(object -> object.at("/rules").toString().contains("networkrouters"))
        .hasSize(2) // the bridge, and the Job that takes it back
        .allSatisfy(role -> {
          assertThat(role.at("/kind").asText()).isEqualTo("Role");
          assertThat(role.at("/metadata/namespace").asText()).isEqualTo("vpn");
        });
    assertThat(objects)
        .filteredOn(object -> object.at("/kind").asText().equals("Job"))
        .singleElement()
        .satisfies(job ->
            assertThat(job.at("/spec/template/spec/containers/0/args").toString())
                .contains("[\"uninstall\",\"--netbird-namespace\",\"vpn\"]"));
  }

  @Test
  void coreDnsForwardsToTheServiceWhereThatIsWished() {
    assertThat(config(Helm.objects(BARE)).get(ConfigKeys.KUBERNETES_FORWARD_TO))
        .isEqualTo(ForwardTo.NODES);
    List<JsonNode> objects = Helm.objects("--set=coreDNS.forwardTo=service");
    BridgeConfig config = config(objects);
    assertThat(config.get(ConfigKeys.KUBERNETES_FORWARD_TO)).isEqualTo(ForwardTo.SERVICE);
    String service = config.get(ConfigKeys.KUBERNETES_SERVICE);
    assertThat(Helm.object(objects, "Service", service).at("/spec/ports")).hasSize(2);
  }

  /**
   * Labels that the chart selects by stay: the bridges, doctor and status find each other by them.
   */
  @Test
  void namesAndLabelsAreTheUsersToChoose() {
    List<JsonNode> objects =
        Helm.objects(
            "--set=fullnameOverride=between,nameOverride=unused,commonLabels.team=network",
            "--set=agent.enabled=true,dashboard.enabled=true,dashboard.namespace=grafana");
    assertThat(objects)
        .isNotEmpty()
        .allSatisfy(object -> {
          assertThat(object.at("/metadata/name").asText()).startsWith("between");
          assertThat(object.at("/metadata/labels/team").asText()).isEqualTo("network");
          assertThat(object.at("/metadata/labels/app.kubernetes.io~1name").asText())
              .isEqualTo("region-bridge");
        });
    JsonNode bridges = Helm.object(objects, "DaemonSet", "between");
    assertThat(bridges.at("/spec/template/metadata/labels/team").asText()).isEqualTo("network");
    assertThat(bridges.at("/spec/selector/matchLabels").has("team")).isFalse();
    assertThat(Helm.object(objects, "ConfigMap", "between-dashboard").at("/metadata/namespace"))
        .asString()
        .contains("grafana");
    assertThat(Helm.object(Helm.objects("--set=nameOverride=rb"), "DaemonSet", "rb")).isNotNull();
  }

  /** Terms of a required node affinity are alternatives: the router label belongs to each. */
  @Test
  void theRouterLabelIsAddedToTheUsersAffinity() {
    List<JsonNode> objects =
        Helm.objects(
            "--set=nodeSelector.disk=fast",
            "--set-json=affinity={\"podAffinity\":{\"a\":1},\"nodeAffinity\":{"
                + "\"requiredDuringSchedulingIgnoredDuringExecution\":{\"nodeSelectorTerms\":["
                + "{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"Exists\"}]},"
                + "{\"matchFields\":[{\"key\":\"metadata.name\"}]}]}}}");
    JsonNode pod = bridge(objects).at("/spec/template/spec");
    JsonNode terms =
        pod.at("/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution")
            .at("/nodeSelectorTerms");
    assertThat(terms).hasSize(2);
    assertThat(terms.valueStream().map(term -> term.at("/matchExpressions/0/key").asText()))
        .containsOnly("netbird-router");
    assertThat(terms.at("/0/matchExpressions/1/key").asText()).isEqualTo("a");
    assertThat(terms.at("/1/matchFields/0/key").asText()).isEqualTo("metadata.name");
    assertThat(pod.at("/affinity").has("podAffinity")).isTrue();
    assertThat(pod.at("/nodeSelector/disk").asText()).isEqualTo("fast");
    JsonNode test = Helm.object(objects, "Pod", "region-bridge-test").at("/spec");
    assertThat(test.at("/affinity")).isEqualTo(pod.at("/affinity"));
    assertThat(test.at("/nodeSelector")).isEqualTo(pod.at("/nodeSelector"));
  }

  @ParameterizedTest
  @MethodSource("presets")
  void theHooksTolerateWhatTheBridgesTolerate(String preset) {
    List<JsonNode> objects =
        Helm.objects(Helm.preset(preset), "--set=uninstall.tolerations[0].key=more");
    JsonNode tolerated = bridge(objects).at("/spec/template/spec/tolerations");
    JsonNode job = Helm.object(objects, "Job", "region-bridge-uninstall");
    assertThat(job.at("/spec/template/spec/tolerations"))
        .containsAll(tolerated)
        .hasSize(tolerated.size() + 1);
    assertThat(Helm.object(objects, "Pod", "region-bridge-test").at("/spec/tolerations"))
        .isEqualTo(tolerated);
  }

  @Test
  void theServiceAccountMayBeSomebodyElses() {
    List<JsonNode> objects =
        Helm.objects("--set=serviceAccount.create=false,serviceAccount.name=mine");
    assertThat(bridge(objects).at("/spec/template/spec/serviceAccountName").asText())
        .isEqualTo("mine");
    assertThat(objects)
        .filteredOn(object -> object.at("/kind").asText().equals("ServiceAccount"))
        .allSatisfy(
            account -> assertThat(account.at("/metadata/name").asText()).endsWith("-uninstall"));
    assertThat(objects)
        .filteredOn(object -> object.at("/kind").asText().endsWith("RoleBinding"))
        .filteredOn(object -> !object.at("/metadata/name").asText().contains("uninstall"))
        .isNotEmpty()
        .allSatisfy(
            binding -> assertThat(binding.at("/subjects/0/name").asText()).isEqualTo("mine"));
  }

  @Test
  void theServiceHasTheFamiliesThatAreWished() {
    JsonNode spec =
        Helm.object(
                Helm.objects(
                    "--set=service.ipFamilyPolicy=PreferDualStack",
                    "--set=service.ipFamilies={IPv6,IPv4}"),
                "Service",
                "region-bridge")
            .at("/spec");
    assertThat(spec.at("/ipFamilyPolicy").asText()).isEqualTo("PreferDualStack");
    assertThat(spec.at("/ipFamilies").toString()).isEqualTo("[\"IPv6\",\"IPv4\"]");
    assertThat(Helm.object(Helm.objects(BARE), "Service", "region-bridge").at("/spec"))
        .noneMatch(value -> value.toString().contains("IPv"));
  }

  @Test
  void eachRouterNodeHasASecretOfItsOwnForItsKey() {
    List<JsonNode> rules =
        secretRules(
            Helm.objects(
                "--set=config.overlay.mode=manage",
                "--set-json=config.overlay.nodes=[{\"name\":\"n1\",\"address\":\"100.99.1.1/16\"},"
                    + "{\"name\":\"n2\",\"address\":\"100.99.1.2/16\"}]"));
    assertThat(rules)
        .filteredOn(rule -> rule.has("resourceNames"))
        .isNotEmpty()
        .allSatisfy(rule ->
            assertThat(rule.at("/resourceNames"))
                .extracting(JsonNode::asText)
                .containsExactly(
                    "region-bridge-wireguard",
                    "region-bridge-wireguard-n1",
                    "region-bridge-wireguard-n2"));
  }

  /** Who takes one node must not get what the bridges may do. */
  @Test
  void agentsHaveAnAccountOfTheirOwnThatWritesNothing() {
    List<JsonNode> objects = Helm.objects("--set=agent.enabled=true");
    String account = "region-bridge-agent";
    assertThat(
            Helm.object(objects, "DaemonSet", "region-bridge-agent")
                .at("/spec/template/spec/serviceAccountName")
                .asText())
        .isEqualTo(account);
    List<JsonNode> roles =
        objects.stream()
            .filter(object -> object.at("/kind").asText().endsWith("RoleBinding"))
            .filter(object -> object.at("/subjects/0/name").asText().equals(account))
            .map(binding ->
                Helm.object(
                    objects,
                    binding.at("/roleRef/kind").asText(),
                    binding.at("/roleRef/name").asText()))
            .toList();
    assertThat(roles).hasSize(2);
    assertThat(roles)
        .flatExtracting(role -> role.at("/rules").findValues("verbs"))
        .extracting(JsonNode::toString)
        .containsOnly("[\"get\",\"list\",\"watch\"]");
    assertThat(roles)
        .flatExtracting(role -> role.at("/rules").findValues("resources"))
        .extracting(JsonNode::toString)
        .containsOnly("[\"routernodes\"]", "[\"leases\"]");
    assertThat(Helm.objects(BARE))
        .noneMatch(object -> object.at("/metadata/name").asText().equals(account));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "resources.limits.memory=1408Mi,config.dns.cache.maxEntries=1000000"})
  void theMemoryLimitHasRoomForWhatIsConfigured(String values) throws IOException {
    List<JsonNode> objects = values.isEmpty() ? Helm.objects() : Helm.objects("--set=" + values);
    String limit =
        bridge(objects).at("/spec/template/spec/containers/0/resources/limits/memory").asText();
    Matcher share =
        Pattern.compile("-XX:MaxRAMPercentage=(\\d+)")
            .matcher(Files.readString(Path.of("src/main/dist/lib/java.options")));
    assertThat(share.find()).isTrue();
    long memory = Long.parseLong(limit.replace("Mi", "")) << 20;
    // Survivor space is no heap to the JVM.
    long heap = memory * Long.parseLong(share.group(1)) / 100 * 29 / 30;
    MemoryPlan plan = MemoryPlan.of(config(objects), heap);
    // One more than usual: all of the settings count then, and none gives way.
    assertThat(
            new MemoryPlan(
                    heap,
                    Math.max(plan.entries(), 100_001),
                    plan.replicas(),
                    plan.queries(),
                    plan.connections())
                .problems())
        .isEmpty();
  }

  private static List<JsonNode> secretRules(List<JsonNode> objects) {
    return objects.stream()
        .filter(object -> object.at("/kind").asText().endsWith("Role"))
        .filter(role -> !role.at("/metadata/name").asText().contains("uninstall")) // not the bridge
        .flatMap(role -> role.at("/rules").valueStream())
        .filter(rule -> rule.at("/resources").toString().contains("secrets"))
        .toList();
  }

  static JsonNode bridge(List<JsonNode> objects) {
    return Helm.object(objects, "DaemonSet", "region-bridge");
  }

  /** As the bridge itself reads it, with the variables that the chart sets. */
  static BridgeConfig config(List<JsonNode> objects) {
    String yaml =
        Helm.object(objects, "ConfigMap", "region-bridge").at("/data/config.yaml").asText();
    ConfigResult result = ConfigReader.read(yaml, Path.of("/etc/region-bridge"), Map.of());
    if (result instanceof ConfigResult.Valid(BridgeConfig config, List<?> warnings)) {
      assertThat(warnings).isEmpty();
      return config;
    }
    throw new AssertionError(result + "\n" + yaml);
  }
}
