package io.regionbridge.dns.testing;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/** A client with a socket of its own that asks over UDP. */
public final class UdpClient implements AutoCloseable {
  private static final AtomicInteger ids = new AtomicInteger(1);
  private static final int BOUND = 10_000;

  private final DatagramSocket socket;

  /** A client on 127.0.0.1. */
  public UdpClient(InetSocketAddress server) throws IOException {
    this(server, "127.0.0.1");
  }

  /** A client on another loopback address. */
  public UdpClient(InetSocketAddress server, String local) throws IOException {
    socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral(local), 0));
    socket.setReceiveBufferSize(4 << 20);
    socket.connect(server);
    socket.setSoTimeout(BOUND);
  }

  /** A query with an ID of its own. */
  public static Message query(String name, int type) {
    Message query = Message.newQuery(Record.newRecord(Records.name(name), type, DClass.IN));
    query.getHeader().setID(ids.incrementAndGet() & 0xFFFF);
    query.getHeader().setFlag(Flags.RD);
    return query;
  }

  /** The same with OPT. */
  public static Message ednsQuery(String name, int type, int size) {
    Message query = query(name, type);
    query.addRecord(new OPTRecord(size, 0, 0), Section.ADDITIONAL);
    return query;
  }

  /** Sends octets. */
  public void send(byte[] packet) throws IOException {
    socket.send(new DatagramPacket(packet, packet.length));
  }

  /** Sends a query. */
  public void send(Message query) throws IOException {
    send(query.toWire());
  }

  /** The next packet that comes; fails after ten seconds. */
  public byte[] receive() throws IOException {
    byte[] packet = receive(BOUND);
    if (packet == null) {
      throw new AssertionError("no reply within " + BOUND + " ms");
    }
    return packet;
  }

  /** The next packet that comes, or null after so many milliseconds. */
  public byte @Nullable [] receive(int millis) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
    socket.setSoTimeout(millis);
    try {
      socket.receive(packet);
    } catch (SocketTimeoutException e) {
      return null;
    }
    return Arrays.copyOf(packet.getData(), packet.getLength());
  }

  /** Sends octets and returns the reply's. */
  public byte[] ask(byte[] packet) throws IOException {
    send(packet);
    return receive();
  }

  /** Asks, and checks that the reply is one to this question. */
  public Message ask(Message query) throws IOException {
    Message reply = new Message(ask(query.toWire()));
    if (reply.getHeader().getID() != query.getHeader().getID()
        || !reply.getHeader().getFlag(Flags.QR)) {
      throw new AssertionError("not a reply to " + query + ": " + reply);
    }
    return reply;
  }

  /** Asks with EDNS. */
  public Message ask(String name, int type) throws IOException {
    return ask(ednsQuery(name, type, 1232));
  }

  @Override
  public void close() {
    socket.close();
  }
}
