package io.regionbridge.router.feed;

/** An invalid feed. The message says why, in one clause. */
public final class MalformedFeedException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedFeedException(String message) {
    super(message);
  }
}
