package io.regionbridge.router.netlink;

import com.sun.jna.LastErrorException;
import io.regionbridge.router.linux.Errno;
import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.loop.Loop;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.loop.Timing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Says that links, addresses or routes changed, as soon as the kernel says so; never what changed:
 * the listener looks again. Needs no privilege and does not poll.
 */
public final class RouteMonitor implements AutoCloseable {
  /** {@code RTMGRP_LINK}, and {@code IFADDR} and {@code ROUTE} of IPv4 and IPv6. */
  private static final int GROUPS = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;

  private static final int RECEIVE_BUFFER = 16 << 10;

  private final int netlink;
  private final int wake;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(RECEIVE_BUFFER);
  private final Runnable changed;
  private final Loop loop;
  private final AtomicBoolean closing = new AtomicBoolean();

  private RouteMonitor(String name, int netlink, int wake, Runnable changed, Loops loops) {
    this.netlink = netlink;
    this.wake = wake;
    this.changed = changed;
    loop = loops.loop(name, Timing.waiting(), this::runRound);
  }

  /**
   * Starts to watch the calling thread's network namespace.
   *
   * @param name of its thread
   * @param changed called on the monitor's thread after changes; must return soon
   */
  public static RouteMonitor start(String name, Runnable changed, Loops loops)
      throws ErrnoException {
    int netlink = NetlinkSocket.openBound(NetlinkSocket.ROUTE, GROUPS);
    try {
      RouteMonitor monitor =
          new RouteMonitor(name, netlink, LibC.eventfd(0, LibC.EFD_CLOEXEC), changed, loops);
      monitor.loop.start();
      return monitor;
    } catch (LastErrorException e) {
      LibC.close(netlink);
      throw NetlinkSocket.failure("starting to watch the network", e);
    }
  }

  /** Stops watching; {@code changed} is not called after this has returned. */
  @Override
  public void close() {
    if (closing.getAndSet(true)) {
      return; // the numbers of the sockets may be others' by now
    }
    byte[] one = new byte[Long.BYTES];
    one[0] = 1;
    one[Long.BYTES - 1] = 1; // more than zero in either byte order
    LibC.write(wake, one, one.length);
    loop.close();
    LibC.close(netlink);
    LibC.close(wake);
  }

  private void runRound() {
    if (awaitChange()) {
      drain(buffer);
      changed.run();
    }
  }

  /** Whether something changed; false when it is time to stop. */
  private boolean awaitChange() {
    ByteBuffer fds = ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder());
    while (true) {
      fds.clear().putInt(netlink).putShort(LibC.POLLIN).putShort((short) 0);
      fds.putInt(wake).putShort(LibC.POLLIN).putShort((short) 0).flip();
      try {
        LibC.poll(fds, 2, -1);
        return fds.getShort(14) == 0;
      } catch (LastErrorException e) {
        if (e.getErrorCode() != Errno.EINTR.number()) {
          throw e;
        }
      }
    }
  }

  /** Reads all that is queued. What it says does not matter, nor that some of it was lost. */
  private void drain(ByteBuffer buffer) {
    while (true) {
      try {
        LibC.recvfrom(
            netlink,
            buffer.clear(),
            buffer.capacity(),
            LibC.MSG_DONTWAIT,
            new byte[12],
            new int[] {12});
      } catch (LastErrorException e) {
        int errno = e.getErrorCode();
        if (errno == Errno.EAGAIN.number()) {
          return;
        } else if (errno != Errno.EINTR.number() && errno != Errno.ENOBUFS.number()) {
          throw e;
        }
      }
    }
  }
}
