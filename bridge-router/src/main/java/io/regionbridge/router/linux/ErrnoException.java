package io.regionbridge.router.linux;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The operating system, or a program that answers as it does, refused a request. */
public final class ErrnoException extends IOException {
  private final Errno errno;
  private final @Nullable Capability missing;

  /**
   * A failure that no capability would have prevented.
   *
   * @param doing such as {@code "reading device wg0"}
   * @param detail the kernel's or program's own words, or null
   */
  public ErrnoException(String doing, Errno errno, @Nullable String detail) {
    this(doing, errno, detail, null);
  }

  /** A failure that may be for lack of a capability, null if it is not. */
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
