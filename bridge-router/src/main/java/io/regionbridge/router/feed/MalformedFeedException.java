package io.regionbridge.router.feed;

/** What a peer sent is no feed. The message says what is wrong with it, in one clause. */
public final class MalformedFeedException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedFeedException(String message) {
    super(message);
  }
}
