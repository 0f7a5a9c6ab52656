package io.regionbridge.router.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.regionbridge.router.linux.Errno;
import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.sandbox.Inside;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Run where links may be made and unmade; {@code ip} is the oracle. */
class RouteNetlinkInside {
  @Test
  void createsAndDeletesALink() throws ErrnoException {
    try (RouteNetlink netlink = RouteNetlink.open()) {
      netlink.createLink("rbl0", "veth");
      Link link = netlink.link("rbl0").orElseThrow();
      assertThat(link.kind()).contains("veth");
      assertThat(link.up()).isFalse();
      assertThat(netlink.links()).contains(link);
      assertThat(Inside.output("ip", "link")).contains(link.index() + ": rbl0@");

      netlink.setMtu(link.index(), 1380);
      netlink.setUp(link.index(), true);
      Link changed = netlink.link("rbl0").orElseThrow();
      assertThat(changed)
          .isEqualTo(new Link(link.index(), "rbl0", Optional.of("veth"), 1380, true));
      assertThat(Inside.output("ip", "link", "show", "rbl0")).contains("mtu 1380").contains(",UP");

      netlink.deleteLink(link.index());
      assertThat(netlink.link("rbl0")).isEmpty();
    }
  }

  @Test
  void refusalsCarryTheKernelsNumberAndWords() throws ErrnoException {
    try (RouteNetlink netlink = RouteNetlink.open()) {
      netlink.createLink("rbr0", "veth");
      int index = netlink.link("rbr0").orElseThrow().index();
      assertThat(refused(() -> netlink.createLink("rbr0", "veth")).errno()).isEqualTo(Errno.EEXIST);
      ErrnoException unknown = refused(() -> netlink.createLink("rbr1", "no-such-kind"));
      assertThat(unknown.errno()).isEqualTo(Errno.EOPNOTSUPP);
      assertThat(unknown).hasMessageContaining("Unknown device type");
      ErrnoException mtu = refused(() -> netlink.setMtu(index, 20));
      assertThat(mtu.errno()).isEqualTo(Errno.EINVAL);
      assertThat(mtu).hasMessageContaining("setting the MTU").hasMessageContaining("mtu");
      assertThat(refused(() -> netlink.deleteLink(999_999)).errno()).isEqualTo(Errno.ENODEV);
      netlink.deleteLink(index);
    }
  }

  @Test
  void addsAndDeletesAddresses() throws ErrnoException {
    try (RouteNetlink netlink = RouteNetlink.open()) {
      netlink.createLink("rba0", "veth");
      int index = netlink.link("rba0").orElseThrow().index();
      netlink.setUp(index, true);
      InterfaceAddress ipv4 = new InterfaceAddress(index, address("100.64.7.1"), 16);
      InterfaceAddress ipv6 = new InterfaceAddress(index, address("fd00:7::1"), 64);
      netlink.addAddress(ipv4);
      netlink.addAddress(ipv4);
      netlink.addAddress(ipv6);
      assertThat(netlink.addresses()).contains(ipv4, ipv6);
      assertThat(Inside.output("ip", "address", "show", "rba0"))
          .contains("inet 100.64.7.1/16")
          .contains("inet6 fd00:7::1/64");
      netlink.deleteAddress(ipv4);
      netlink.deleteAddress(ipv6);
      assertThat(netlink.addresses()).doesNotContain(ipv4, ipv6);
      assertThat(refused(() -> netlink.deleteAddress(ipv4)).errno()).isEqualTo(Errno.EADDRNOTAVAIL);
      netlink.deleteLink(index);
    }
  }

