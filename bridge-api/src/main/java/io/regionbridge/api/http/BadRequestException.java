package io.regionbridge.api.http;

/** What is wrong with a request that cannot be carried out, in words. */
public final class BadRequestException extends Exception {
  private static final long serialVersionUID = 1L;

  public BadRequestException(String message) {
    super(message, null, false, false);
  }
}
