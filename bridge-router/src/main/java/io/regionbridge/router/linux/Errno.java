package io.regionbridge.router.linux;

/**
 * An error number of Linux, with its symbolic name where this project has met it. The numbers are
 * those of {@code asm-generic/errno.h}, which x86, Arm and RISC-V share.
 *
 * @param number positive
 */
public record Errno(int number) {
  public static final Errno EPERM = new Errno(1);
  public static final Errno ENOENT = new Errno(2);
  public static final Errno EINTR = new Errno(4);
  public static final Errno EIO = new Errno(5);
  public static final Errno EBADF = new Errno(9);
  public static final Errno EAGAIN = new Errno(11);
  public static final Errno ENOMEM = new Errno(12);
  public static final Errno EACCES = new Errno(13);
  public static final Errno EBUSY = new Errno(16);
  public static final Errno EEXIST = new Errno(17);
  public static final Errno ENODEV = new Errno(19);
  public static final Errno EINVAL = new Errno(22);
  public static final Errno ENOSYS = new Errno(38);
  public static final Errno EPROTO = new Errno(71);
  public static final Errno EMSGSIZE = new Errno(90);
  public static final Errno EOPNOTSUPP = new Errno(95);
  public static final Errno EAFNOSUPPORT = new Errno(97);
  public static final Errno EADDRINUSE = new Errno(98);
  public static final Errno EADDRNOTAVAIL = new Errno(99);
  public static final Errno ENETUNREACH = new Errno(101);
  public static final Errno ENOBUFS = new Errno(105);
  public static final Errno ETIMEDOUT = new Errno(110);
  public static final Errno ECONNREFUSED = new Errno(111);
  public static final Errno EHOSTUNREACH = new Errno(113);
  public static final Errno ESRCH = new Errno(3);
  public static final Errno ERANGE = new Errno(34);

  /** The symbolic name, or {@code errno N} for a number without one here. */
  public String symbol() {
    return switch (number) {
      case 1 -> "EPERM";
      case 2 -> "ENOENT";
      case 3 -> "ESRCH";
      case 4 -> "EINTR";
      case 5 -> "EIO";
      case 9 -> "EBADF";
      case 11 -> "EAGAIN";
      case 12 -> "ENOMEM";
      case 13 -> "EACCES";
      case 16 -> "EBUSY";
      case 17 -> "EEXIST";
      case 19 -> "ENODEV";
      case 22 -> "EINVAL";
      case 34 -> "ERANGE";
      case 38 -> "ENOSYS";
      case 71 -> "EPROTO";
      case 90 -> "EMSGSIZE";
      case 95 -> "EOPNOTSUPP";
      case 97 -> "EAFNOSUPPORT";
      case 98 -> "EADDRINUSE";
      case 99 -> "EADDRNOTAVAIL";
      case 101 -> "ENETUNREACH";
      case 105 -> "ENOBUFS";
      case 110 -> "ETIMEDOUT";
      case 111 -> "ECONNREFUSED";
      case 113 -> "EHOSTUNREACH";
      default -> "errno " + number;
    };
  }

  /** What it means, in a few words. */
  public String meaning() {
    return switch (number) {
      case 1 -> "not permitted";
      case 2, 3 -> "no such thing";
      case 4 -> "interrupted";
      case 5 -> "input or output failed";
      case 9 -> "the socket is closed";
      case 11 -> "not now";
      case 12, 105 -> "the kernel has no memory for it";
      case 13 -> "access denied";
      case 16 -> "in use";
      case 17 -> "it exists already";
      case 19 -> "no such device";
      case 22 -> "invalid value";
      case 34 -> "value out of range";
      case 38, 95 -> "not supported";
      case 71 -> "the other side broke the protocol";
      case 90 -> "message too long";
      case 97 -> "address family not supported";
      case 98 -> "address in use";
      case 99 -> "address not available";
      case 101 -> "network unreachable";
      case 110 -> "no answer in time";
      case 111 -> "nobody listens";
      default -> "failed";
    };
  }

  @Override
  public String toString() {
    return symbol() + ", " + meaning();
  }
}
