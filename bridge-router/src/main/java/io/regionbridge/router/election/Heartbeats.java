package io.regionbridge.router.election;

import io.regionbridge.router.loop.Loop;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.loop.Timing;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks other router nodes for heartbeats, and answers them. One socket answers; each node is asked
 * from a socket of its own that is connected to it, because only those are notified when a port is
 * closed (RFC 1122, section 4.1.3.3).
 *
 * <p>{@link #ask} is called by one thread; listeners are called by the sockets' own.
 */
final class Heartbeats implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Heartbeats.class);

  /** How many questions may be on their way to one node. */
  private static final int RECENT = 8;

  /** What comes of asking. */
  interface Listener {
    void answered(String node, Heartbeat.Report report);

    void refused(String node);
  }

  private final String me;
  private final Supplier<Heartbeat.Report> report;
  private final Listener listener;
  private final DatagramSocket answering;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Path> paths = new HashMap<>();
  private final Loops loops;
  private final Loop answers;

  /**
   * Opens the socket that answers questions for {@code me}.
   *
   * @throws IOException if the address cannot be bound
   */
  Heartbeats(
      String me,
      InetSocketAddress listen,
      Supplier<Heartbeat.Report> report,
      Listener listener,
      Loops loops)
      throws IOException {
    this.me = me;
    this.report = report;
    this.listener = listener;
    this.answering = new DatagramSocket(listen);
    this.loops = loops;
    this.answers = loops.loop("heartbeats", Timing.waiting().onVirtualThread(), this::answer);
  }

  /** Begins to answer. */
  void start() {
    answers.start();
  }

  /** Sends one question to each of these nodes, and forgets all others. */
  void ask(Map<String, InetSocketAddress> nodes) {
    paths
        .entrySet()
        .removeIf(path -> {
          boolean gone = !path.getValue().to.equals(nodes.get(path.getKey()));
          if (gone) {
            path.getValue().close();
          }
          return gone;
        });
    nodes.forEach((node, to) -> {
      try {
        Path path = paths.get(node);
        if (path == null) {
          path = new Path(node, to);
          paths.put(node, path);
        }
        path.ask(random.nextLong());
      } catch (PortUnreachableException e) {
        listener.refused(node);
      } catch (IOException e) {
        log.debug("cannot ask {} at {}", node, to, e); // an unanswered question is enough
      }
    });
  }

  @Override
  public void close() {
    answering.close();
    answers.close();
    paths.values().forEach(Path::close);
  }

  private void answer() throws IOException {
    DatagramPacket packet = receive(answering);
    ByteBuffer datagram = ByteBuffer.wrap(packet.getData(), 0, packet.getLength());
    if (Heartbeat.decode(datagram).orElse(null)
            instanceof Heartbeat.Question(long nonce, String node)
        && node.equals(me)) {
      byte[] reply = new Heartbeat.Answer(nonce, report.get()).encoded();
      answering.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
    }
  }

  private static DatagramPacket receive(DatagramSocket socket) throws IOException {
    byte[] octets = new byte[Heartbeat.MOST_OCTETS];
    DatagramPacket packet = new DatagramPacket(octets, octets.length);
    socket.receive(packet);
    return packet;
  }

  /** The way to one node. */
  private final class Path implements AutoCloseable {
    private final String node;
    private final InetSocketAddress to;
    private final DatagramSocket socket;
    private final long[] recent = new long[RECENT];
    private final Loop answers;
    private int next;

    Path(String node, InetSocketAddress to) throws SocketException {
      this.node = node;
      this.to = to;
      this.socket = new DatagramSocket();
      // What was never sent must not be guessed.
      Arrays.setAll(recent, _ -> ThreadLocalRandom.current().nextLong());
      socket.connect(to);
      answers =
          loops.loop("heartbeats-" + node, Timing.waiting().onVirtualThread(), this::receiveAnswer);
      answers.start();
    }

    private void ask(long nonce) throws IOException {
      synchronized (recent) {
        recent[next] = nonce;
        next = (next + 1) % RECENT;
      }
      byte[] question = new Heartbeat.Question(nonce, node).encoded();
      socket.send(new DatagramPacket(question, question.length));
    }

    private void receiveAnswer() throws IOException {
      try {
        DatagramPacket packet = receive(socket);
        ByteBuffer datagram = ByteBuffer.wrap(packet.getData(), 0, packet.getLength());
        if (Heartbeat.decode(datagram).orElse(null)
                instanceof Heartbeat.Answer(long nonce, Heartbeat.Report theirs)
            && asked(nonce)) {
          listener.answered(node, theirs);
        }
      } catch (PortUnreachableException e) {
        listener.refused(node);
      }
    }

    @Override
    public void close() {
      socket.close();
      answers.close();
    }

    private boolean asked(long nonce) {
      synchronized (recent) {
        for (long one : recent) {
          if (one == nonce) {
            return true;
          }
        }
        return false;
      }
    }
  }
}
