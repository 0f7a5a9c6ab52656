package io.regionbridge.api.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** A gateway that answers every question for an address with the same one, after a while. */
final class FakeGateway implements AutoCloseable {
  private final DatagramSocket socket;
  private final InetAddress answer;
  private final Duration delay;
  private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();

  private FakeGateway(DatagramSocket socket, InetAddress answer, Duration delay) {
    this.socket = socket;
    this.answer = answer;
    this.delay = delay;
  }

  static FakeGateway start(InetSocketAddress at, String answer, Duration delay) throws IOException {
    FakeGateway gateway =
        new FakeGateway(new DatagramSocket(at), InetAddress.ofLiteral(answer), delay);
    Thread.ofVirtual().start(gateway::serve);
    return gateway;
  }

  private void serve() {
    byte[] buffer = new byte[4096];
    try {
      while (true) {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        socket.receive(packet);
        byte[] reply = reply(new Message(Arrays.copyOf(buffer, packet.getLength())));
        ScheduledFuture<?> _ =
            later.schedule(
                () -> send(new DatagramPacket(reply, reply.length, packet.getSocketAddress())),
                delay.toMillis(),
                TimeUnit.MILLISECONDS);
      }
    } catch (IOException e) {
      return; // closed
    }
  }

  private byte[] reply(Message query) {
    Record question = query.getQuestion();
    Message reply = new Message(query.getHeader().getID());
    reply.getHeader().setFlag(Flags.QR);
    reply.getHeader().setFlag(Flags.AA);
    reply.addRecord(question, Section.QUESTION);
    if (question.getType() == Type.A) {
      reply.addRecord(new ARecord(question.getName(), DClass.IN, 5, answer), Section.ANSWER);
    }
    return reply.toWire();
  }

  private void send(DatagramPacket packet) {
    try {
      socket.send(packet);
    } catch (IOException e) {
      if (!socket.isClosed()) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close() {
    later.shutdownNow();
    socket.close();
  }
}
