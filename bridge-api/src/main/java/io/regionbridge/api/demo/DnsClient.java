package io.regionbridge.api.demo;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;

/** Asks one server one question at a time, as a stub resolver does. */
public final class DnsClient {
  private static final int MAX_UDP = 4096;

  private final InetSocketAddress server;
  private final Duration timeout;

  /** Creates a client that asks once per question and waits up to {@code timeout}. */
  public DnsClient(InetSocketAddress server, Duration timeout) {
    this.server = server;
    this.timeout = timeout;
  }

  /** An answer, and the nanoseconds since the question was sent. */
  public record Answer(Message message, long nanos) {}

  /**
   * Asks over UDP.
   *
   * @param type a number of {@link org.xbill.DNS.Type}
   * @throws IOException if there is no answer in time
   */
  public Answer ask(Name name, int type) throws IOException {
    return ask(question(name, type));
  }

  /**
   * Sends this question over UDP.
   *
   * @throws IOException if there is no answer in time
   */
  public Answer ask(Message question) throws IOException {
    byte[] wire = question.toWire();
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(server);
      socket.setSoTimeout((int) timeout.toMillis());
      long sent = System.nanoTime();
      socket.send(new DatagramPacket(wire, wire.length));
      DatagramPacket reply = new DatagramPacket(new byte[MAX_UDP], MAX_UDP);
      while (System.nanoTime() - sent < timeout.toNanos()) {
        socket.receive(reply);
        long nanos = System.nanoTime() - sent;
        Message message = new Message(Arrays.copyOf(reply.getData(), reply.getLength()));
        if (message.getHeader().getID() == question.getHeader().getID()) {
          return new Answer(message, nanos);
        }
      }
      throw new SocketTimeoutException("no answer");
    }
  }

  /** The same over TCP. */
  public Answer askByTcp(Name name, int type) throws IOException {
    byte[] wire = question(name, type).toWire();
    try (Socket socket = new Socket()) {
      socket.setSoTimeout((int) timeout.toMillis());
      long sent = System.nanoTime();
      socket.connect(server, (int) timeout.toMillis());
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      byte[] framed = new byte[wire.length + 2];
      framed[0] = (byte) (wire.length >>> 8);
      framed[1] = (byte) wire.length;
      System.arraycopy(wire, 0, framed, 2, wire.length);
      out.write(framed);
      out.flush();
      DataInputStream in = new DataInputStream(socket.getInputStream());
      byte[] reply = new byte[in.readUnsignedShort()];
      in.readFully(reply);
      return new Answer(new Message(reply), System.nanoTime() - sent);
    }
  }

  private static Message question(Name name, int type) {
    return Message.newQuery(Record.newRecord(name, type, DClass.IN));
  }
}
