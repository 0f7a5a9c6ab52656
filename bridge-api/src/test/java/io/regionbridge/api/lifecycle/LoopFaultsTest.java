package io.regionbridge.api.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.reports.LoopReports;
import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.dns.DnsBridge;
import io.regionbridge.dns.net.AddressSet;
import io.regionbridge.dns.zone.BelievedAddresses;
import io.regionbridge.dns.zone.ClientPolicy;
import io.regionbridge.dns.zone.ForwardZone;
import io.regionbridge.dns.zone.ZoneTable;
import io.regionbridge.router.control.ControlPlane;
import io.regionbridge.router.feed.FeedServer;
import io.regionbridge.router.loop.LoopHealth;
import io.regionbridge.router.loop.Loops;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xbill.DNS.Name;

/**
 * A loop of the process that is made to throw is named by {@code /healthz} and the condition, and
 * does its work once what it needs is there again. The clock stands still: a loop is named for its
 * failures, not for the time that passes.
 */
@Timeout(60)
class LoopFaultsTest {
  private static final BridgeConfig CONFIG = Configs.of("overlay: { mode: none }");

  private final Loops loops = new Loops(() -> 0);
  private final Semaphore tries = new Semaphore(0);
  private final CountDownLatch worked = new CountDownLatch(1);
  private volatile boolean broken = true;

  @ParameterizedTest
  @EnumSource
  void oneThatThrowsIsNamedUntilItWorks(Kind kind) throws Exception {
    try (Parts parts = new Parts()) {
      kind.start(parts, loops, this::step);
      tries.acquire(3); // so two have failed
      assertThat(problems())
          .singleElement()
          .asString()
          .startsWith("loop " + kind.loop + ": ")
          .endsWith("thrown by the test");
      assertThat(LoopReports.condition(loops.health()))
          .returns("False", BridgeStatus.Condition::status)
          .extracting(BridgeStatus.Condition::message)
          .asString()
          .contains("loop " + kind.loop);
      broken = false;
      worked.await();
      while (!problems().isEmpty()) {
        LockSupport.parkNanos(1_000_000); // the round ends
      }
      assertThat(LoopReports.condition(loops.health()).status()).isEqualTo("True");
      assertThat(loops.health()).singleElement().extracting(LoopHealth::failures).isNotEqualTo(0L);
    }
  }

  private List<String> problems() {
    return LoopReports.problems(loops.health());
  }

  private void step() {
    tries.release();
    if (broken) {
      throw new IllegalStateException("thrown by the test");
    }
    worked.countDown();
  }

  /** A loop, and how it is started so that one of its steps can be made to throw. */
  enum Kind {
    ZONES("zones") {
      @Override
      void start(Parts parts, Loops loops, Runnable step) throws Exception {
        ControlPlane control =
            parts.add(
                ControlPlane.start(
                    Map.of(),
                    false,
                    () -> Settings.regions(CONFIG, Long.MAX_VALUE),
                    () -> {},
                    new Loops()));
        TablePublisher tables =
            new TablePublisher(
                () -> CONFIG,
                control,
                List::of,
                new FeedServer(1),
                parts.add(new Replicas(0, () -> {}, new Loops())),
                new AllNames(),
                Clock.systemUTC(),
                loops);
        tables.start(_ -> {}, step);
        parts.add(tables);
      }
    },

    REACH("reach") {
      @Override
      void start(Parts parts, Loops loops, Runnable step) throws Exception {
        ForwardZone peer =
            new ForwardZone(
                "mn",
                Name.fromConstantString("mn.internal."),
                List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9)),
                new BelievedAddresses(AddressSet.NONE, false, AddressSet.NONE));
        DnsBridge dns =
            parts.add(
                DnsBridge.start(
                    1,
                    100,
                    List.of(),
                    Settings.dataPlane(CONFIG, MemoryPlan.of(CONFIG, 256L << 20)),
                    ZoneTable.empty().next(List.of(), List.of(peer), ClientPolicy.nobody())));
        parts.add(new AllNames().watch(dns, step, loops));
      }
    };

    private final String loop;

    Kind(String loop) {
      this.loop = loop;
    }

    abstract void start(Parts parts, Loops loops, Runnable step) throws Exception;
  }
}
