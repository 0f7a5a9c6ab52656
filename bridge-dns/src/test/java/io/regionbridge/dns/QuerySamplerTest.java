package io.regionbridge.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.regionbridge.dns.net.AddressSet;
import io.regionbridge.dns.net.PeerAddress;
import io.regionbridge.dns.relay.QuerySample;
import io.regionbridge.dns.relay.QuerySampler;
import io.regionbridge.dns.relay.Source;
import io.regionbridge.dns.testing.Await;
import io.regionbridge.dns.testing.Records;
import io.regionbridge.dns.testing.ScriptedGateway;
import io.regionbridge.dns.testing.TcpClient;
import io.regionbridge.dns.testing.UdpClient;
import io.regionbridge.dns.zone.View;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

/** Which replies a listener gets, and what that costs. */
@Timeout(30)
class QuerySamplerTest {
  private static final String WEB = "web.shop.svc.fsn1.internal";
  private static final String NATS = "nats.messaging.svc.mn.internal";

  private final List<QuerySample> samples = new CopyOnWriteArrayList<>();

  private QuerySampler sampler(AddressSet clients, @Nullable Name zone) {
    return new QuerySampler(clients, zone, false, 1000, System::nanoTime, samples::add);
  }

  private void await(int count) {
    Await.until(() -> samples.toString(), () -> samples.size() >= count);
  }

  @Test
  void eachReplyIsToldWithItsSource() throws Exception {
    try (var gateway = ScriptedGateway.start(a -> a.reply(a.addresses(5, "10.52.1.2")));
        var bridge =
            TestBridge.plan().gateways(gateway).local(WEB, Records.a(WEB, 5, "10.42.0.1")).start();
        UdpClient client = bridge.client();
        TcpClient tcp = bridge.tcp();
        UdpClient stranger = bridge.client(TestBridge.STRANGER)) {
      bridge.ask(WEB, Type.A);
      bridge.dns().tap(sampler(AddressSet.NONE, null));
      client.ask("Web.shop.svc.FSN1.internal", Type.A);
      client.ask(NATS, Type.A);
      tcp.ask(org.xbill.DNS.Message.newQuery(Records.a(NATS, 5, "0.0.0.0")));
      client.ask("nobody.fsn1.internal", Type.AAAA);
      stranger.ask(WEB, Type.A);
      bridge.dns().trace(Records.name(NATS), Type.A, View.PODS).get(10, TimeUnit.SECONDS);
      client.ask("example.org", Type.MX);
      await(6);
      bridge.dns().tap(null);
      client.ask(WEB, Type.A);

      assertThat(samples)
          .extracting(s ->
              "%s %s %s %s"
                  .formatted(
                      s.name(), Type.string(s.type()), Rcode.string(s.rcode()), s.source().label()))
          .containsExactly(
              WEB + " A NOERROR local",
              NATS + " A NOERROR relay",
              NATS + " A NOERROR cache",
              "nobody.fsn1.internal AAAA NXDOMAIN local",
              WEB + " A REFUSED refused",
              "example.org MX REFUSED refused");
      assertThat(samples)
          .extracting(QuerySample::tcp)
          .containsExactly(false, false, true, false, false, false);
      assertThat(samples).allSatisfy(s -> assertThat(s.nanos()).isBetween(0L, 10_000_000_000L));
      assertThat(samples.get(4).client().getAddress())
          .isEqualTo(InetAddress.ofLiteral(TestBridge.STRANGER));
      assertThat(samples.getFirst().client())
          .extracting(InetSocketAddress::getAddress)
          .isEqualTo(InetAddress.ofLiteral("127.0.0.1"));
    }
  }

