package io.regionbridge.router.netlink;

import io.regionbridge.router.linux.ErrnoException;
import java.nio.ByteBuffer;

/**
 * Finds the numbers of generic netlink families ({@code linux/genetlink.h}): the kernel hands them
 * out as modules are loaded.
 */
final class GenericNetlink {
  private static final int CONTROLLER = 16;
  private static final int GET_FAMILY = 3;
  private static final int ATTRIBUTE_ID = 1;
  private static final int ATTRIBUTE_NAME = 2;

  private GenericNetlink() {}

  /**
   * The number of a family. Asking has the kernel load the module that provides it, if it may.
   *
   * @throws ErrnoException ENOENT when the kernel has no such family
   */
  static int family(NetlinkSocket socket, String name) throws ErrnoException {
    MessageWriter request =
        new MessageWriter(CONTROLLER, 0)
            .u8(GET_FAMILY)
            .u8(1) // version
            .u16(0)
            .string(ATTRIBUTE_NAME, name);
    int[] id = {0};
    socket.request(
        request, "finding the kernel's netlink family " + name, message -> id[0] = id(message));
    return id[0];
  }

  static int id(NetlinkMessage message) throws MalformedMessageException {
    ByteBuffer payload = message.payload();
    if (payload.limit() < 4) {
      throw new MalformedMessageException("a generic netlink header is cut off");
    }
    for (Attribute attribute :
        Attribute.parse(payload.duplicate().order(payload.order()).position(4))) {
      if (attribute.type() == ATTRIBUTE_ID) {
        return attribute.u16();
      }
    }
    throw new MalformedMessageException("a family has no number");
  }
}
