package io.regionbridge.api.assembly;

/** What is wrong with a request that cannot be carried out, in words. */
final class Unclear extends Exception {
  private static final long serialVersionUID = 1L;

  Unclear(String message) {
    super(message, null, false, false);
  }
}
