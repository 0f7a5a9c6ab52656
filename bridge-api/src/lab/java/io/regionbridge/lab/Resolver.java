package io.regionbridge.lab;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** Asks a DNS server for IPv4 addresses, one packet for each question, from a port of its own. */
final class Resolver {
  static final int NO_ERROR = 0;
  static final int NO_SUCH_NAME = 3;

  private static final int HEADER = 12;
  private static final int TYPE_A = 1;
  private static final int POINTER = 0xc0;

  private final InetAddress server;
  private final int patienceMillis;

  /** What a server replied. */
  record Reply(byte[] octets, int length) {
    int rcode() {
      return octets[3] & 0xf;
    }

    /** How many records the answer has. */
    int answers() {
      return u16(6);
    }

    /** The first address of the answer. */
    Optional<InetAddress> address() throws IOException {
      int at = skipName(HEADER) + 4;
      for (int i = 0; i < answers(); i++) {
        at = skipName(at);
        int end = at + 10 + u16(at + 8);
        if (u16(at) == TYPE_A) {
          return Optional.of(InetAddress.getByAddress(Arrays.copyOfRange(octets, at + 10, end)));
        }
        at = end;
      }
      return Optional.empty();
    }

    private int skipName(int from) {
      int at = from;
      while (octets[at] != 0) {
        if ((octets[at] & POINTER) == POINTER) {
          return at + 2;
        }
        at += 1 + octets[at];
      }
      return at + 1;
    }

    private int u16(int at) {
      return (octets[at] & 0xff) << 8 | octets[at + 1] & 0xff;
    }
  }

  Resolver(InetAddress server, int patienceMillis) {
    this.server = server;
    this.patienceMillis = patienceMillis;
  }

  /** The reply to one packet. */
  Reply ask(String name) throws IOException {
    byte[] question = question(name);
    byte[] buffer = new byte[1500];
    long deadline = System.nanoTime() + patienceMillis * 1_000_000L;
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(server, 53);
      socket.send(new DatagramPacket(question, question.length));
      while (true) {
        int left = (int) ((deadline - System.nanoTime()) / 1_000_000L);
        socket.setSoTimeout(Math.max(1, left));
        DatagramPacket reply = new DatagramPacket(buffer, buffer.length);
        socket.receive(reply);
        if (reply.getLength() > HEADER && buffer[0] == question[0] && buffer[1] == question[1]) {
          return new Reply(buffer, reply.getLength());
        }
      }
    }
  }

  private static byte[] question(String name) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int id = ThreadLocalRandom.current().nextInt(1 << 16);
    out.writeBytes(new byte[] {(byte) (id >> 8), (byte) id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0});
    for (String label : name.split("\\.", -1)) {
      byte[] octets = label.getBytes(StandardCharsets.US_ASCII);
      out.write(octets.length);
      out.writeBytes(octets);
    }
    out.writeBytes(new byte[] {0, 0, TYPE_A, 0, 1});
    return out.toByteArray();
  }
}
