package io.regionbridge.router.linux;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The operating system, or a program that answers as it does, refused a request. */
public final class ErrnoException extends IOException {
  private final Errno errno;
  private final @Nullable Capability missing;

  /**
   * A refusal that no capability would have helped.
   *
   * @param doing what was asked for, such as {@code "reading device wg0"}
   * @param errno why not
   * @param detail the other side's own words, such as the kernel's extended acknowledgement
   */
  public ErrnoException(String doing, Errno errno, @Nullable String detail) {
    this(doing, errno, detail, null);
  }

  /**
   * A refusal for want of a capability.
   *
   * @param missing the capability; null if it is none
   */
  public ErrnoException(
      String doing, Errno errno, @Nullable String detail, @Nullable Capability missing) {
    super(words(doing, errno, detail, missing));
    this.errno = errno;
    this.missing = missing;
  }

  public Errno errno() {
    return errno;
  }

  /** The capability that this process would need. */
  public Optional<Capability> missingCapability() {
    return Optional.ofNullable(missing);
  }

  private static String words(
      String doing, Errno errno, @Nullable String detail, @Nullable Capability missing) {
    StringBuilder text = new StringBuilder(doing).append(": ").append(errno.meaning());
    if (detail != null) {
      text.append(": ").append(detail);
    }
    if (missing != null) {
      text.append("; this process needs ").append(missing);
    }
    return text.append(" (").append(errno.symbol()).append(')').toString();
  }
}
