package io.regionbridge.router.netlink;

/** Octets that are no message as the kernel would send it. */
final class MalformedMessageException extends Exception {
  MalformedMessageException(String message) {
    super(message, null, false, false);
  }
}
