package io.regionbridge.router.netlink;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The kernel's result of a request: the payload of {@code NLMSG_ERROR} and {@code NLMSG_DONE}.
 *
 * @param errno positive; 0: success
 * @param kernelMessage the extended acknowledgement's text, if any
 */
record Acknowledgement(int errno, Optional<String> kernelMessage) {
  private static final int ATTRIBUTE_MESSAGE = 1;
  private static final int LARGEST_ERRNO = 4095;

  static Acknowledgement parse(NetlinkMessage message) throws MalformedMessageException {
    ByteBuffer payload = message.payload();
    if (payload.limit() < 4) {
      // NLMSG_DONE of some families carries no number.
      return new Acknowledgement(0, Optional.empty());
    }
    int number = -payload.getInt(0);
    if (number < 0 || number > LARGEST_ERRNO) {
      throw new MalformedMessageException("an error has the number " + number);
    }
    Optional<String> text = Optional.empty();
    if (message.has(NetlinkMessage.ACK_ATTRIBUTES)) {
      int start = Math.min(attributesStart(message), payload.limit());
      for (Attribute attribute :
          Attribute.parse(payload.duplicate().order(payload.order()).position(start))) {
        if (attribute.type() == ATTRIBUTE_MESSAGE) {
          text = Optional.of(attribute.string().strip()).filter(t -> !t.isEmpty());
        }
      }
    }
    return new Acknowledgement(number, text);
  }

  /** An error repeats the request's header, and unless it is capped the rest of it too. */
  private static int attributesStart(NetlinkMessage message) throws MalformedMessageException {
    if (message.type() == NetlinkMessage.TYPE_DONE) {
      return 4;
    }
    if (message.payload().limit() < 4 + NetlinkMessage.HEADER) {
      throw new MalformedMessageException("an error is cut off");
    }
    if (message.has(NetlinkMessage.CAPPED)) {
      return 4 + NetlinkMessage.HEADER;
    }
    int requestLength = message.payload().getInt(4);
    if (requestLength < NetlinkMessage.HEADER || requestLength > message.payload().limit()) {
      throw new MalformedMessageException(
          "an error repeats a request of " + requestLength + " octets");
    }
    return 4 + NetlinkMessage.aligned(requestLength);
  }
}
