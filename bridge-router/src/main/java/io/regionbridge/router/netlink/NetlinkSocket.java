package io.regionbridge.router.netlink;

import com.sun.jna.LastErrorException;
import io.regionbridge.router.linux.Capability;
import io.regionbridge.router.linux.Errno;
import io.regionbridge.router.linux.ErrnoException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A netlink socket that asks and waits for the answer, one request at a time. Requests of several
 * threads queue up.
 */
final class NetlinkSocket implements AutoCloseable {
  static final int ROUTE = 0;
  static final int NETFILTER = 12;
  static final int GENERIC = 16;

  private static final int TIMEOUT_SECONDS = 5;

  /** The kernel fills at most 32 KiB of a dump at a time. */
  private static final int RECEIVE_BUFFER = 64 << 10;

  /** A dump that changed meanwhile is read anew; under constant change, the last is taken. */
  private static final int DUMP_TRIES = 5;

  private final int fd;
  private final ByteBuffer in = ByteBuffer.allocateDirect(RECEIVE_BUFFER);
  private int sequence;
  private boolean closed;

  private NetlinkSocket(int fd) {
    this.fd = fd;
  }

  /** Takes the answers to a request, one message at a time. */
  @FunctionalInterface
  interface Answers {
    void take(NetlinkMessage message) throws MalformedMessageException;
  }

  /** Takes the answers to a dump, which may have to start again. */
  interface DumpAnswers extends Answers {
    /** Forget what has been taken: the dump starts, or starts again. */
    void restart();
  }

  static NetlinkSocket open(int protocol) throws ErrnoException {
    NetlinkSocket socket = new NetlinkSocket(openBound(protocol, 0));
    byte[] timeout = new byte[16];
    ByteBuffer.wrap(timeout).order(ByteOrder.nativeOrder()).putLong(TIMEOUT_SECONDS);
    socket.setOption(LibC.SOL_SOCKET, LibC.SO_RCVTIMEO, timeout);
    byte[] on = intBytes(1);
    // Each of these makes errors or filters better and is missing from older kernels.
    socket.setOption(LibC.SOL_NETLINK, LibC.NETLINK_EXT_ACK, on);
    socket.setOption(LibC.SOL_NETLINK, LibC.NETLINK_CAP_ACK, on);
    socket.setOption(LibC.SOL_NETLINK, LibC.NETLINK_GET_STRICT_CHK, on);
    return socket;
  }

  /** A socket of a protocol that is a member of multicast groups, {@code RTMGRP_*}. */
  static int openBound(int protocol, int groups) throws ErrnoException {
    String doing = "opening a netlink socket";
    int fd;
    try {
      fd = LibC.socket(LibC.AF_NETLINK, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, protocol);
    } catch (LastErrorException e) {
      throw failure(doing, e);
    }
    try {
      LibC.bind(fd, kernelAddress(groups), 12);
      return fd;
    } catch (LastErrorException e) {
      LibC.close(fd);
      throw failure(doing, e);
    }
  }

  /**
   * Sends a request and waits until the kernel has carried it out.
   *
   * @param doing for error messages, such as {@code "setting the MTU of wg0"}
   */
  synchronized void request(MessageWriter request, String doing, Answers answers)
      throws ErrnoException {
    int expected = send(request, true, doing);
    boolean ended = false;
    while (!ended) {
      for (NetlinkMessage message : receive(doing)) {
        if (message.sequence() == expected) {
          ended |= take(message, doing, answers);
        }
      }
    }
  }

  /** Sends a request that has no answer but success. */
  void request(MessageWriter request, String doing) throws ErrnoException {
    request(request, doing, _ -> {});
  }

  /**
   * Sends requests as one transaction, and waits for it. The messages that begin and commit it are
   * not acknowledged.
   */
  synchronized void transact(
      MessageWriter begin, List<MessageWriter> requests, MessageWriter end, String doing)
      throws ErrnoException {
    if (closed) {
      throw new ErrnoException(doing, Errno.EBADF, null);
    }
    Set<Integer> awaited = new HashSet<>();
    List<ByteBuffer> messages = new ArrayList<>();
    messages.add(begin.finish(++sequence, false));
    int first = sequence;
    for (MessageWriter request : requests) {
      messages.add(request.finish(++sequence, true));
      awaited.add(sequence);
    }
    messages.add(end.finish(++sequence, false));
    ByteBuffer all =
        ByteBuffer.allocateDirect(messages.stream().mapToInt(ByteBuffer::remaining).sum());
    messages.forEach(all::put);
    all.flip();
    try {
      LibC.sendto(fd, all, all.remaining(), 0, kernelAddress(0), 12);
    } catch (LastErrorException e) {
      throw failure(doing, e);
    }
    while (!awaited.isEmpty()) {
      for (NetlinkMessage message : receive(doing)) {
        // A refusal of the whole comes as an answer to its begin.
        if (message.sequence() - first >= 0 && take(message, doing, _ -> {})) {
          awaited.remove(message.sequence());
        }
      }
    }
  }

