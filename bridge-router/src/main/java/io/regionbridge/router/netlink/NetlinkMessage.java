package io.regionbridge.router.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * One message as received (RFC 3549, section 2.2).
 *
 * @param type below 16: control; else the family's or rtnetlink's own
 * @param flags {@code NLM_F_*}
 * @param sequence of the request that it answers
 * @param payload what follows the header, from position to limit; shared with the receive buffer,
 *     so gone with the next receive
 */
record NetlinkMessage(int type, int flags, int sequence, ByteBuffer payload) {
  static final int HEADER = 16;

  static final int TYPE_ERROR = 2;
  static final int TYPE_DONE = 3;
  static final int TYPE_OVERRUN = 4;
  static final int FIRST_OWN_TYPE = 16;

  static final int REQUEST = 0x1;
  static final int ACK = 0x4;
  static final int DUMP_INTERRUPTED = 0x10;
  static final int DUMP = 0x300;
  static final int REPLACE = 0x100;
  static final int EXCLUSIVE = 0x200;
  static final int CREATE = 0x400;
  static final int CAPPED = 0x100; // on errors: the request's payload is not repeated
  static final int ACK_ATTRIBUTES = 0x200; // on errors: an extended acknowledgement follows

  /** The messages of one datagram in native order. */
  static List<NetlinkMessage> parse(ByteBuffer datagram) throws MalformedMessageException {
    List<NetlinkMessage> messages = new ArrayList<>();
    ByteBuffer in = datagram.slice().order(ByteOrder.nativeOrder());
    while (in.hasRemaining()) {
      if (in.remaining() < HEADER) {
        throw new MalformedMessageException("a message header is cut off");
      }
      int start = in.position();
      int length = in.getInt(start);
      if (length < HEADER || length > in.remaining()) {
        throw new MalformedMessageException(
            "a message claims " + length + " octets of the " + in.remaining() + " left");
      }
      messages.add(
          new NetlinkMessage(
              Short.toUnsignedInt(in.getShort(start + 4)),
              Short.toUnsignedInt(in.getShort(start + 6)),
              in.getInt(start + 8),
              in.slice(start + HEADER, length - HEADER).order(ByteOrder.nativeOrder())));
      in.position(Math.min(in.limit(), start + aligned(length)));
    }
    return messages;
  }

  /** Rounds up to four octets, to which messages and attributes are aligned. */
  static int aligned(int length) {
    return (length + 3) & ~3;
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }
}
