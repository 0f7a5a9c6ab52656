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

  private record Words(String symbol, String meaning) {}

  private Words words() {
    return switch (number) {
      case 1 -> new Words("EPERM", "not permitted");
      case 2 -> new Words("ENOENT", "no such thing");
      case 3 -> new Words("ESRCH", "no such thing");
      case 4 -> new Words("EINTR", "interrupted");
      case 5 -> new Words("EIO", "input or output failed");
      case 9 -> new Words("EBADF", "the socket is closed");
      case 11 -> new Words("EAGAIN", "not now");
      case 12 -> new Words("ENOMEM", "the kernel has no memory for it");
      case 13 -> new Words("EACCES", "access denied");
      case 16 -> new Words("EBUSY", "in use");
      case 17 -> new Words("EEXIST", "it exists already");
      case 19 -> new Words("ENODEV", "no such device");
      case 22 -> new Words("EINVAL", "invalid value");
      case 34 -> new Words("ERANGE", "value out of range");
      case 38 -> new Words("ENOSYS", "not supported");
      case 71 -> new Words("EPROTO", "the other side broke the protocol");
      case 90 -> new Words("EMSGSIZE", "message too long");
      case 95 -> new Words("EOPNOTSUPP", "not supported");
      case 97 -> new Words("EAFNOSUPPORT", "address family not supported");
      case 98 -> new Words("EADDRINUSE", "address in use");
      case 99 -> new Words("EADDRNOTAVAIL", "address not available");
      case 101 -> new Words("ENETUNREACH", "network unreachable");
      case 105 -> new Words("ENOBUFS", "the kernel has no memory for it");
      case 110 -> new Words("ETIMEDOUT", "no answer in time");
      case 111 -> new Words("ECONNREFUSED", "nobody listens");
      case 113 -> new Words("EHOSTUNREACH", "host unreachable");
      default -> new Words("errno " + number, "failed");
    };
  }

  /** The symbolic name, or {@code errno N} for a number without one here. */
  public String symbol() {
    return words().symbol();
  }

  /** What it means, in a few words. */
  public String meaning() {
    return words().meaning();
  }

  @Override
  public String toString() {
    return symbol() + ", " + meaning();
  }
}