  @Test
  void addsReplacesFindsAndDeletesRoutes() throws ErrnoException {
    try (RouteNetlink netlink = RouteNetlink.open()) {
      netlink.createLink("rbt0", "veth");
      int index = netlink.link("rbt0").orElseThrow().index();
      int peer = Integer.parseInt(Inside.output("cat", "/sys/class/net/rbt0/iflink").strip());
      netlink.setUp(index, true);
      netlink.setUp(peer, true);
      netlink.addAddress(new InterfaceAddress(index, address("100.65.7.1"), 24));
      Route ipv4 = Route.through(index, Cidr.of("10.77.0.0/16"), 114);
      Route ipv6 = Route.through(index, Cidr.of("fd00:77::/48"), 114);
      netlink.addRoute(ipv4);
      netlink.addRoute(ipv6);
      assertThat(netlink.routes())
          .anyMatch(r -> r.equals(ipv4))
          .anyMatch(r ->
              r.destination().equals(ipv6.destination())
                  && r.interfaceIndex() == index
                  && r.protocol() == 114);
      assertThat(Inside.output("ip", "route", "show", "dev", "rbt0"))
          .contains("10.77.0.0/16 proto 114 scope link");
      assertThat(Inside.output("ip", "-6", "route", "show", "dev", "rbt0"))
          .contains("fd00:77::/48");
      assertThat(refused(() -> netlink.addRoute(ipv4)).errno()).isEqualTo(Errno.EEXIST);

      Route to = netlink.routeTo(address("10.77.3.4")).orElseThrow();
      assertThat(to.interfaceIndex()).isEqualTo(index);
      assertThat(netlink.routeTo(address("192.0.2.1"))).isEmpty();
      for (String kind : List.of("blackhole", "unreachable", "prohibit")) {
        Inside.output("ip", "route", "add", kind, "192.0.2.1");
        assertThat(netlink.routeTo(address("192.0.2.1"))).as(kind).isEmpty();
        Inside.output("ip", "route", "del", kind, "192.0.2.1");
      }

      Route replaced =
          new Route(
              ipv4.destination(),
              index,
              Optional.empty(),
              Optional.of(address("100.65.7.1")),
              Route.MAIN,
              Route.PROTOCOL_STATIC,
              0);
      netlink.replaceRoute(replaced);
      assertThat(netlink.routes()).contains(replaced).doesNotContain(ipv4);
      netlink.deleteRoute(replaced);
      netlink.deleteRoute(ipv6);
      assertThat(netlink.routes())
          .noneMatch(r -> r.destination().equals(ipv4.destination()))
          .noneMatch(r -> r.destination().equals(ipv6.destination()));
      assertThat(refused(() -> netlink.deleteRoute(replaced)).errno()).isEqualTo(Errno.ESRCH);
      netlink.deleteLink(index);
    }
  }

  @Test
  void listsThousandsOfRoutes() throws ErrnoException {
    try (RouteNetlink netlink = RouteNetlink.open()) {
      netlink.createLink("rbm0", "veth");
      int index = netlink.link("rbm0").orElseThrow().index();
      netlink.setUp(index, true);
      for (int i = 0; i < 3000; i++) {
        Cidr range = Cidr.of("10." + (128 + i / 256) + "." + i % 256 + ".0/24");
        netlink.addRoute(Route.through(index, range, 114));
      }
      assertThat(netlink.routes()).filteredOn(r -> r.interfaceIndex() == index).hasSize(3000);
      netlink.deleteLink(index);
    }
  }

  @Test
  void theMonitorNoticesLinksAddressesAndRoutes() throws Exception {
    Semaphore changes = new Semaphore(0);
    try (RouteMonitor _ = RouteMonitor.start("monitor", changes::release, new Loops())) {
      noticed(changes, "ip", "link", "add", "rbn0", "type", "veth", "peer", "name", "rbn1");
      noticed(changes, "ip", "link", "set", "rbn0", "up");
      noticed(changes, "ip", "address", "add", "100.66.0.1/24", "dev", "rbn0");
      noticed(changes, "ip", "address", "add", "fd00:66::1/64", "dev", "rbn0");
      noticed(changes, "ip", "route", "add", "10.66.0.0/16", "dev", "rbn0");
      noticed(changes, "ip", "route", "delete", "10.66.0.0/16", "dev", "rbn0");
      noticed(changes, "ip", "link", "delete", "rbn0");
    }
    changes.drainPermits();
    Inside.output("ip", "link", "add", "rbn0", "type", "veth", "peer", "name", "rbn1");
    assertThat(changes.drainPermits()).isZero();
    Inside.output("ip", "link", "delete", "rbn0");
  }

  private static void noticed(Semaphore changes, String... command) throws InterruptedException {
    changes.drainPermits();
    Inside.output(command);
    assertThat(changes.tryAcquire(10, TimeUnit.SECONDS)).as(String.join(" ", command)).isTrue();
  }

  private static InetAddress address(String text) {
    return IpLiteral.parse(text).orElseThrow();
  }

  private static ErrnoException refused(ThrowingCallable call) {
    return assertThatExceptionOfType(ErrnoException.class).isThrownBy(call).actual();
  }
}
