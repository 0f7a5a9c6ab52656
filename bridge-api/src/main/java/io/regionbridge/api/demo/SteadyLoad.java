package io.regionbridge.api.demo;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/**
 * Asks one question after the other at a steady pace, whatever becomes of those before, each once,
 * and keeps count. The questions' IDs number them, so that answers can be matched to questions.
 */
final class SteadyLoad {
  private static final int MAX_UDP = 1500;
  private static final int HEADER = 12;
  private static final int NO_ANSWER = -1;

  private final DatagramSocket socket;
  private final List<Name> names;
  private final AtomicLongArray sentAt;
  private final AtomicLongArray took;
  private final AtomicIntegerArray rcodes;
  private final Thread sender;
  private final Thread receiver;
  private volatile int sent;
  private volatile boolean stopped;

  /**
   * The totals.
   *
   * @param failed answers with SERVFAIL or another error
   * @param slowestNanos from question to answer
   */
  record Result(int sent, int lost, int failed, long slowestNanos) {}

  private SteadyLoad(
      InetSocketAddress server, List<Name> names, Duration pace, int most, Duration timeout)
      throws IOException {
    this.names = names;
    this.sentAt = new AtomicLongArray(most);
    this.took = new AtomicLongArray(most);
    this.rcodes = new AtomicIntegerArray(most);
    for (int i = 0; i < most; i++) {
      rcodes.set(i, NO_ANSWER);
    }
    socket = new DatagramSocket();
    socket.connect(server);
    sender = Thread.ofPlatform().daemon().name("load").unstarted(() -> send(pace, most));
    receiver = Thread.ofPlatform().daemon().name("answers").unstarted(() -> receive(timeout));
  }

  /**
   * Starts to ask for {@code names} in turn.
   *
   * @param most questions in all, at most 65536
   * @param timeout how long to wait for an answer after the last question
   */
  static SteadyLoad start(
      InetSocketAddress server, List<Name> names, Duration pace, int most, Duration timeout)
      throws IOException {
    SteadyLoad load = new SteadyLoad(server, names, pace, most, timeout);
    load.receiver.start();
    load.sender.start();
    return load;
  }

  /** Asks no more, waits for the last answers, and adds up. */
  Result stop() throws InterruptedException {
    stopped = true;
    sender.join();
    receiver.join();
    socket.close();
    int lost = 0;
    int failed = 0;
    long slowest = 0;
    for (int i = 0; i < sent; i++) {
      int rcode = rcodes.get(i);
      lost += rcode == NO_ANSWER ? 1 : 0;
      failed += rcode != NO_ANSWER && rcode != Rcode.NOERROR ? 1 : 0;
      slowest = Math.max(slowest, took.get(i));
    }
    return new Result(sent, lost, failed, slowest);
  }

  private void send(Duration pace, int most) {
    long next = System.nanoTime();
    for (int i = 0; i < most && !stopped; i++) {
      long wait = next - System.nanoTime();
      if (wait > 0) {
        LockSupport.parkNanos(wait);
      }
      next += pace.toNanos();
      Record question = Record.newRecord(names.get(i % names.size()), Type.A, DClass.IN);
      Message message = Message.newQuery(question);
      message.getHeader().setID(i);
      byte[] wire = message.toWire();
      sentAt.set(i, System.nanoTime());
      sent = i + 1;
      try {
        socket.send(new DatagramPacket(wire, wire.length));
      } catch (IOException e) {
        // never sent, never answered: it counts as lost
      }
    }
  }

  private void receive(Duration timeout) {
    DatagramPacket packet = new DatagramPacket(new byte[MAX_UDP], MAX_UDP);
    long deadline = Long.MAX_VALUE;
    int answered = 0;
    while (true) {
      if (stopped && !sender.isAlive()) {
        deadline = deadline == Long.MAX_VALUE ? System.nanoTime() + timeout.toNanos() : deadline;
        if (answered == sent || System.nanoTime() - deadline > 0) {
          return;
        }
      }
      try {
        socket.setSoTimeout(50);
        socket.receive(packet);
      } catch (SocketTimeoutException e) {
        continue;
      } catch (IOException e) {
        continue; // such as "nothing listens there": the question counts as lost
      }
      byte[] data = packet.getData();
      int id = (data[0] & 0xff) << 8 | data[1] & 0xff;
      if (packet.getLength() >= HEADER && id < sent && rcodes.get(id) == NO_ANSWER) {
        took.set(id, System.nanoTime() - sentAt.get(id));
        rcodes.set(id, data[3] & 0xf);
        answered++;
      }
    }
  }
}
