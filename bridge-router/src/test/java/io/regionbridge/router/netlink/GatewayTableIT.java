package io.regionbridge.router.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.sandbox.Namespace;
import io.regionbridge.testkit.NativeTool;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code nft} is the oracle. */
class GatewayTableIT {
  private static final Cidr PODS = Cidr.of("10.42.0.0/16");

  @Test
  void nftShowsWhatWasWritten() throws ErrnoException {
    NativeTool.find("nft");
    try (Namespace namespace = Namespace.create();
        GatewayTable table = namespace.call(GatewayTable::open)) {
      assertThat(table.rules()).isEmpty();
      List<GatewayRule> rules =
          List.of(
              new GatewayRule.Answer(Cidr.of("100.64.0.0/10"), PODS),
              new GatewayRule.Reply("wt0", PODS, Cidr.of("10.52.0.0/16")),
              new GatewayRule.Segment("wt0", false, false, 1240),
              new GatewayRule.Segment("wt0", true, false, 1240),
              new GatewayRule.Answer(Cidr.of("fd7a::/48"), Cidr.of("fd00:42::/48")),
              new GatewayRule.Segment("wt0", false, true, 1220));
      table.replace(rules);
      assertThat(table.rules())
          .containsExactlyElementsOf(rules.stream().map(Object::toString).toList());
      assertThat(namespace.sh("nft list table ip region-bridge-gateway"))
          .contains("type nat hook postrouting priority srcnat - 1; policy accept;")
          .contains("ip saddr 100.64.0.0/10 ip daddr 10.42.0.0/16 masquerade")
          .contains("type filter hook postrouting priority mangle; policy accept;")
          .contains(
              "oifname \"wt0\" ct direction reply ip saddr 10.42.0.0/16 ip daddr 10.52.0.0/16"
                  + " meta mark set meta mark & 0xfffff4ff | 0x00000400")
          .contains("type filter hook forward priority mangle; policy accept;")
          .contains(
              "iifname \"wt0\" tcp flags syn / syn,rst tcp option maxseg size > 1240"
                  + " tcp option maxseg size set 1240")
          .contains("oifname \"wt0\" tcp flags syn / syn,rst");
      assertThat(namespace.sh("nft list table ip6 region-bridge-gateway"))
          .contains("ip6 saddr fd7a::/48 ip6 daddr fd00:42::/48 masquerade")
          .contains("tcp option maxseg size set 1220");
      namespace.sh("nft add table ip6 region-bridge-gateway { flags dormant; }");
      namespace.sh("nft add chain ip region-bridge-gateway segments { policy drop; }");
      namespace.sh(
          "nft add chain ip region-bridge-gateway empty { type filter hook forward priority 0;"
              + " policy drop; }");
      namespace.sh(
          "nft add chain ip region-bridge-gateway harmless { type filter hook forward priority 0;"
              + " }");
      namespace.sh("nft add table ip other");
      namespace.sh(
          "nft add chain ip other theirs { type filter hook input priority 0; policy drop; }");
      assertThat(table.rules())
          .hasSize(rules.size() + 3)
          .contains(
              "the table is dormant",
              "chain segments drops what no rule knows",
              "chain empty drops what no rule knows");
      namespace.sh("nft delete table ip other");
      table.replace(rules.subList(0, 1));
      assertThat(table.rules()).containsExactly(rules.getFirst().toString());
      table.replace(List.of());
      assertThat(namespace.sh("nft list tables").strip()).isEmpty();
    }
  }
}
