package io.regionbridge.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.testkit.FreePorts;
import io.regionbridge.testkit.NativeProcess;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Processes that are told to stop while they are asked. */
final class RestartTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final Pattern READY = Pattern.compile("^region-bridge ready: .*");
  private static final Pattern STOPPING = Pattern.compile("stopping: not ready any more");
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

  @TempDir Path directory;

  @Test
  void noQueryIsLostWhenTwoInstancesRestartOneAfterTheOther() throws Exception {
    Files.writeString(
        directory.resolve("services.yaml"),
        """
        apiVersion: v1
        kind: Service
        metadata: { name: nats, namespace: messaging }
        spec: { clusterIP: 10.43.0.10, ports: [{ port: 4222 }] }
        """);
    String services = "directory: { files: [services.yaml] }";
    Instance[] instances = {instance(services), instance(services)};
    NativeProcess[] running = {start(instances[0]), start(instances[1])};
    try {
      RetryingClient client =
          new RetryingClient(
              Name.fromString("nats.messaging.svc.fsn1.internal."),
              instances[0].dns(),
              instances[1].dns());
      CompletableFuture<Void> asking = CompletableFuture.runAsync(client::askUntilStopped);
      for (int i = 0; i < 2; i++) {
        client.awaitMore(50);
        running[i].signal("TERM");
        assertThat(running[i].awaitEnd(TIMEOUT)).isZero();
        client.awaitMore(50); // of which every other one goes to nobody first
        running[i] = start(instances[i]);
      }
      client.awaitMore(50);
      client.stop();
      asking.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      assertThat(client.lost).hasValue(0);
      assertThat(client.retried).hasPositiveValue();
    } finally {
      for (NativeProcess process : running) {
        process.close();
      }
    }
  }

  @Test
  void whatWasAskedOverTcpBeforeTheEndIsAnswered() throws Exception {
    try (SlowGateway gateway = new SlowGateway()) {
      Instance instance =
          instance(
              "regions: [{ name: mn, contain: false, gateways: [\"127.0.0.1:%d\"] }]"
                  .formatted(gateway.port()));
      try (NativeProcess process = start(instance);
          Socket socket = new Socket(LOOPBACK, instance.dns().getPort())) {
        socket.setSoTimeout((int) TIMEOUT.toMillis());
        byte[] query = query(7, Name.fromString("nats.messaging.svc.mn.internal."));
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        out.writeShort(query.length);
        out.write(query);
        assertThat(gateway.asked.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();

        process.signal("TERM");
        process.awaitLine(STOPPING, TIMEOUT);
        gateway.answer.countDown();

        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] reply = new byte[in.readUnsignedShort()];
        in.readFully(reply);
        Message answer = new Message(reply);
        assertThat(answer.getRcode()).isEqualTo(Rcode.NOERROR);
        assertThat(answer.getSection(Section.ANSWER)).hasSize(1);
        assertThat(in.readAllBytes()).isEmpty(); // closed at the end of the drain
        assertThat(process.awaitEnd(TIMEOUT)).isZero();
      }
    }
  }

  // Processes.

  private record Instance(Path config, InetSocketAddress dns) {}

  private Instance instance(String more) throws IOException {
    int dns = FreePorts.next();
    Path config =
        Files.writeString(
            directory.resolve(dns + ".yaml"),
            """
            region: { name: fsn1, podCIDRs: [10.42.0.0/16] }
            dns: { listen: ["127.0.0.1:%d"], threads: 1, drain: 3s, relay: { timeout: 10s } }
            overlay: { mode: none }
            kubernetes: { enabled: false }
            admin: { listen: "127.0.0.1:0" }
            %s
            """
                .formatted(dns, more));
    return new Instance(config, new InetSocketAddress(LOOPBACK, dns));
  }

  private static NativeProcess start(Instance instance) {
    NativeProcess process =
        NativeProcess.start(
            JAVA,
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "serve",
            "--config",
            instance.config().toString());
    process.awaitLine(READY, TIMEOUT);
    return process;
  }

  private static byte[] query(int id, Name name) {
    Message query = Message.newQuery(Record.newRecord(name, Type.A, DClass.IN));
    query.getHeader().setID(id);
    return query.toWire();
  }

  /** Asks one server or the other, and once more the other one if no good answer comes. */
  private static final class RetryingClient {
    private static final int TIMEOUT_MILLIS = 1000;

    private final Name name;
    private final InetSocketAddress[] servers;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicInteger asked = new AtomicInteger();
    final AtomicInteger retried = new AtomicInteger();
    final AtomicInteger lost = new AtomicInteger();

    RetryingClient(Name name, InetSocketAddress... servers) {
      this.name = name;
      this.servers = servers;
    }

    void askUntilStopped() {
      while (!stopped.get()) {
        int i = asked.get();
        if (!answered(i, servers[i % 2])) {
          retried.incrementAndGet();
          if (!answered(i, servers[(i + 1) % 2])) {
            lost.incrementAndGet();
          }
        }
        asked.incrementAndGet();
      }
    }

    private boolean answered(int id, InetSocketAddress server) {
      byte[] query = query(id & 0xFFFF, name);
      try (DatagramSocket socket = new DatagramSocket()) {
        socket.connect(server);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.send(new DatagramPacket(query, query.length));
        DatagramPacket reply = new DatagramPacket(new byte[1232], 1232);
        socket.receive(reply);
        return new Message(Arrays.copyOf(reply.getData(), reply.getLength())).getRcode()
            == Rcode.NOERROR;
      } catch (IOException e) {
        return false; // silence, or nobody listens there
      }
    }

    void awaitMore(int questions) throws InterruptedException {
      int enough = asked.get() + questions;
      long deadline = System.nanoTime() + TIMEOUT.toNanos();
      while (asked.get() < enough) {
        assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
        TimeUnit.MILLISECONDS.sleep(5);
      }
    }

    void stop() {
      stopped.set(true);
    }
  }

  /** A gateway that is well, and answers questions for addresses when it is told to. */
  private static final class SlowGateway implements AutoCloseable {
    private final DatagramSocket socket = new DatagramSocket(0, LOOPBACK);
    private final Thread thread = Thread.ofPlatform().daemon().name("gateway").unstarted(this::run);
    final CountDownLatch asked = new CountDownLatch(1);
    final CountDownLatch answer = new CountDownLatch(1);

    SlowGateway() throws IOException {
      thread.start();
    }

    int port() {
      return socket.getLocalPort();
    }

    private void run() {
      DatagramPacket packet = new DatagramPacket(new byte[1232], 1232);
      List<DatagramPacket> kept = new ArrayList<>();
      try {
        socket.setSoTimeout(20);
        while (true) {
          try {
            socket.receive(packet);
            Message query = new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
            DatagramPacket reply = reply(query, packet);
            if (query.getQuestion().getType() == Type.A) {
              kept.add(reply);
              asked.countDown();
            } else {
              socket.send(reply);
            }
          } catch (SocketTimeoutException e) {
            // looks whether it may answer
          }
          if (answer.getCount() == 0) {
            for (DatagramPacket reply : kept) {
              socket.send(reply);
            }
            kept.clear();
          }
        }
      } catch (IOException e) {
        // closed
      }
    }

    private static DatagramPacket reply(Message query, DatagramPacket to) throws IOException {
      Message reply = new Message(query.getHeader().getID());
      reply.getHeader().setFlag(Flags.QR);
      Record question = query.getQuestion();
      reply.addRecord(question, Section.QUESTION);
      if (question.getType() == Type.A) {
        InetAddress address = InetAddress.ofLiteral("10.52.0.1");
        reply.addRecord(new ARecord(question.getName(), DClass.IN, 5, address), Section.ANSWER);
      }
      byte[] wire = reply.toWire();
      return new DatagramPacket(wire, wire.length, to.getSocketAddress());
    }

    @Override
    public void close() {
      socket.close();
    }
  }
}
