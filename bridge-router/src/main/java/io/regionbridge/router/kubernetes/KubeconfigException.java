package io.regionbridge.router.kubernetes;

/** A kubeconfig cannot be used. The message says what of it and why, and holds nothing secret. */
public final class KubeconfigException extends Exception {
  private static final long serialVersionUID = 1;

  /** Without a stack trace: the fault is in the text that was read. */
  public KubeconfigException(String problem) {
    super(problem, null, false, false);
  }
}
