package io.regionbridge.router.netlink;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Builds one request. Grows as needed; {@link #wipe} when it held a secret. */
final class MessageWriter {
  private static final int NESTED = 0x8000;

  private final int type;
  private final int flags;
  private ByteBuffer buffer = allocate(512);

  /** Starts a message with {@code NLM_F_REQUEST} and more flags. */
  MessageWriter(int type, int flags) {
    this.type = type;
    this.flags = flags | NetlinkMessage.REQUEST;
    buffer.position(NetlinkMessage.HEADER);
  }

  int size() {
    return buffer.position();
  }

  MessageWriter u8(int value) {
    room(1).put((byte) value);
    return this;
  }

  MessageWriter u16(int value) {
    room(2).putShort((short) value);
    return this;
  }

  MessageWriter u32(int value) {
    room(4).putInt(value);
    return this;
  }

  MessageWriter attribute(int type, byte[] value) {
    int start = nest(type);
    room(value.length).put(value);
    return end(start, type);
  }

  MessageWriter u8(int type, int value) {
    return attribute(type, new byte[] {(byte) value});
  }

  MessageWriter u16(int type, int value) {
    int start = nest(type);
    u16(value);
    return end(start, type);
  }

  MessageWriter u32(int type, int value) {
    int start = nest(type);
    u32(value);
    return end(start, type);
  }

  /** A number in network byte order, as nfnetlink wants all of them. */
  MessageWriter be32(int type, int value) {
    return attribute(
        type,
        new byte[] {
          (byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value
        });
  }

  /** A text with a zero octet at its end. */
  MessageWriter string(int type, String value) {
    return attribute(type, (value + "\0").getBytes(UTF_8));
  }

  /** Opens a nested attribute; what follows is in it until {@link #endNest}. */
  int nest(int type) {
    int start = buffer.position();
    u16(0);
    u16(type);
    return start;
  }

  MessageWriter endNest(int start) {
    int type = Short.toUnsignedInt(buffer.getShort(start + 2));
    return end(start, type | NESTED);
  }

  /** The message, ready to be sent, in a direct buffer. */
  ByteBuffer finish(int sequence, boolean acknowledge) {
    int length = buffer.position();
    buffer.putInt(0, length);
    buffer.putShort(4, (short) type);
    buffer.putShort(6, (short) (flags | (acknowledge ? NetlinkMessage.ACK : 0)));
    buffer.putInt(8, sequence);
    buffer.putInt(12, 0); // the kernel fills the port in
    return buffer.slice(0, length).order(ByteOrder.nativeOrder());
  }

  void wipe() {
    wipe(buffer);
  }

  static void wipe(ByteBuffer buffer) {
    for (int i = 0; i < buffer.capacity(); i++) {
      buffer.put(i, (byte) 0);
    }
  }

  private MessageWriter end(int start, int type) {
    int length = buffer.position() - start;
    if (length > 0xffff) {
      throw new IllegalStateException("attribute " + type + " is too long: " + length);
    }
    buffer.putShort(start, (short) length);
    buffer.putShort(start + 2, (short) type);
    while (buffer.position() % 4 != 0) {
      u8(0);
    }
    return this;
  }

  private ByteBuffer room(int octets) {
    if (buffer.remaining() < octets) {
      ByteBuffer larger = allocate(Math.max(2 * buffer.capacity(), buffer.position() + octets));
      larger.put(buffer.duplicate().flip());
      wipe(buffer);
      buffer = larger;
    }
    return buffer;
  }

  private static ByteBuffer allocate(int octets) {
    return ByteBuffer.allocateDirect(octets).order(ByteOrder.nativeOrder());
  }
}
