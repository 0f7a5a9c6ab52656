package io.regionbridge.router.control;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Answers every question by UDP with one and the same A record. */
final class ScriptedDns implements AutoCloseable {
  private final DatagramSocket socket;
  private final byte[] address;

  ScriptedDns(String address) throws IOException {
    this.address = InetAddress.ofLiteral(address).getAddress();
    this.socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
    Thread.ofVirtual().start(this::run);
  }

  int port() {
    return socket.getLocalPort();
  }

  @Override
  public void close() {
    socket.close();
  }

  private void run() {
    byte[] octets = new byte[1500];
    while (!socket.isClosed()) {
      try {
        DatagramPacket packet = new DatagramPacket(octets, octets.length);
        socket.receive(packet);
        byte[] reply = reply(Arrays.copyOf(octets, packet.getLength()));
        socket.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private byte[] reply(byte[] query) {
    int end = 12;
    while (query[end] != 0) {
      end += query[end] + 1;
    }
    end += 5;
    return ByteBuffer.allocate(end + 16)
        .put(query, 0, 2)
        .putShort((short) 0x8180)
        .putShort((short) 1)
        .putShort((short) 1)
        .putInt(0)
        .put(query, 12, end - 12)
        .putShort((short) 0xc00c)
        .putShort((short) 1)
        .putShort((short) 1)
        .putInt(5)
        .putShort((short) 4)
        .put(address)
        .array();
  }
}