  @Test
  void oneClientOrOneZoneIsToldAndNobodyElse() throws IOException {
    try (var bridge =
            TestBridge.plan().local(WEB, Records.a(WEB, 5, "10.42.0.1")).loops(2).start();
        UdpClient inCluster = bridge.client(TestBridge.CLUSTER_CLIENT);
        UdpClient other = bridge.client()) {
      AddressSet one = AddressSet.of(List.of(TestBridge.prefix(TestBridge.CLUSTER_CLIENT, 32)));
      QuerySampler ofClient = sampler(one, null);
      bridge.dns().tap(ofClient);
      other.ask(WEB, Type.A);
      inCluster.ask(WEB, Type.A);
      await(1);

      bridge.dns().tap(sampler(AddressSet.NONE, Records.name("shop.svc.FSN1.internal")));
      other.ask("xshop.svc.fsn1.internal", Type.A);
      other.ask("shop.svc.fsn1.internal", Type.A);
      other.ask("web.shop.fsn1.internal", Type.A);
      other.ask(WEB, Type.AAAA);
      await(3);

      assertThat(samples)
          .extracting(QuerySample::name)
          .containsExactly(WEB, "shop.svc.fsn1.internal", WEB);
      assertThat(ofClient.matched()).isOne();
    }
  }

  @Test
  void onlyFailuresAreToldWhereOnlyTheyAreWanted() {
    List<QuerySample> samples = new ArrayList<>();
    QuerySampler sampler =
        new QuerySampler(AddressSet.NONE, null, true, 1000, System::nanoTime, samples::add);
    for (int rcode : new int[] {Rcode.NOERROR, Rcode.NXDOMAIN, Rcode.SERVFAIL, Rcode.REFUSED}) {
      sampler.onReply(new PeerAddress(), false, new byte[0], 0, Type.A, rcode, Source.RELAY, 1);
    }
    assertThat(samples)
        .extracting(QuerySample::rcode)
        .containsExactly(Rcode.SERVFAIL, Rcode.REFUSED);
    assertThat(sampler.matched()).isEqualTo(2);
  }

  @Test
  void soManyAreToldInASecondAndTheRestIsCounted() {
    long[] now = {0};
    List<QuerySample> samples = new ArrayList<>();
    QuerySampler sampler =
        new QuerySampler(AddressSet.NONE, null, false, 3, () -> now[0], samples::add);
    for (int i = 0; i < 10; i++) {
      replied(sampler);
    }
    assertThat(samples).hasSize(3);
    now[0] = 1_500_000_000L;
    replied(sampler);
    assertThat(samples).hasSize(4);
    now[0] = 3_600_000_000_000L;
    for (int i = 0; i < 10; i++) {
      replied(sampler);
    }
    assertThat(samples).hasSize(7);
    assertThat(sampler.matched()).isEqualTo(21);
    assertThatThrownBy(
            () -> new QuerySampler(AddressSet.NONE, null, false, 0, () -> 0, samples::add))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatIsNotToldCostsNoObject() {
    AddressSet another = AddressSet.of(List.of(TestBridge.prefix("10.42.0.7", 32)));
    QuerySampler ofAnother = sampler(another, null);
    QuerySampler ofZone = sampler(AddressSet.NONE, Records.name("mn.internal"));
    QuerySampler full = new QuerySampler(AddressSet.NONE, null, false, 1, () -> 0, samples::add);
    replied(full);
    assertThat(allocated(() -> replied(ofAnother))).isZero();
    assertThat(allocated(() -> replied(ofZone))).isZero();
    assertThat(allocated(() -> replied(full))).isZero();
    assertThat(samples).hasSize(1);
  }

  /**
   * Octets that a call takes from the heap: the least of many tries, without what first calls do.
   */
  private static long allocated(Runnable call) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 1000; i++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      call.run();
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }

  private static final byte[] NAME = Records.name(WEB).toWireCanonical();
  private static final PeerAddress CLIENT = new PeerAddress();

  static {
    CLIENT.set(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 4711));
  }

  private static void replied(QuerySampler sampler) {
    sampler.onReply(CLIENT, false, NAME, NAME.length, Type.A, Rcode.NOERROR, Source.LOCAL, 1000);
  }
}
