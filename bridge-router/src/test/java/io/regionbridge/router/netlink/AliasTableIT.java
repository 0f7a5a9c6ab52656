package io.regionbridge.router.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.net.AliasRange;
import io.regionbridge.router.net.AliasRanges;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.sandbox.Namespace;
import io.regionbridge.testkit.NativeTool;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code nft} is the oracle. */
class AliasTableIT {
  private static final AliasRanges ALIASES =
      new AliasRanges(
          List.of(
              new AliasRange(Cidr.of("10.42.0.0/16"), Cidr.of("10.142.0.0/16")),
              new AliasRange(Cidr.of("10.43.128.0/17"), Cidr.of("10.143.0.0/17")),
              new AliasRange(Cidr.of("fd42::/56"), Cidr.of("fd8a:42::/56"))));

  @Test
  void nftShowsWhatWasWritten() throws ErrnoException {
    NativeTool.find("nft");
    try (Namespace namespace = Namespace.create();
        AliasTable table = namespace.call(AliasTable::open)) {
      assertThat(table.rules()).isEmpty();
      table.replace("wt0", ALIASES);
      assertThat(table.rules())
          .containsExactlyElementsOf(AliasTable.expected("wt0", ALIASES))
          .contains("10.142.0.0/16 is 10.42.0.0/16", "fd42::/56 as fd8a:42::/56", "in by wt0");
      assertThat(namespace.sh("nft list table ip region-bridge-alias"))
          .contains("type filter hook prerouting priority raw - 10; policy accept;")
          .contains("type filter hook postrouting priority 400; policy accept;")
          .contains("iifname != \"wt0\" accept", "oifname != \"wt0\" accept")
          .contains("jump errors-in", "jump errors-out")
          .contains("ip daddr 10.142.0.0/16" + " ip daddr set ip daddr & 10.42.255.255 | 10.42.0.0")
          .contains(
              "ip daddr 10.143.0.0/17" + " ip daddr set ip daddr & 10.43.255.255 | 10.43.128.0")
          .contains(
              "ip saddr 10.42.0.0/16" + " ip saddr set ip saddr & 10.142.255.255 | 10.142.0.0");
      assertThat(namespace.sh("nft list table ip6 region-bridge-alias"))
          .contains("ip6 daddr fd8a:42::/56 ip6 daddr set ip6 daddr &")
          .contains("ip6 saddr fd42::/56 ip6 saddr set ip6 saddr &");
      namespace.sh("nft add rule ip region-bridge-alias arrivals counter drop");
      assertThat(table.rules())
          .as("somebody else's rule is seen")
          .isNotEqualTo(AliasTable.expected("wt0", ALIASES));
      AliasRanges one = new AliasRanges(ALIASES.ranges().subList(0, 1));
      table.replace("wt1", one);
      assertThat(table.rules()).containsExactlyElementsOf(AliasTable.expected("wt1", one));
      table.replace("wt1", AliasRanges.NONE);
      assertThat(namespace.sh("nft list tables").strip()).isEmpty();
    }
  }
}
