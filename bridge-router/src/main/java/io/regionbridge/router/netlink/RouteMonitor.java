package io.regionbridge.router.netlink;

import com.sun.jna.LastErrorException;
import io.regionbridge.router.linux.Errno;
import io.regionbridge.router.linux.ErrnoException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says that links, addresses or routes changed, as soon as the kernel says so; never what changed:
 * who is told looks again. Needs no privilege and does not poll.
 */
public final class RouteMonitor implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RouteMonitor.class);

  /** {@code RTMGRP_LINK}, and {@code IFADDR} and {@code ROUTE} of IPv4 and IPv6. */
  private static final int GROUPS = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;

  private static final int RECEIVE_BUFFER = 16 << 10;

  private final int netlink;
  private final int wake;
  private final Runnable changed;
  private final Thread thread;
  private final AtomicBoolean closing = new AtomicBoolean();

  private RouteMonitor(int netlink, int wake, Runnable changed) {
    this.netlink = netlink;
    this.wake = wake;
    this.changed = changed;
    thread = Thread.ofPlatform().daemon().name("rtnetlink-monitor").unstarted(this::run);
  }

  /**
   * Starts to watch the calling thread's network namespace.
   *
   * @param changed called on the monitor's own thread after one or more changes; it should return
   *     soon, and must not throw
   */
  public static RouteMonitor start(Runnable changed) throws ErrnoException {
    int netlink = NetlinkSocket.openBound(NetlinkSocket.ROUTE, GROUPS);
    try {
      RouteMonitor monitor = new RouteMonitor(netlink, LibC.eventfd(0, LibC.EFD_CLOEXEC), changed);
      monitor.thread.start();
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
    boolean interrupted = false;
    while (thread.isAlive() && !Thread.currentThread().equals(thread)) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(RECEIVE_BUFFER);
    try {
      while (awaitChange()) {
        drain(buffer);
        changed.run();
      }
    } catch (LastErrorException e) {
      log.error("the network is no longer watched: {}", new Errno(e.getErrorCode()));
    } finally {
      LibC.close(netlink);
      LibC.close(wake);
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