  /** Sends a request for a list and takes all of it. */
  synchronized void dump(MessageWriter request, String doing, DumpAnswers answers)
      throws ErrnoException {
    for (int attempt = 1; attempt <= DUMP_TRIES; attempt++) {
      answers.restart();
      int expected = send(request, false, doing);
      boolean interrupted = false;
      boolean ended = false;
      while (!ended) {
        for (NetlinkMessage message : receive(doing)) {
          if (message.sequence() == expected) {
            interrupted |=
                message.type() != NetlinkMessage.TYPE_ERROR
                    && message.has(NetlinkMessage.DUMP_INTERRUPTED);
            ended |= take(message, doing, answers);
          }
        }
      }
      if (!interrupted) {
        return;
      }
    }
  }

  /** Overwrites the receive buffer, after it held a secret. */
  synchronized void wipe() {
    MessageWriter.wipe(in);
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      LibC.close(fd);
    }
  }

  private int send(MessageWriter request, boolean acknowledge, String doing) throws ErrnoException {
    if (closed) {
      throw new ErrnoException(doing, Errno.EBADF, null);
    }
    ByteBuffer message = request.finish(++sequence, acknowledge);
    while (true) {
      try {
        LibC.sendto(fd, message, message.remaining(), 0, kernelAddress(0), 12);
        return sequence;
      } catch (LastErrorException e) {
        if (e.getErrorCode() != Errno.EINTR.number()) {
          throw failure(doing, e);
        }
      }
    }
  }

  private Iterable<NetlinkMessage> receive(String doing) throws ErrnoException {
    while (true) {
      byte[] from = new byte[12];
      try {
        // With MSG_TRUNC the length is that of the datagram, even if the buffer is shorter.
        int length =
            (int)
                LibC.recvfrom(fd, in.clear(), in.capacity(), LibC.MSG_TRUNC, from, new int[] {12});
        if (length > in.capacity()) {
          throw new ErrnoException(doing, Errno.EMSGSIZE, length + " octets at once");
        }
        // Another process can send to this socket too; only port 0 is the kernel.
        if (ByteBuffer.wrap(from).order(ByteOrder.nativeOrder()).getInt(4) == 0) {
          return NetlinkMessage.parse(in.slice(0, length));
        }
      } catch (LastErrorException e) {
        if (e.getErrorCode() != Errno.EINTR.number()) {
          throw failure(doing, e);
        }
      } catch (MalformedMessageException e) {
        throw new ErrnoException(doing, Errno.EPROTO, e.getMessage());
      }
    }
  }

  /** Whether this message ends the answer. */
  private static boolean take(NetlinkMessage message, String doing, Answers answers)
      throws ErrnoException {
    try {
      int type = message.type();
      if (type == NetlinkMessage.TYPE_ERROR || type == NetlinkMessage.TYPE_DONE) {
        Acknowledgement ack = Acknowledgement.parse(message);
        if (ack.errno() == 0) {
          return true;
        }
        Errno errno = new Errno(ack.errno());
        throw new ErrnoException(doing, errno, ack.kernelMessage().orElse(null), lacking(errno));
      } else if (type == NetlinkMessage.TYPE_OVERRUN) {
        throw new ErrnoException(doing, Errno.ENOBUFS, "the kernel dropped messages");
      } else if (type >= NetlinkMessage.FIRST_OWN_TYPE) {
        answers.take(message);
      }
      return false;
    } catch (MalformedMessageException e) {
      throw new ErrnoException(doing, Errno.EPROTO, e.getMessage());
    }
  }

  /** The kernel checks CAP_NET_ADMIN, and nothing else, for all that this package asks of it. */
  private static @Nullable Capability lacking(Errno errno) {
    return errno.equals(Errno.EPERM) ? Capability.CAP_NET_ADMIN : null;
  }

  private void setOption(int level, int name, byte[] value) {
    try {
      LibC.setsockopt(fd, level, name, value, value.length);
    } catch (LastErrorException e) {
      // an older kernel; what the option improves works without it, less well
    }
  }

  static ErrnoException failure(String doing, LastErrorException e) {
    Errno errno = new Errno(e.getErrorCode());
    return errno.equals(Errno.EAGAIN)
        ? new ErrnoException(doing, Errno.ETIMEDOUT, null)
        : new ErrnoException(doing, errno, null, lacking(errno));
  }

  private static byte[] kernelAddress(int groups) {
    byte[] address = new byte[12];
    ByteBuffer.wrap(address)
        .order(ByteOrder.nativeOrder())
        .putShort((short) LibC.AF_NETLINK)
        .putInt(8, groups);
    return address;
  }

  static byte[] intBytes(int value) {
    byte[] bytes = new byte[4];
    ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).putInt(value);
    return bytes;
  }
}
