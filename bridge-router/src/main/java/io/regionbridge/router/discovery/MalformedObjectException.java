package io.regionbridge.router.discovery;

/** An object that the API server accepted although it is invalid. */
public final class MalformedObjectException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * @param message such as {@code spec.clusterIPs[0]: not an IP address: x}
   */
  public MalformedObjectException(String message) {
    super(message);
  }
}
