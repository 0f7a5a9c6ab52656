package io.regionbridge.router.egress.routes;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.discovery.Await;
import io.regionbridge.router.sandbox.Namespace;
import io.regionbridge.router.settings.RegionSettings;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * TCP between pods of two regions over the routes engine while the active gateway's node dies. With
 * {@code -Degress.runs=10} it dies ten times in turns and the times are printed; the test itself
 * judges none of them.
 */
@Timeout(600)
class DataPathIT {
  private static final int RUNS = Integer.getInteger("egress.runs", 1);
  private static final Duration TRY = Duration.ofMillis(400);

  @TempDir private Path directory;

  /**
   * To the gateway as a neighbour, and wrapped as if it were none; and between regions that have
   * the same range and know each other by aliases.
   */
  @ParameterizedTest
  @CsvSource({"AUTO, false", "ALWAYS, false", "AUTO, true", "ALWAYS, true"})
  void podsReachEachOtherAgainWhenTheActiveGatewaysNodeDies(
      RegionSettings.Encapsulation encapsulation, boolean overlapping) throws Exception {
    for (String tool : List.of("ip", "wireguard-go", "wg", "nft")) {
      NativeTool.find(tool);
    }
    List<Long> newConnections = new ArrayList<>();
    List<Long> streams = new ArrayList<>();
    try (TwoClusters world = new TwoClusters(directory, encapsulation, overlapping);
        ServerSocket server = TwoClusters.listen(world.fsn1.pod, world.fsn1.podAddress);
        ServerSocket here = TwoClusters.listen(world.mn.pod, world.mn.podAddress)) {
      InetSocketAddress there =
          new InetSocketAddress(InetAddress.ofLiteral(world.fsn1.knownPod), server.getLocalPort());
      InetSocketAddress back =
          new InetSocketAddress(InetAddress.ofLiteral(world.mn.knownPod), here.getLocalPort());
      Thread.ofPlatform().daemon().start(() -> echo(server));
      Thread.ofPlatform().daemon().start(() -> echo(here));
      world.awaitReady();
      for (int run = 0; run < RUNS; run++) {
        Await.that("pods reach each other", () -> reaches(world, there));
        Await.that("an overlay address reaches a pod", () -> isAnswered(world, back));
        Socket stream = connect(world, there);
        stream.setSoTimeout(60_000);
        assertThat(ask(stream))
            .as("the pod's own address arrives: nothing masquerades it")
            .isEqualTo(world.mn.knownPod);
        askMuch(stream, world.mn.knownPod);
        TwoClusters.Node dead = world.active();
        TwoClusters.Node next = world.standby();
        long killed = System.nanoTime();
        world.kill(dead);
        Await.that("new connections", Duration.ofSeconds(60), () -> reaches(world, there));
        newConnections.add((System.nanoTime() - killed) / 1_000_000);
        assertThat(ask(stream)).as("the stream goes on").isEqualTo(world.mn.knownPod);
        streams.add((System.nanoTime() - killed) / 1_000_000);
        Await.that("an overlay address reaches a pod", () -> isAnswered(world, back));
        assertThat(world.active()).isSameAs(next);
        assertThat(world.mn.worker.sh("ip route show " + world.fsn1.known))
            .contains("via " + next.address, "proto 115")
            .contains(
                "dev "
                    + (encapsulation == RegionSettings.Encapsulation.ALWAYS
                        ? LinuxRouteHost.VXLAN
                        : "lan"));
        stream.close();
        world.revive(dead);
        Await.that(
            "the node that is back sends to the active one",
            () ->
                dead.namespace
                    .sh("ip route get " + world.fsn1.knownPod)
                    .contains("via " + next.address));
      }
    }
    Collections.sort(newConnections);
    Collections.sort(streams);
    System.out.printf(
        "%s%s: new connections after the death of the active gateway's node, ms: median %d, worst"
            + " %d %s; a stream goes on after: median %d, worst %d%n",
        encapsulation,
        overlapping ? " with aliases" : "",
        newConnections.get(newConnections.size() / 2),
        newConnections.getLast(),
        newConnections,
        streams.get(streams.size() / 2),
        streams.getLast());
  }

  private static Socket connect(TwoClusters world, InetSocketAddress there) {
    AtomicReference<Optional<Socket>> socket = new AtomicReference<>(Optional.empty());
    Await.that(
        "a stream",
        () -> {
          socket.set(TwoClusters.connect(world.mn.pod, there, Duration.ofSeconds(10)));
          return socket.get().isPresent();
        });
    return socket.get().orElseThrow();
  }

  private static boolean reaches(TwoClusters world, InetSocketAddress there) {
    return seen(world.mn.pod, there).equals(world.mn.knownPod);
  }

  /** As a peer with Cilium asks: from the overlay address of its gateway. */
  private static boolean isAnswered(TwoClusters world, InetSocketAddress back) {
    return !seen(world.fsn1.first.namespace, back).isEmpty();
  }

  /** The address that a new connection comes from, as its other end sees it; empty without one. */
  private static String seen(Namespace from, InetSocketAddress to) {
    Optional<Socket> socket = TwoClusters.connect(from, to, TRY);
    if (socket.isEmpty()) {
      return "";
    }
    try (Socket open = socket.get()) {
      open.setSoTimeout((int) TRY.toMillis());
      return ask(open);
    } catch (IOException e) {
      return "";
    }
  }

  /** One octet there; back comes the address that it came from. */
  private static String ask(Socket socket) throws IOException {
    socket.getOutputStream().write(1);
    int length = socket.getInputStream().read();
    return new String(socket.getInputStream().readNBytes(Math.max(length, 0)), US_ASCII);
  }

  /** Many at once: full packets both ways, for which each way must be wide enough. */
  private static void askMuch(Socket socket, String expected) throws IOException {
    int count = 20_000;
    socket.getOutputStream().write(new byte[count]);
    byte[] answers = socket.getInputStream().readNBytes(count * (1 + expected.length()));
    String answer = (char) expected.length() + expected;
    assertThat(new String(answers, US_ASCII)).isEqualTo(answer.repeat(count));
  }

  private static void echo(ServerSocket server) {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread.ofPlatform().daemon().start(() -> answer(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private static void answer(Socket socket) {
    byte[] from = socket.getInetAddress().getHostAddress().getBytes(US_ASCII);
    try (socket) {
      while (socket.getInputStream().read() >= 0) {
        socket.getOutputStream().write(from.length);
        socket.getOutputStream().write(from);
      }
    } catch (IOException e) {
      // the other end is gone
    }
  }
}
