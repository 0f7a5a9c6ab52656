package io.regionbridge.router.netlink;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import java.nio.ByteBuffer;

/**
 * The C library's socket calls, mapped directly. {@code size_t} and {@code ssize_t} are {@code
 * long}, as on every 64-bit Linux. Buffers must be direct, or the library would see a copy.
 */
final class LibC {
  static final int AF_INET = 2;
  static final int AF_INET6 = 10;
  static final int AF_NETLINK = 16;

  static final int SOCK_RAW = 3;
  static final int SOCK_CLOEXEC = 0x80000;
  static final int SOL_SOCKET = 1;
  static final int SO_RCVBUF = 8;
  static final int SO_RCVTIMEO = 20;
  static final int SOL_NETLINK = 270;
  static final int NETLINK_CAP_ACK = 10;
  static final int NETLINK_EXT_ACK = 11;
  static final int NETLINK_GET_STRICT_CHK = 12;

  static final int MSG_TRUNC = 0x20;
  static final int MSG_DONTWAIT = 0x40;

  static final int EFD_CLOEXEC = 0x80000;
  static final short POLLIN = 1;

  static {
    Native.register(LibC.class, "c");
  }

  private LibC() {}

  static native int socket(int domain, int type, int protocol) throws LastErrorException;

  static native int bind(int fd, byte[] address, int length) throws LastErrorException;

  static native int setsockopt(int fd, int level, int name, byte[] value, int length)
      throws LastErrorException;

  static native long sendto(
      int fd, ByteBuffer buffer, long length, int flags, byte[] address, int addressLength)
      throws LastErrorException;

  static native long recvfrom(
      int fd, ByteBuffer buffer, long length, int flags, byte[] address, int[] addressLength)
      throws LastErrorException;

  /** Of an array of {@code struct pollfd}, eight octets each. */
  static native int poll(ByteBuffer fds, long count, int timeoutMillis) throws LastErrorException;

  static native int eventfd(int initial, int flags) throws LastErrorException;

  static native long write(int fd, byte[] bytes, long length) throws LastErrorException;

  static native int close(int fd) throws LastErrorException;
}
