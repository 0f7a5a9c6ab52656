package io.regionbridge.api.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.regionbridge.api.log.LogFormat;
import io.regionbridge.router.net.Cidr;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.Level;

final class ConfigReaderTest {
  private static final Path DIRECTORY = Path.of("/etc/region-bridge");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[]                          | []",
        "off                         | []",
        "'off'                       | []",
        "['192.168.1.1', '[fd00::1]:5353'] | [/192.168.1.1:53, /[fd00:0:0:0:0:0:0:1]:5353]",
      })
  void resolversAreAListOrOff(String written, String read) {
    BridgeConfig config = valid("region: {name: fsn1}\ndns: {upstream: " + written + "}");
    assertThat(config.get(ConfigKeys.DNS_UPSTREAM)).get().hasToString(read);
  }

  @Test
  void needsNoMoreThanTheName() {
    assertThat(shown(valid("region: {name: fsn1}")))
        .containsAll(
            """
            region.name fsn1
            region.domain fsn1.internal
            region.podCIDRs []
            region.serviceCIDRs []
            region.aliasRanges []
            dns.listen []
            dns.allow []
            dns.upstream Optional.empty
            dns.ttl PT5S
            dns.cache.maxEntries 100000
            dns.cache.maxTtl PT30S
            dns.cache.maxNegativeTtl PT5S
            dns.cache.serveStale PT1H
            dns.cache.prefetch true
            dns.relay.timeout PT1.5S
            dns.relay.healthInterval PT0.5S
            dns.threads 0
            dns.drain PT5S
            dns.maxInflight 32768
            dns.maxInflightPerClient 16384
            dns.tcp.maxConnections 1024
            dns.tcp.maxConnectionsPerClient 64
            dns.tcp.idleTimeout PT10S
            dns.refusedPerSecond 50
            dns.tls.listen []
            dns.tls.certificate Optional.empty
            dns.tls.key Optional.empty
            overlay.interface Optional.empty
            overlay.mode OBSERVE
            overlay.address Optional.empty
            overlay.listenPort 51820
            overlay.keys /var/lib/region-bridge
            overlay.nodes []
            kubernetes.enabled true
            kubernetes.routerLabel netbird-router=true
            kubernetes.forwardTo NODES
            kubernetes.service region-bridge
            kubernetes.netbird.hostNetwork false
            kubernetes.netbird.namespace netbird
            directory.files []
            directory.clusterIP AUTO
            directory.export ALL
            directory.excludeNamespaces []
            egress.engine AUTO
            egress.namespaces []
            egress.excludeNamespaces []
            egress.serviceCIDRs false
            egress.minPrefixIPv4 10
            egress.minPrefixIPv6 40
            egress.encapsulation AUTO
            replication.enabled true
            replication.maxMemory 50331648
            allNames.domain Optional[any.internal]
            multicluster.enabled false
            multicluster.domain clusterset.local
            trust.supernets [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, fc00::/7]
            log.format AUTO
            log.level INFO
            admin.listen /127.0.0.1:8053
            admin.tokenFile Optional.empty
            admin.tls.certificate Optional.empty
            admin.tls.key Optional.empty
            """
                .lines()
                .toList());
  }

  @Test
  void readsEveryKey() {
    BridgeConfig config =
        valid(
            """
            region:
              name: fsn1
              domain: Germany.Example.
              podCIDRs: [10.42.0.0/16, "fd00:42::/56"]
              serviceCIDRs: [10.43.0.0/16]
            dns:
              listen: [127.0.0.1:1053, "[::1]:53", 10.0.0.1]
              allow: [127.0.0.0/8]
              ttl: 2m
              cache: { maxEntries: 1_000, maxTtl: 0s, maxNegativeTtl: 1m, serveStale: 24h, prefetch: false }
              relay: { timeout: 2s, healthInterval: 250ms }
              threads: 2
              drain: 0s
              maxInflight: 100
              maxInflightPerClient: 10
              tcp: { maxConnections: 7, maxConnectionsPerClient: 3, idleTimeout: 1m }
              refusedPerSecond: 0
              upstream: ["192.168.1.1"]
              tls: { listen: [10.0.0.1], certificate: tls.crt, key: /srv/tls.key }
            overlay:
              interface: tailscale0
              mode: manage
              address: 100.99.0.1/24
              listenPort: 51821
              keys: keys
            kubernetes:
              enabled: false
              routerLabel: example.com/router
              forwardTo: service
              service: bridge
              netbird: { hostNetwork: true, namespace: vpn }
            directory:
              files: [services.yaml, /srv/more.json]
              clusterIP: keep
              export: annotated
              excludeNamespaces: [kube-system]
            egress:
              engine: routes
              namespaces: [web]
              excludeNamespaces: [batch]
              serviceCIDRs: true
              minPrefixIPv4: 12
              minPrefixIPv6: 44
              encapsulation: never
            replication: { enabled: false, maxMemory: 1GiB }
            allNames: { domain: "" }
            multicluster: { domain: clusterset.example }
            trust: { supernets: [10.0.0.0/8] }
            log: { format: text, level: warn }
            regions:
              - name: mn
                domain: mn.example
                podCIDRs: [10.52.0.0/16]
                serviceCIDRs: [10.53.0.0/16]
                gateways: [10.9.0.1, "10.9.0.2:53", "[fd00::1]"]
                contain: false
                wireguard:
                  publicKey: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
                  endpoint: 203.0.113.2
              - name: sgp1
                gateways: [10.9.1.1]
                tls: { serverName: Bridge.sgp1.example., ca: ca.crt }
            admin:
              listen: 127.0.0.1:9000
              tokenFile: token
              tls: { certificate: /run/tls.crt, key: tls.key }
            """);
    assertThat(shown(config))
        .containsAll(
            """
            region.domain germany.example
            region.podCIDRs [10.42.0.0/16, fd00:42::/56]
            region.serviceCIDRs [10.43.0.0/16]
            dns.listen [/127.0.0.1:1053, /[0:0:0:0:0:0:0:1]:53, /10.0.0.1:1053]
            dns.allow [127.0.0.0/8]
            dns.upstream Optional[[/192.168.1.1:53]]
            dns.ttl PT2M
            dns.cache.maxEntries 1000
            dns.cache.maxTtl PT0S
            dns.cache.maxNegativeTtl PT1M
            dns.cache.serveStale PT24H
            dns.cache.prefetch false
            dns.relay.timeout PT2S
            dns.relay.healthInterval PT0.25S
            dns.threads 2
            dns.drain PT0S
            dns.maxInflight 100
            dns.maxInflightPerClient 10
            dns.tcp.maxConnections 7
            dns.tcp.maxConnectionsPerClient 3
            dns.tcp.idleTimeout PT1M
            dns.refusedPerSecond 0
            dns.tls.listen [/10.0.0.1:853]
            dns.tls.certificate Optional[/etc/region-bridge/tls.crt]
            dns.tls.key Optional[/srv/tls.key]
            overlay.interface Optional[tailscale0]
            overlay.mode MANAGE
            overlay.address Optional[100.99.0.1/24]
            overlay.listenPort 51821
            overlay.keys /etc/region-bridge/keys
            kubernetes.enabled false
            kubernetes.routerLabel example.com/router
            kubernetes.forwardTo SERVICE
            kubernetes.service bridge
            kubernetes.netbird.hostNetwork true
            kubernetes.netbird.namespace vpn
            directory.files [/etc/region-bridge/services.yaml, /srv/more.json]
            directory.clusterIP KEEP
            directory.export ANNOTATED
            directory.excludeNamespaces [kube-system]
            egress.engine ROUTES
            egress.namespaces [web]
            egress.excludeNamespaces [batch]
            egress.serviceCIDRs true
            egress.minPrefixIPv4 12
            egress.minPrefixIPv6 44
            egress.encapsulation NEVER
            replication.enabled false
            replication.maxMemory 1073741824
            allNames.domain Optional.empty
            multicluster.domain clusterset.example
            trust.supernets [10.0.0.0/8]
            log.format TEXT
            log.level WARN
            admin.listen /127.0.0.1:9000
            admin.tokenFile Optional[/etc/region-bridge/token]
            admin.tls.certificate Optional[/run/tls.crt]
            admin.tls.key Optional[/etc/region-bridge/tls.key]
            """
                .lines()
                .toList());
    assertThat(config.get(ConfigKeys.REGIONS))
        .extracting(ConfigReaderTest::shown)
        .containsExactly(
            """
            name mn
            domain mn.example
            podCIDRs [10.52.0.0/16]
            serviceCIDRs [10.53.0.0/16]
            aliasRanges []
            gateways [/10.9.0.1:1053, /10.9.0.2:53, /[fd00:0:0:0:0:0:0:1]:1053]
            admin []
            contain false
            tls.serverName Optional.empty
            tls.ca Optional.empty
            wireguard.publicKey Optional[AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=]
            wireguard.endpoint Optional[/203.0.113.2:51820]
            wireguard.persistentKeepalive 25
            overlayKeys []
            """,
            """
            name sgp1
            domain sgp1.internal
            podCIDRs []
            serviceCIDRs []
            aliasRanges []
            gateways [/10.9.1.1:853]
            admin []
            contain true
            tls.serverName Optional[bridge.sgp1.example]
            tls.ca Optional[/etc/region-bridge/ca.crt]
            wireguard.publicKey Optional.empty
            wireguard.endpoint Optional.empty
            wireguard.persistentKeepalive 25
            overlayKeys []
            """);
  }

  @Test
  void readsWhatPeersMayClaimAndHowToLog() {
    BridgeConfig usual = valid("region: {name: fsn1}");
    assertThat(usual.get(ConfigKeys.TRUST_SUPERNETS))
        .contains(Cidr.of("10.0.0.0/8"), Cidr.of("100.64.0.0/10"), Cidr.of("fc00::/7"));
    assertThat(usual.get(ConfigKeys.LOG_FORMAT)).isEqualTo(LogFormat.AUTO);
    assertThat(usual.get(ConfigKeys.LOG_LEVEL)).isEqualTo(Level.INFO);
    BridgeConfig other =
        valid("{region: {name: a}, trust: {supernets: []}, log: {format: json, level: debug}}");
    assertThat(other.get(ConfigKeys.TRUST_SUPERNETS)).isEmpty();
    assertThat(other.get(ConfigKeys.LOG_FORMAT)).isEqualTo(LogFormat.JSON);
    assertThat(other.get(ConfigKeys.LOG_LEVEL)).isEqualTo(Level.DEBUG);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dns: {listen: [], allow: }    | [] and nothing leave a key to be discovered",
        "dns: {listen: [127.0.0.1:0], tcp: ~} | port 0 and an empty section",
        "kubernetes: {enabled: no}     | a switch as YAML 1.1 has it",
        "regions:                      | no peers",
        "dns: {ttl: 0s}                | answers that are not to be cached",
        "dns: {maxInflight: 10}        | a total below the default of one client",
        "regions: [{name: a}, {name: b, domain: xa.internal}] | a domain that only ends alike",
        "dns: {listen: [127.0.0.1:0]}, admin: {listen: 127.0.0.1:0} | free ports do not clash",
      })
  void takesWhatIsMeant(String keys, String what) {
    assertThat(read("{region: {name: fsn1}, " + keys + "}"))
        .as(what)
        .isInstanceOf(ConfigResult.Valid.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // Unknown keys, and what was meant.
        "dnss: {}                           | dnss                 | did you mean dns?",
        "dns: {cache: {maxEntrys: 5}}       | dns.cache.maxEntrys  | mean dns.cache.maxEntries?",
        "dns: {cache: {max_entries: 5}}     | dns.cache.max_entries | mean dns.cache.maxEntries?",
        "dns: {maxEntries: 5}               | dns.maxEntries       | mean dns.cache.maxEntries?",
        "ttl: 5s                            | ttl                  | did you mean dns.ttl?",
        "overlay: {wireguard: {}}           | overlay.wireguard    | there are interface, mode",
        "regions: [{name: mn, gateway: []}] | regions[0].gateway   | mean regions[0].gateways?",
        // Wrong kinds.
        "dns: 5                             | dns                  | section is needed, this is a"
            + " number",
        "dns: [a]                           | dns                  | section is needed, this is a"
            + " list",
        "dns: {listen: 127.0.0.1:53}        | dns.listen           | write [127.0.0.1:53]",
        "dns: {listen: {a: b}}              | dns.listen           | list is needed, this is a"
            + " section",
        "dns: {listen: [[a]]}               | dns.listen[0]        | one value is needed, this is a"
            + " list",
        "dns: {listen: [~]}                 | dns.listen[0]        | one value is needed, this is"
            + " nothing",
        "dns: {threads: '2'}                | dns.threads          | number is needed, this is"
            + " text",
        "dns: {threads: true}               | dns.threads          | number is needed, this is"
            + " true",
        "dns: {threads: 1.5}                | dns.threads          | is no whole number: \"1.5\"",
        "dns: {threads: 0x2}                | dns.threads          | is no whole number: \"0x2\"",
        "dns: {cache: {prefetch: 'true'}}   | dns.cache.prefetch   | true or false is needed, this"
            + " is text",
        "dns: {cache: {prefetch: 1}}        | dns.cache.prefetch   | true or false is needed, this"
            + " is a number",
        "regions: {name: mn}                | regions              | list is needed, this is a"
            + " section",
        "regions: [mn]                      | regions[0]           | section is needed, this is"
            + " text",
        "overlay: {mode: [none]}            | overlay.mode         | one value is needed, this is a"
            + " list",
        // Impossible values.
        "dns: {ttl: 5}                      | dns.ttl              | is no duration: \"5\"",
        "dns: {ttl: -5s}                    | dns.ttl              | is no duration",
        "dns: {ttl: 5 s}                    | dns.ttl              | is no duration",
        "dns: {ttl: 1h30m}                  | dns.ttl              | is no duration",
        "dns: {ttl: 1500ms}                 | dns.ttl              | whole seconds: \"1500ms\";"
            + " write for instance 2s",
        "dns: {ttl: 2h}                     | dns.ttl              | is not within 0s to 1h",
        "dns: {cache: {maxEntries: -1}}     | dns.cache.maxEntries | is negative: \"-1\"",
        "dns: {cache: {maxEntries: 0}}      | dns.cache.maxEntries | is not within 1 to 10000000",
        "dns: {cache: {maxEntries: 99999999999999999999}} | dns.cache.maxEntries | no whole number",
        "dns: {relay: {timeout: 1ms}}       | dns.relay.timeout    | is not within 50ms to 10s",
        "dns: {relay: {timeout: 1m}}        | dns.relay.timeout    | is not within 50ms to 10s",
        "dns: {maxInflight: 10, maxInflightPerClient: 11} | dns.maxInflightPerClient | not within 1"
            + " to 10",
        "dns: {listen: [0.0.0.0:53]}        | dns.listen[0]        | the wildcard",
        "dns: {listen: ['[::]:53']}         | dns.listen[0]        | the wildcard",
        "dns: {listen: [224.0.0.251:53]}    | dns.listen[0]        | no host has this address",
        "dns: {listen: [255.255.255.255]}   | dns.listen[0]        | no host has this address",
        "dns: {listen: [localhost:53]}      | dns.listen[0]        | names are not looked up",
        "dns: {listen: ['::1']}             | dns.listen[0]        | needs brackets",
        "dns: {listen: [127.0.0.1, '127.0.0.1:1053']} | dns.listen[1] | is taken by dns.listen[0]",
        "dns: {listen: ['127.0.0.1:8053']}  | admin.listen         | is taken by dns.listen[0]",
        "dns: {allow: [10.0.0.1/8]}         | dns.allow[0]         | write 10.0.0.0/8",
        "dns: {allow: [10.0.0.1]}           | dns.allow[0]         | write 10.0.0.1/32",
        "admin: {tls: {key: a.pem}}         | admin.tls.certificate | is missing, though"
            + " admin.tls.key",
        "admin: {tls: {certificate: a.pem}} | admin.tls.key        | is missing, though"
            + " admin.tls.cert",
        "admin: {listen: '0.0.0.0:80'}      | admin.listen         | the wildcard",
        "trust: {supernets: [10.0.0.1/8]}   | trust.supernets[0]   | write 10.0.0.0/8",
        "log: {level: verbose}              | log.level            | none of error, warn, info",
        "log: {format: xml}                 | log.format           | none of auto, text, json",
        "multicluster: {enabled: true}, kubernetes: {enabled: false} | multicluster.enabled |"
            + " objects of a cluster",
        "multicluster: {enabled: true, domain: any.internal}, allNames: {domain: any.internal} |"
            + " multicluster.domain | as allNames.domain",
        "multicluster: {enabled: true, domain: x.fsn1.internal} | multicluster.domain |"
            + " as region.domain",
        "overlay: {mode: managed}           | overlay.mode         | none of observe, manage, none:"
            + " \"managed\"",
        "overlay: {mode: Manage}            | overlay.mode         | none of observe, manage, none",
        "overlay: {mode: manage}            | overlay.address      | or those of all router nodes",
        "overlay: {nodes: [{name: a}]}      | overlay.nodes[0].address | write the node's address",
        "overlay: {nodes: [{address: 10.9.0.1/24}]} | overlay.nodes[0].name | the name of the Node",
        "overlay: {nodes: [{name: a, address: 10.9.0.1/24}, {name: a, address: 10.9.0.2/24}]} |"
            + " overlay.nodes[1].name | is also the node at overlay.nodes[0].name",
        "overlay: {nodes: [{name: a, address: 10.9.0.1/24}, {name: b, address: 10.9.0.1/16}]} |"
            + " overlay.nodes[1].address | is also overlay.nodes[0].address",
        "overlay: {address: 10.9.0.9/24, nodes: [{name: a, address: 10.9.0.1/24}]} |"
            + " overlay.address | overlay.nodes give each node its own",
        "overlay: {interface: ''}           | overlay.interface    | no name of a network"
            + " interface",
        "overlay: {interface: averylongname012} | overlay.interface | no name of a network"
            + " interface",
        "overlay: {interface: ..}           | overlay.interface    | no name of a network"
            + " interface",
        "kubernetes: {routerLabel: a b}     | kubernetes.routerLabel | is no node label",
        "kubernetes: {routerLabel: 'a=b,c=d'} | kubernetes.routerLabel | is no node label",
        "directory: {clusterIP: pods}       | directory.clusterIP  | none of expand, keep, auto",
        "directory: {export: some}          | directory.export     | none of all, annotated",
        "directory: {excludeNamespaces: [Kube]} | directory.excludeNamespaces[0] | capital letters",
        "directory: {files: ['']}           | directory.files[0]   | is no path",
        "directory: {files: [a.yaml, ./a.yaml]} | directory.files[1] | is also directory.files[0]",
        // TLS.
        "dns: {tls: {listen: [10.0.0.1]}}   | dns.tls.certificate  | is missing",
        "dns: {tls: {listen: [10.0.0.1], certificate: a}} | dns.tls.key | is missing",
        "dns: {tls: {certificate: a, key: b}} | dns.tls.listen     | is missing",
        "dns: {listen: ['10.0.0.1:853'], tls: {listen: [10.0.0.1], certificate: a, key: b}} |"
            + " dns.tls.listen[0] | is taken by dns.listen[0]",
        "regions: [{name: mn, tls: {}}]     | regions[0].tls.serverName | is missing",
        "regions: [{name: mn, tls: {serverName: a_b}}] | regions[0].tls.serverName | host names"
            + " cannot have",
        // Peers.
        "regions: [{}]                      | regions[0].name      | is missing",
        "regions: [{name: a.b}]             | regions[0].name      | host names cannot have",
        "regions: [{name: -a}]              | regions[0].name      | hyphen",
        "regions: [{name: MN}]              | regions[0].name      | capital letters",
        "regions: [{name: 5}]               | regions[0].name      | text is needed, this is a"
            + " number: \"5\"",
        "regions: [{name: no}]              | regions[0].name      | text is needed, this is true"
            + " or false: \"no\"",
        "regions: [{name: mn, domain: ''}]  | regions[0].domain    | the name is empty",
        "regions: [{name: mn, domain: .}]   | regions[0].domain    | the name is empty",
        "regions: [{name: mn, domain: a..b}] | regions[0].domain   | a label is empty",
        "regions: [{name: mn, domain: a_b}] | regions[0].domain    | host names cannot have",
        "regions: [{name: mn, domain: mn.cluster.local}] | regions[0].domain | cluster.local"
            + " itself",
        "regions: [{name: mn, domain: 10.in-addr.arpa}] | regions[0].domain | reverse zones",
        "regions: [{name: fsn1, domain: x.y}] | regions[0].name    | also the name at region.name",
        "regions: [{name: mn}, {name: mn, domain: x.y}] | regions[1].name | also the name at"
            + " regions[0].name",
        "regions: [{name: mn, domain: fsn1.internal}] | regions[0].domain | inside the other, as"
            + " region.domain",
        "regions: [{name: mn, domain: internal}] | regions[0].domain | has at least two",
        "regions: [{name: mn, domain: 10.0.0.1}] | regions[0].domain | last label is a number",
        "allNames: {domain: 10.0.0.1} | allNames.domain | last label is a number",
        "regions: [{name: mn, domain: mn.local}] | regions[0].domain | multicast DNS",
        "trust: {supernets: [8.8.8.8]} | trust.supernets[0] | prefix length is missing",
        "regions: [{name: mn}, {name: x, domain: b.mn.internal}] | regions[1].domain | as"
            + " regions[0].domain",
        "regions: [{name: mn, podCIDRs: [0.0.0.0/0]}] | regions[0].podCIDRs[0] | every address"
            + " there is",
        "regions: [{name: mn, podCIDRs: [10.1.0.0/16, 10.1.2.0/24]}] | regions[0].podCIDRs[1] |"
            + " overlaps regions[0].podCIDRs[0] (10.1.0.0/16)",
        "regions: [{name: mn, podCIDRs: [10.1.0.0/16], serviceCIDRs: [10.0.0.0/8]}] |"
            + " regions[0].serviceCIDRs[0] | overlaps regions[0].podCIDRs[0]",
        "regions: [{name: a, podCIDRs: [x, 10.1.0.0/16]}, {name: b, podCIDRs: [10.1.0.0/16]}] |"
            + " regions[1].podCIDRs[0] | overlaps regions[0].podCIDRs[1]: \"10.1.0.0/16\"",
        "regions: [{name: mn, gateways: [gw.example]}] | regions[0].gateways[0] | not an IP"
            + " address",
        "regions: [{name: mn, gateways: ['10.0.0.1:0']}] | regions[0].gateways[0] | port 0 cannot"
            + " be asked",
        "regions: [{name: mn, gateways: [0.0.0.0]}] | regions[0].gateways[0] | no host has this"
            + " address",
        "dns: {listen: [10.0.0.1]}, regions: [{name: mn, gateways: [10.0.0.1]}] |"
            + " regions[0].gateways[0] | this bridge itself, by dns.listen[0]",
      })
  void namesThePlaceAndTheReason(String keys, String path, String fragment) {
    List<ConfigProblem> problems = problems("{region: {name: fsn1}, " + keys + "}");
    assertThat(problems)
        .anySatisfy(problem -> {
          assertThat(problem.path()).isEqualTo(path);
          assertThat(problem.toString()).contains(fragment);
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          # region.aliasRanges            | rest of the file | path | reason
          {range: 10.42.0.0/16}           | | [0].alias | is missing
          {alias: 10.142.0.0/16}          | | [0].range | is missing
          {range: 10.42.0.0/16, as: x}    | | [0].as    | is no key of the configuration
          {range: 10.42.0.0/16, alias: 0.0.0.0/0} | | [0].alias | every address there is
          {range: 10.42.0.1/16, alias: 10.142.0.0/16} | | [0].range | bits are set
          {range: 10.42.0.0/16, alias: 10.142.0.0/17} | | [0].alias | is not of the size of its range 10.42.0.0/16
          {range: 10.42.0.0/16, alias: fd00::/16} | | [0].alias | is of another family than its range
          {range: 10.99.0.0/16, alias: 10.142.0.0/16} | | [0].range | is in no range of this region
          {range: 10.0.0.0/8, alias: 172.0.0.0/8} | | [0].range | is in no range of this region
          {range: 10.42.0.0/16, alias: 203.0.0.0/16} | | [0].alias | is in none of trust.supernets
          {range: 10.42.0.0/16, alias: 10.142.0.0/16} | trust: {supernets: [192.168.0.0/16]} | [0].alias | is in none of trust.supernets
          {range: 10.42.0.0/16, alias: 10.43.0.0/16} | | [0].alias | overlaps region.serviceCIDRs[0]
          {range: 10.42.0.0/16, alias: 10.42.0.0/16} | | [0].alias | overlaps region.podCIDRs[0]
          {range: 10.42.0.0/16, alias: 10.62.0.0/16} | regions: [{name: mn, podCIDRs: [10.62.1.0/24]}] | [0].alias | overlaps regions[0].podCIDRs[0] (10.62.1.0/24)
          {range: 10.42.0.0/16, alias: 10.62.0.0/16} | regions: [{name: mn, gateways: [10.62.0.1]}] | [0].alias | overlaps regions[0].gateways[0] (10.62.0.1/32)
          {range: 10.42.0.0/16, alias: 10.62.0.0/16} | overlay: {mode: manage, address: 10.62.3.1/24} | [0].alias | overlaps overlay.address (10.62.3.0/24)
          {range: 10.42.0.0/16, alias: 10.62.0.0/16} | dns: {listen: [10.62.0.1]} | [0].alias | overlaps dns.listen[0]
          {range: 10.42.0.0/17, alias: 10.142.0.0/17}, {range: 10.42.0.0/17, alias: 10.143.0.0/17} | | [1].range | overlaps region.aliasRanges[0].range
          {range: 10.42.0.0/16, alias: 10.142.0.0/16}, {range: 10.43.0.0/16, alias: 10.142.0.0/16} | | [1].alias | overlaps region.aliasRanges[0].alias
          """)
  void tellsWhatIsWrongWithAnAliasRange(
      String entries, @Nullable String rest, String path, String fragment) {
    String file =
        """
        {region: {name: fsn1, podCIDRs: [10.42.0.0/16], serviceCIDRs: [10.43.0.0/16],
         aliasRanges: [%s]}, kubernetes: {enabled: false}%s}
        """
            .formatted(entries, rest == null ? "" : ", " + rest);
    assertThat(problems(file))
        .anySatisfy(problem -> {
          assertThat(problem.path()).isEqualTo("region.aliasRanges" + path);
          assertThat(problem.toString()).contains(fragment);
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          # of regions[0], aliasRanges first | path | reason
          [{range: 10.42.0.0/16}], podCIDRs: [10.42.0.0/16] | aliasRanges[0].alias | is missing
          [10.42.0.0/16], podCIDRs: [10.42.0.0/16] | aliasRanges[0] | a section is needed
          [{range: 10.42.0.0/16, alias: 10.142.0.0/17}], podCIDRs: [10.42.0.0/16] | aliasRanges[0].alias | is not of the size of its range
          [{range: 10.42.0.0/16, alias: fd00::/16}], podCIDRs: [10.42.0.0/16] | aliasRanges[0].alias | is of another family
          [{range: 10.42.0.0/16, alias: 10.142.0.0/16}] | aliasRanges[0].range | write the region's ranges in regions[0].podCIDRs and regions[0].serviceCIDRs
          [{range: 10.43.0.0/16, alias: 10.142.0.0/16}], podCIDRs: [10.42.0.0/16] | aliasRanges[0].range | is in no range of this region
          [{range: 10.42.0.0/16, alias: 10.43.0.0/16}], podCIDRs: [10.42.0.0/16], serviceCIDRs: [10.43.0.0/16] | aliasRanges[0].alias | overlaps regions[0].serviceCIDRs[0]
          [{range: 10.42.0.0/17, alias: 10.142.0.0/17}, {range: 10.42.0.0/18, alias: 10.143.0.0/18}], podCIDRs: [10.42.0.0/16] | aliasRanges[1].range | overlaps regions[0].aliasRanges[0].range (10.42.0.0/17)
          [{range: 10.42.0.0/16, alias: 10.142.0.0/16}, {range: 10.43.0.0/16, alias: 10.142.0.0/16}], podCIDRs: [10.42.0.0/16], serviceCIDRs: [10.43.0.0/16] | aliasRanges[1].alias | overlaps regions[0].aliasRanges[0].alias
          """)
  void tellsWhatIsWrongWithAnAliasRangeOfAPeer(String keys, String path, String fragment) {
    assertThat(problems("{region: {name: fsn1}, regions: [{name: mn, aliasRanges: " + keys + "}]}"))
        .anySatisfy(problem -> {
          assertThat(problem.path()).isEqualTo("regions[0]." + path);
          assertThat(problem.toString()).contains(fragment);
        });
  }

  /** Two regions with the ranges of this one, and the file says how each is known. */
  @Test
  void rangesOfAPeerCountAsItsAliases() {
    String file =
        """
        {region: {name: fsn1, podCIDRs: [10.42.0.0/16], serviceCIDRs: [10.43.0.0/16],
         aliasRanges: [{range: 10.42.0.0/16, alias: %s}]},
         regions: [{name: mn, podCIDRs: [10.42.0.0/16], serviceCIDRs: [10.43.0.0/16], aliasRanges:
          [{range: 10.42.0.0/16, alias: 10.152.0.0/16}, {range: 10.43.0.0/16, alias: %s}]}]}
        """;
    assertThat(read(file.formatted("10.142.0.0/16", "10.153.0.0/16")))
        .isInstanceOfSatisfying(
            ConfigResult.Valid.class, valid -> assertThat(valid.warnings()).isEmpty());
    assertThat(problems(file.formatted("10.152.0.0/16", "10.153.0.0/16")))
        .extracting(ConfigProblem::toString)
        .anySatisfy(problem ->
            assertThat(problem)
                .contains("region.aliasRanges[0].alias")
                .contains("overlaps regions[0].aliasRanges[0].alias"));
  }

  @Test
  void tellsAllThatIsWrongWithAliasRangesAtOnce() {
    assertThat(
            problems(
                """
                {region: {name: fsn1, podCIDRs: [10.42.0.0/16], serviceCIDRs: [10.43.0.0/16],
                 aliasRanges: [{range: 10.99.0.0/16, alias: 203.0.113.0/24},
                  {range: 10.42.0.0/16, alias: 10.43.0.0/16}, {range: 10.43.0.0/16}]}}
                """))
        .extracting(ConfigProblem::path)
        .containsExactlyInAnyOrder(
            "region.aliasRanges[0].range",
            "region.aliasRanges[0].alias",
            "region.aliasRanges[0].alias",
            "region.aliasRanges[1].alias",
            "region.aliasRanges[2].alias");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "podCIDRs: [10.42.0.0/16], aliasRanges: [{range: 10.42.0.0/16, alias: 10.142.0.0/16}]",
        // What is not written is discovered.
        "podCIDRs: [10.42.0.0/16], aliasRanges: [{range: 10.43.0.0/16, alias: 10.143.0.0/16}]",
        "aliasRanges: [{range: 10.42.0.0/16, alias: 10.142.0.0/16}]",
        "podCIDRs: [10.42.0.0/16, 'fd42::/56'], serviceCIDRs: [10.43.0.0/16], aliasRanges: [{range:"
            + " 10.42.0.0/17, alias: 10.142.0.0/17}, {range: 'fd42::/64', alias: 'fd43::/64'},"
            + " {range: 10.43.0.0/16, alias: 10.143.0.0/16}]"
      })
  void takesAliasRanges(String keys) {
    BridgeConfig config = valid("{region: {name: fsn1, " + keys + "}}");
    assertThat(config.get(ConfigKeys.REGION_ALIAS_RANGES)).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                              | region.name | is missing",
        "# nothing yet                   | region.name | is missing",
        "region:                         | region.name | is missing",
        "region: {name: ~}               | region.name | is missing",
        "just text                       | ''          | with region:, this is text",
        "[a, b]                          | ''          | with region:, this is a list",
        "'region: {name: a'              | ''          | line 1, column 17",
        "region: name: a                 | ''          | line 1, column 13: mapping values are not",
        "'region: {name: a, name: b}'    | region.name | line 1, column 19: the key is there for",
        "'{region: {name: a}, region: }' | region      | line 1, column 21: the key is there for",
        "'{region: {name: &n a, domain: *n}}' | region.domain | line 1, column 31: an alias is",
        "'? [a]\n: b'                    | ''          | line 1, column",
      })
  void namesTheLineOfWhatIsNoYaml(String yaml, String path, String fragment) {
    assertThat(problems(yaml))
        .anySatisfy(problem -> {
          assertThat(problem.path()).isEqualTo(path);
          assertThat(problem.toString()).contains(fragment).doesNotContain("\n");
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "c2VjcmV0LXRva2Vu",
        "4711",
        "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\nLXRva2Vu==\n-----END PRIVATE KEY-----\n",
        "eyJhbGciOiJSUzI1NiJ9.c2VjcmV0.LXRva2Vu"
      })
  void aTokenOrAKeyIsNoConfigurationAndNothingElseIsSaidOfIt(String secret) {
    assertThat(problems(secret))
        .singleElement()
        .asString()
        .startsWith("is no configuration: expected a mapping with region:, this is ")
        .doesNotContain("4711", "c2VjcmV0", "LXRva2Vu", "BEGIN");
  }

  @Test
  void refusesControlCharacters() {
    assertThat(problems("region: {name: \u0007}"))
        .singleElement()
        .asString()
        .contains("special characters are not allowed");
  }

  @Test
  void refusesWhatIsTooDeepOrTooLongToBeAConfiguration() {
    assertThat(problems("- ".repeat(5000)))
        .singleElement()
        .asString()
        .contains("nested deeper than 32");
    assertThat(problems("#" + "x".repeat(1 << 20)))
        .singleElement()
        .asString()
        .contains("is longer than 1048576 characters");
  }

  @Test
  void namesTheLineOfATabAndOfASecondDocument() {
    assertThat(problems("region:\n\tname: fsn1\n"))
        .singleElement()
        .asString()
        .contains("line 2, column 1", "TAB");
    assertThat(problems("region: {name: fsn1}\n---\ndns: {}\n"))
        .singleElement()
        .asString()
        .contains("line 3, column 1: a second document begins");
  }

  @Test
  void tellsAllProblemsAtOnceInTheOrderOfTheReference() {
    assertThat(
            problems(
                """
                region: { domain: fsn1.internal }
                dns: { ttl: 5, listen: [a, 127.0.0.1:1053, b], treads: 2 }
                regions:
                  - { name: mn, podCIDRs: [10.52.0.1/16, 10.0.0.0/8] }
                  - { podCIDRs: [10.52.0.0/16] }
                  - { podCIDRs: [10.99.0.0/33] }
                extra: 1
                """))
        .extracting(ConfigProblem::path)
        .containsExactly(
            "region.name",
            "dns.listen[0]",
            "dns.listen[2]",
            "dns.ttl",
            "dns.treads",
            "regions[0].podCIDRs[0]",
            "regions[1].name",
            "regions[2].name",
            "regions[2].podCIDRs[0]",
            "extra",
            "regions[1].podCIDRs[0]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dns: {allow: [0.0.0.0/0]}                | dns.allow        | anyone",
        "dns: {relay: {timeout: 5s}}              | dns.relay.timeout | give up",
        "kubernetes: {enabled: false}             | directory.files  | local domain is empty",
        "directory: {files: [a.yaml]}             | directory.files  | are not read",
        "kubernetes: {enabled: false}, overlay: {mode: none}, regions: [{name: mn}] |"
            + " regions[0].gateways | there are none",
        "kubernetes: {enabled: false}, overlay: {mode: none}, regions: [{name: mn}] |"
            + " regions[0].contain | no ranges",
        "admin: {listen: 10.0.0.1}                | admin.tokenFile  | anyone who reaches",
      })
  void warnsOfWhatIsHardlyMeant(String keys, String path, String fragment) {
    String name = keys.startsWith("region:") ? "" : "region: {name: fsn1}, ";
    assertThat(read("{" + name + keys + "}"))
        .isInstanceOfSatisfying(
            ConfigResult.Valid.class,
            valid ->
                assertThat(valid.warnings())
                    .anySatisfy(warning -> {
                      assertThat(warning.path()).isEqualTo(path);
                      assertThat(warning.reason()).contains(fragment);
                    }));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "regions: [{name: a, podCIDRs: [10.1.0.0/16]}, {name: b, podCIDRs: [10.0.0.0/8]}] |"
            + " regions[1].podCIDRs[0] | overlaps regions[0].podCIDRs[0]",
        "region: {name: fsn1, serviceCIDRs: [10.43.0.0/16]}, regions: [{name: a, podCIDRs:"
            + " [10.43.5.0/24]}] | regions[0].podCIDRs[0] | overlaps region.serviceCIDRs[0]",
        "region: {name: fsn1, serviceCIDRs: [10.43.0.0/16]}, regions: [{name: a, podCIDRs:"
            + " [10.42.0.0/16], aliasRanges: [{range: 10.42.0.0/16, alias: 10.43.0.0/16}]}] |"
            + " regions[0].aliasRanges[0].alias | overlaps region.serviceCIDRs[0]",
        "regions: [{name: a, gateways: [10.0.0.1]}, {name: b, gateways: [10.0.0.1]}] |"
            + " regions[1].gateways[0] | is also regions[0].gateways[0]",
      })
  void runsWithWhatTwoRegionsClaim(String keys, String path, String fragment) {
    String name = keys.startsWith("region:") ? "" : "region: {name: fsn1}, ";
    assertThat(read("{" + name + keys + "}"))
        .isInstanceOfSatisfying(
            ConfigResult.Valid.class,
            valid ->
                assertThat(valid.warnings())
                    .filteredOn(ConfigProblem::clash)
                    .singleElement()
                    .satisfies(clash -> {
                      assertThat(clash.path()).isEqualTo(path);
                      assertThat(clash.reason()).contains(fragment);
                    }));
  }

  @Test
  void asksAGatewayThatIsListedTwiceAsOne() {
    String yaml =
        "{region: {name: a}, regions: [{name: mn, gateways: [10.0.0.1, '10.0.0.1:1053']}]}";
    assertThat(valid(yaml).get(ConfigKeys.REGIONS)).hasSize(1);
    assertThat(((ConfigResult.Valid) read(yaml)).warnings())
        .extracting(ConfigProblem::path, ConfigProblem::clash)
        .containsExactly(tuple("regions[0].gateways[1]", false));
  }

  /** Each key with its value. */
  private static List<String> shown(BridgeConfig config) {
    return ConfigKeys.of("").stream().map(key -> key.path() + " " + config.get(key)).toList();
  }

  private static String shown(Values peer) {
    return ConfigKeys.of("regions").stream()
        .map(key -> key.path().substring("regions[].".length()) + " " + peer.get(key) + "\n")
        .collect(Collectors.joining());
  }

  private static ConfigResult read(String yaml) {
    return ConfigReader.read(yaml, DIRECTORY, Map.of());
  }

  private static BridgeConfig valid(String yaml) {
    ConfigResult result = read(yaml);
    assertThat(result).isInstanceOf(ConfigResult.Valid.class);
    return ((ConfigResult.Valid) result).config();
  }

  private static List<ConfigProblem> problems(String yaml) {
    ConfigResult result = read(yaml);
    assertThat(result).isInstanceOf(ConfigResult.Invalid.class);
    return ((ConfigResult.Invalid) result).problems();
  }
}
