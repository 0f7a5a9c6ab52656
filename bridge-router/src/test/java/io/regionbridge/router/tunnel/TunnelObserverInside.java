package io.regionbridge.router.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.linux.Capability;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.sandbox.Inside;
import io.regionbridge.router.uapi.UapiClient;
import io.regionbridge.router.uapi.UserspaceProcess;
import io.regionbridge.router.wireguard.PrivateKey;
import io.regionbridge.router.wireguard.PublicKey;
import io.regionbridge.router.wireguard.WgDump;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Looks at a device that wireguard-go runs and {@code wg} and {@code ip} have configured. */
class TunnelObserverInside {
  /** Longer than any test: what is noticed was reported by the kernel, not come upon. */
  private static final Duration NO_REFRESH = Duration.ofHours(1);

  private final String name = "rbo" + ProcessHandle.current().pid();
  private final LinkedBlockingQueue<TunnelView> views = new LinkedBlockingQueue<>();

  @Test
  void findsThePeersOfADeviceThatSomethingElseConfigured() throws Exception {
    PublicKey peer = PrivateKey.generate().publicKey();
    try (UserspaceProcess _ = wireGuard();
        TunnelObserver observer = TunnelObserver.start(name, NO_REFRESH, views::add, new Loops())) {
      Path key = Files.createTempFile("key", "");
      Files.writeString(key, Inside.output("wg", "genkey"));
      Inside.output(
          "wg",
          "set",
          name,
          "private-key",
          key.toString(),
          "peer",
          peer.toString(),
          "endpoint",
          "192.0.2.7:51820",
          "persistent-keepalive",
          "25",
          "allowed-ips",
          "100.64.0.7/32,10.42.0.0/16");
      // A new address is reported, and what wg changed is seen along with it.
      Inside.output("ip", "address", "add", "100.64.0.9/16", "dev", name);
      TunnelView view = awaitView(v -> v.device().isPresent() && !v.addresses().isEmpty());
      assertThat(view.driver()).contains(TunnelDriver.Kind.USERSPACE);
      assertThat(view.addresses()).extracting(Object::toString).contains("100.64.0.9/16");
      assertThat(view.routes()).containsEntry(Cidr.of("10.42.0.0/16"), peer);
      assertThat(view.device())
          .contains(WgDump.parse(name, Inside.output("wg", "show", name, "dump")));
      assertThat(view.problems())
          .extracting(TunnelProblem::reason)
          .containsExactly(TunnelProblem.Reason.INTERFACE_DOWN);
      Inside.output("ip", "link", "set", name, "up");
      awaitView(v -> v.problems().isEmpty());
      assertThat(observer.health().of(peer)).isPresent();
    }
  }

  @Test
  void noticesAnInterfaceThatGoesAndComesBack() throws Exception {
    try (TunnelObserver observer =
        TunnelObserver.start(name, NO_REFRESH, views::add, new Loops())) {
      assertThat(reasons(observer.view())).containsExactly(TunnelProblem.Reason.INTERFACE_MISSING);
      try (UserspaceProcess _ = wireGuard()) {
        Inside.output("ip", "link", "set", name, "up");
        awaitView(v -> v.problems().isEmpty() && v.device().isPresent());
      }
      awaitView(v -> v.link().isEmpty());
      try (UserspaceProcess _ = wireGuard()) {
        Inside.output("ip", "link", "set", name, "up");
        awaitView(v -> v.problems().isEmpty() && v.device().isPresent());
      }
    }
  }

  @Test
  void aChangeOfAddressIsNoticedWithoutPolling() throws Exception {
    Inside.output("ip", "link", "add", name, "type", "veth");
    long slowest = 0;
    try (TunnelObserver _ = TunnelObserver.start(name, NO_REFRESH, views::add, new Loops())) {
      for (int i = 1; i <= 10; i++) {
        String address = "100.64.1." + i + "/32";
        Inside.output("ip", "address", "add", address, "dev", name);
        long added = System.nanoTime();
        awaitView(v -> v.addresses().stream().anyMatch(a -> a.toString().equals(address)));
        slowest = Math.max(slowest, System.nanoTime() - added);
      }
    } finally {
      Inside.output("ip", "link", "delete", name);
    }
    Inside.note(
        "ten changes of address, the slowest was noticed after "
            + TimeUnit.NANOSECONDS.toMillis(slowest)
            + " ms");
  }

  @Test
  void saysWhichCapabilityIsMissing() throws Exception {
    try (UserspaceProcess _ = wireGuard()) {
      String said =
          Inside.output(
              "setpriv",
              "--reuid",
              "65534",
              "--regid",
              "65534",
              "--clear-groups",
              // To read the classes, wherever they are; it does not open sockets.
              "--inh-caps",
              "+dac_read_search",
              "--ambient-caps",
              "+dac_read_search",
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "--enable-native-access=ALL-UNNAMED",
              "-cp",
              System.getProperty("java.class.path"),
              Unprivileged.class.getName(),
              name);
      assertThat(said)
          .contains("NOT_PERMITTED")
          .contains(Capability.CAP_DAC_OVERRIDE.name())
          .contains("link: " + name);
    }
  }

  /** What a process of another user sees. */
  static final class Unprivileged {
    public static void main(String[] arguments) throws IOException {
      try (TunnelObserver observer =
          TunnelObserver.start(arguments[0], NO_REFRESH, _ -> {}, new Loops())) {
        TunnelView view = observer.view();
        System.out.println("link: " + view.link().orElseThrow().name());
        System.out.println(view.problems());
      }
    }
  }

  private UserspaceProcess wireGuard() throws IOException, InterruptedException {
    return UserspaceProcess.start(
        List.of("wireguard-go"), name, UapiClient.SOCKET_DIRECTORY, Duration.ofSeconds(30), true);
  }

  private TunnelView awaitView(Predicate<TunnelView> wanted) throws InterruptedException {
    while (true) {
      TunnelView view = views.poll(30, TimeUnit.SECONDS);
      assertThat(view).as("a view as wanted").isNotNull();
      if (wanted.test(view)) {
        return view;
      }
    }
  }

  private static List<TunnelProblem.Reason> reasons(TunnelView view) {
    return view.problems().stream().map(TunnelProblem::reason).toList();
  }
}
