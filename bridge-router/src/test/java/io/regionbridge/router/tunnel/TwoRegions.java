package io.regionbridge.router.tunnel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.sandbox.Inside;
import io.regionbridge.router.sandbox.Namespace;
import io.regionbridge.router.wireguard.PublicKey;
import io.regionbridge.router.wireguard.WgDump;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A world of two regions: {@code mn} with one gateway behind NAT, {@code fsn1} with two on public
 * addresses, a router between them, and in each gateway's loopback an address of its pods. With
 * netem the way through the router takes 50 ms in each direction.
 */
final class TwoRegions implements AutoCloseable {
  static final String MN_POD = "10.42.0.1";
  static final String FSN_POD = "10.52.0.1";

  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  final Namespace router = Namespace.create();
  final Gateway mn;
  final Gateway fsn1;
  final Gateway fsn2;
  private final List<Gateway> gateways = new ArrayList<>();

  /** A gateway: a namespace with an agent in it. */
  final class Gateway implements AutoCloseable {
    final Namespace namespace = Namespace.create();
    final String interfaceName;
    private final String region;
    private final String name;
    private final String overlay;
    private final String endpoint;
    private final String range;
    private final Process agent;
    private final BufferedReader answers;

    Gateway(String name, String region, int number, String endpoint, String range, String keepalive)
        throws IOException {
      this.region = region;
      this.name = name;
      this.range = range;
      this.endpoint = endpoint;
      overlay = "100.99.0." + number;
      interfaceName = "rb" + ProcessHandle.current().pid() % 1_000_000 + "." + number;
      Path keys = Files.createTempDirectory("keys");
      String port = endpoint.isEmpty() ? "0" : endpoint.substring(endpoint.indexOf(':') + 1);
      agent =
          namespace.startJava(
              TunnelAgent.class,
              interfaceName,
              keys.toString(),
              port,
              "1420",
              overlay + "/24",
              keepalive);
      answers = agent.inputReader();
      gateways.add(this);
    }

    String ask(String question) {
      try {
        OutputStream out = agent.getOutputStream();
        out.write((question + "\n").getBytes(UTF_8));
        out.flush();
        for (String line = answers.readLine(); line != null; line = answers.readLine()) {
          if (line.startsWith("> ")) {
            return line.substring(2);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      throw new AssertionError("the agent of " + name + " ended");
    }

    /** How others are told of this gateway. */
    String described(String nextKey, boolean active) {
      return String.join(
          ",", region, name, ask("key"), nextKey, overlay, endpoint, String.valueOf(active), range);
    }

    String described(boolean active) {
      return described("", active);
    }

    String plan(String... remote) {
      return ask("plan " + String.join(" ", remote));
    }

    String wg(String what) {
      return namespace.run("wg", "show", interfaceName, what);
    }

    /** The ranges of a peer, as wg shows them. */
    List<Cidr> allowedIps(String peer) {
      return WgDump.parse(interfaceName, wg("dump"))
          .peer(PublicKey.parse(peer).orElseThrow())
          .orElseThrow()
          .allowedIps();
    }

    boolean pings(String from, String to) {
      return namespace.succeeds("busybox ping -c 1 -W 2 -I " + from + " " + to);
    }

    /** Ends the agent, and with it wireguard-go where that runs the device. */
    void stop() throws IOException, InterruptedException {
      agent.getOutputStream().close();
      assertThat(agent.waitFor(20, TimeUnit.SECONDS)).as(name + " ends").isTrue();
    }

    @Override
    public void close() {
      try {
        stop();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        namespace.close();
      }
    }
  }

  TwoRegions() throws IOException {
    router.sh("ip link add inside type veth peer name a0");
    router.sh("ip link add outside type veth peer name b0");
    router.sh("ip link add outside2 type veth peer name c0");
    router.sh("ip link add name public type bridge");
    mn = new Gateway("mn-1", "mn", 1, "", "10.42.0.0/16", "1");
    fsn1 = new Gateway("fsn-1", "fsn1", 2, "203.0.113.2:51820", "10.52.0.0/16", "0");
    fsn2 = new Gateway("fsn-2", "fsn1", 3, "203.0.113.3:51820", "10.52.0.0/16", "0");
    move("a0", mn, "192.168.7.2/24", "192.168.7.1", MN_POD);
    move("b0", fsn1, "203.0.113.2/24", "203.0.113.1", FSN_POD);
    move("c0", fsn2, "203.0.113.3/24", "203.0.113.1", FSN_POD);
    for (String port : List.of("outside", "outside2")) {
      router.sh("ip link set " + port + " master public");
      router.sh("ip link set " + port + " up");
    }
    router.sh("ip link set public up");
    router.sh("ip link set inside up");
    router.sh("ip address add 192.168.7.1/24 dev inside");
    router.sh("ip address add 203.0.113.1/24 dev public");
    router.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
    router.sh("nft add table ip nat");
    router.run("nft", "add chain ip nat out { type nat hook postrouting priority 100 ; }");
    router.sh("nft add rule ip nat out oifname public masquerade");
    // Nothing reaches mn unasked.
    router.sh("nft add table ip filter");
    router.run("nft", "add chain ip filter forward { type filter hook forward priority 0 ; }");
    router.sh("nft add rule ip filter forward ct state established,related accept");
    router.sh("nft add rule ip filter forward iifname public drop");
    boolean delayed =
        router.succeeds("tc qdisc add dev inside root netem delay 50ms")
            && router.succeeds("tc qdisc add dev public root netem delay 50ms");
    Inside.note("two regions behind NAT, " + (delayed ? "100 ms round trip" : "no delay here"));
  }

  private void move(String end, Gateway to, String address, String via, String pod) {
    router.sh("ip link set " + end + " netns " + to.namespace.name());
    to.namespace.sh("ip address add " + address + " dev " + end);
    to.namespace.sh("ip link set " + end + " up");
    to.namespace.sh("ip route add default via " + via);
    to.namespace.sh("ip address add " + pod + "/32 dev lo");
  }

  /** Waits for something to become true, and fails with what it is if it does not. */
  static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long until " + what).isLessThan(deadline);
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
  }

  @Override
  public void close() {
    gateways.forEach(Gateway::close);
    router.close();
  }
}
