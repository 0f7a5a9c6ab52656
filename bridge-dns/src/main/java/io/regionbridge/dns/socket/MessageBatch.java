package io.regionbridge.dns.socket;

import io.regionbridge.dns.net.PeerAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * An array of {@code struct mmsghdr} with a buffer and an address for each, outside the heap, as
 * {@code recvmmsg(2)} and {@code sendmmsg(2)} take it. Layout of 64-bit Linux, little-endian.
 */
final class MessageBatch {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final ValueLayout.OfShort NET_SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt NET_INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong NET_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  // struct mmsghdr
  private static final long HEADER = 64;
  private static final int WORDS = 8;
  private static final long NAME = 0;
  private static final long NAME_LENGTH = 8;
  private static final long VECTOR = 16;
  private static final long VECTOR_LENGTH = 24;
  private static final long FLAGS = 48;
  private static final long LENGTH = 56;

  // struct iovec
  private static final long IOVEC = 16;
  private static final long IOVEC_LENGTH = 8;

  // struct sockaddr_in and sockaddr_in6
  private static final long ADDRESS = 32;
  private static final int SOCKADDR_IN = 16;
  private static final int SOCKADDR_IN6 = 28;
  private static final short AF_INET = 2;
  private static final short AF_INET6 = 10;

  private final int count;
  private final int octets;
  private final MemorySegment headers;
  private final MemorySegment vectors;
  private final MemorySegment addresses;
  private final MemorySegment data;

  /**
   * Creates a batch.
   *
   * @param octets room for each message
   * @param addressed whether each message has an address: not on connected sockets
   */
  MessageBatch(int count, int octets, boolean addressed) {
    this.count = count;
    this.octets = octets;
    Arena arena = Arena.ofAuto();
    headers = arena.allocate(HEADER * count, 16);
    vectors = arena.allocate(IOVEC * count, 16);
    addresses = arena.allocate(ADDRESS * count, 16);
    data = arena.allocate((long) octets * count, 64);
    // Written as whole arrays: field by field it is a part of the start that can be measured.
    long[] header = new long[WORDS * count];
    long[] vector = new long[2 * count];
    for (int i = 0; i < count; i++) {
      vector[2 * i] = data.address() + (long) i * octets;
      vector[2 * i + 1] = octets;
      int h = i * WORDS;
      header[h + (int) VECTOR / Long.BYTES] = vectors.address() + i * IOVEC;
      header[h + (int) VECTOR_LENGTH / Long.BYTES] = 1;
      if (addressed) {
        header[h + (int) NAME / Long.BYTES] = addresses.address() + i * ADDRESS;
        header[h + (int) NAME_LENGTH / Long.BYTES] = SOCKADDR_IN6; // the lower half is the field
      }
    }
    MemorySegment.copy(header, 0, headers, LONG, 0, header.length);
    MemorySegment.copy(vector, 0, vectors, LONG, 0, vector.length);
  }

  int count() {
    return count;
  }

  int octets() {
    return octets;
  }

  MemorySegment from(int first) {
    return first == 0 ? headers : headers.asSlice(first * HEADER);
  }

  // Receiving.

  int length(int i) {
    return headers.get(INT, i * HEADER + LENGTH);
  }

  boolean cutShort(int i) {
    return (headers.get(INT, i * HEADER + FLAGS) & BatchCalls.MSG_TRUNC) != 0;
  }

  void copyOut(int i, byte[] to, int length) {
    MemorySegment.copy(data, ValueLayout.JAVA_BYTE, (long) i * octets, to, 0, length);
  }

  void address(int i, PeerAddress into) {
    long a = i * ADDRESS;
    int port = addresses.get(NET_SHORT, a + 2) & 0xFFFF;
    if (addresses.get(ValueLayout.JAVA_SHORT, a) == AF_INET) {
      into.setIpv4(addresses.get(NET_INT, a + 4), port);
    } else {
      into.setIpv6(
          addresses.get(NET_LONG, a + 8),
          addresses.get(NET_LONG, a + 16),
          port,
          addresses.get(INT, a + 24));
    }
  }

  /**
   * Makes the address room of a message that was received whole again: the kernel notes there what
   * it used.
   */
  void resetAddress(int i) {
    headers.set(INT, i * HEADER + NAME_LENGTH, SOCKADDR_IN6);
  }

  // Sending.

  void put(int i, byte[] packet, int length) {
    MemorySegment.copy(packet, 0, data, ValueLayout.JAVA_BYTE, (long) i * octets, length);
    vectors.set(LONG, i * IOVEC + IOVEC_LENGTH, length);
  }

  /** Addresses a message; on an IPv6 socket an IPv4 address goes as a mapped one. */
  void putAddress(int i, PeerAddress to, boolean ipv6Socket) {
    long a = i * ADDRESS;
    addresses.set(NET_SHORT, a + 2, (short) to.port());
    if (ipv6Socket) {
      addresses.set(ValueLayout.JAVA_SHORT, a, AF_INET6);
      addresses.set(INT, a + 4, 0);
      addresses.set(NET_LONG, a + 8, to.high());
      addresses.set(NET_LONG, a + 16, to.low());
      addresses.set(INT, a + 24, to.scope());
      headers.set(INT, i * HEADER + NAME_LENGTH, SOCKADDR_IN6);
    } else {
      addresses.set(ValueLayout.JAVA_SHORT, a, AF_INET);
      addresses.set(NET_INT, a + 4, (int) to.low());
      addresses.set(LONG, a + 8, 0);
      headers.set(INT, i * HEADER + NAME_LENGTH, SOCKADDR_IN);
    }
  }
}
