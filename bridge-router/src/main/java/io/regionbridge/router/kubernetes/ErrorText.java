package io.regionbridge.router.kubernetes;

import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.regionbridge.router.loop.FailureReason;
import java.net.HttpURLConnection;

/** Describes a failed request to an API server in one line. */
public final class ErrorText {
  private ErrorText() {}

  /**
   * The server's own words without the client's around them, and what to do about a lack of rights.
   */
  public static String of(KubernetesClientException e) {
    Status status = e.getStatus();
    String text =
        status == null || status.getMessage() == null ? withoutMessage(e) : status.getMessage();
    String line = text.lines().findFirst().orElse("");
    return e.getCode() == HttpURLConnection.HTTP_FORBIDDEN
        ? line + "; give the ServiceAccount this verb, as the chart's RBAC does"
        : line;
  }

  /** For an answer without a message, or no answer. */
  private static String withoutMessage(KubernetesClientException e) {
    return e.getCode() > 0 ? String.valueOf(e.getMessage()) : FailureReason.of(e);
  }
}
