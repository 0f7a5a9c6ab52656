package io.regionbridge.router.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.sandbox.Namespace;
import io.regionbridge.testkit.NativeTool;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** {@code nft}, {@code ip} and {@code bridge} are the oracles. */
class NatTableIT {
  @Test
  void nftShowsWhatWasWrittenAndOthersTablesAreLeftAlone() throws ErrnoException {
    NativeTool.find("nft");
    try (Namespace namespace = Namespace.create();
        NatTable table = namespace.call(NatTable::open)) {
      namespace.sh("nft add table ip other");
      assertThat(table.exempt()).isEmpty();
      List<NatExemption> some =
          List.of(
              new NatExemption(Cidr.of("10.42.0.0/16"), Cidr.of("10.52.0.0/15")),
              new NatExemption(Cidr.of("10.52.0.0/15"), Cidr.of("10.42.0.0/16")),
              new NatExemption(Cidr.of("fd00:42::/48"), Cidr.of("fd00:52::/47")));
      table.replace(some);
      assertThat(table.exempt())
          .containsExactlyElementsOf(some.stream().map(Object::toString).toList());
      assertThat(namespace.sh("nft list table ip region-bridge"))
          .contains("type nat hook postrouting priority srcnat - 1; policy accept;")
          .contains(
              "ip saddr 10.42.0.0/16 ip daddr 10.52.0.0/15 snat to ip saddr comment"
                  + " \"10.42.0.0/16 to 10.52.0.0/15\"")
          .contains("ip saddr 10.52.0.0/15 ip daddr 10.42.0.0/16 snat to ip saddr");
      assertThat(namespace.sh("nft list table ip6 region-bridge"))
          .contains("ip6 saddr fd00:42::/48 ip6 daddr fd00:52::/47 snat to ip6 saddr");
      namespace.sh("nft add table ip region-bridge { flags dormant; }");
      assertThat(table.exempt()).hasSize(4).contains("the table is dormant");
      table.replace(some.subList(0, 1));
      assertThat(table.exempt()).containsExactly("10.42.0.0/16 to 10.52.0.0/15");
      assertThat(namespace.sh("nft list tables")).doesNotContain("ip6 region-bridge");
      table.replace(List.of());
      table.replace(List.of());
      assertThat(namespace.sh("nft list tables").strip()).isEqualTo("table ip other");
    }
  }

  @Test
  void aVxlanDeviceReachesNodesByTheirAddressesAlone() throws ErrnoException {
    try (Namespace namespace = Namespace.create();
        VxlanNetlink vxlan = namespace.call(() -> VxlanNetlink.open("rbx0"));
        RouteNetlink routes = namespace.call(RouteNetlink::open)) {
      vxlan.listen(InetAddress.ofLiteral("192.0.2.1"));
      vxlan.listen(InetAddress.ofLiteral("192.0.2.1"));
      int index = vxlan.reach(InetAddress.ofLiteral("198.51.100.7"));
      vxlan.reach(InetAddress.ofLiteral("198.51.100.7"));
      assertThat(namespace.sh("ip -d link show rbx0"))
          .contains("vxlan id 29282", "local 192.0.2.1", "dstport 8473", "nolearning", ",UP")
          .contains("0a:72:c0:00:02:01");
      assertThat(namespace.sh("ip neighbour show dev rbx0"))
          .contains("198.51.100.7 lladdr 0a:72:c6:33:64:07 PERMANENT");
      assertThat(namespace.sh("bridge fdb show dev rbx0"))
          .contains("0a:72:c6:33:64:07 dst 198.51.100.7 self permanent");
      assertThat(namespace.sh("cat /proc/sys/net/ipv4/conf/rbx0/rp_filter").strip()).isEqualTo("2");
      assertThat(namespace.sh("ip -4 address show dev rbx0"))
          .contains("inet 192.0.0.8/32 scope link rbx0");
      Route route =
          new Route(
              Cidr.of("10.52.0.0/16"),
              index,
              Optional.of(InetAddress.ofLiteral("198.51.100.7")),
              Optional.empty(),
              Route.MAIN,
              115,
              0);
      routes.addRoute(route);
      assertThat(routes.routes()).contains(route);
      assertThat(namespace.sh("ip route show 10.52.0.0/16"))
          .contains("via 198.51.100.7 dev rbx0 proto 115 onlink");
    }
  }
}
