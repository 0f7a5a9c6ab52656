package io.regionbridge.router.discovery;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.regionbridge.router.loop.FailureReason;
import java.nio.channels.UnresolvedAddressException;

/**
 * Why a resource could not be read.
 *
 * @param verb what was tried, as RBAC calls it: {@code list} or {@code watch}
 * @param resource as RBAC names it, {@code endpointslices.discovery.k8s.io}
 * @param reason what it came from
 * @param message what the server or the network said
 */
public record ReadFailure(String verb, String resource, Reason reason, String message) {

  /** The kinds of failure that call for different acts. */
  public enum Reason {
    /** The verb is missing in the ClusterRole. */
    FORBIDDEN,
    /** The credentials are wrong or have expired. */
    UNAUTHORIZED,
    /** The API server has no such resource: its CustomResourceDefinition is missing. */
    NOT_INSTALLED,
    /** The API server asks to be left alone for a while. */
    THROTTLED,
    /** The API server answered, but failed. */
    SERVER_ERROR,
    /** No answer. */
    UNREACHABLE
  }

  static ReadFailure of(String verb, String resource, KubernetesClientException e) {
    int code = e.getCode();
    Reason reason =
        switch (code) {
          case 401 -> Reason.UNAUTHORIZED;
          case 403 -> Reason.FORBIDDEN;
          case 404 -> Reason.NOT_INSTALLED;
          case 429 -> Reason.THROTTLED;
          default -> code >= 400 ? Reason.SERVER_ERROR : Reason.UNREACHABLE;
        };
    return new ReadFailure(verb, resource, reason, rootMessage(e));
  }

  /** One sentence that names the verb and the resource, and what to do. */
  @Override
  public String toString() {
    String tried = "cannot " + verb + " " + resource + ": ";
    return switch (reason) {
      case FORBIDDEN ->
          tried + "forbidden; give the ServiceAccount the verb " + verb + " on " + resource;
      case UNAUTHORIZED -> tried + "the credentials are refused; renew them";
      case NOT_INSTALLED -> tried + "the API server does not have this resource";
      case THROTTLED -> tried + "throttled by the API server, trying again more slowly";
      case SERVER_ERROR -> tried + "the API server failed: " + message;
      case UNREACHABLE -> tried + "the API server does not answer: " + message;
    };
  }

  /** What the last cause says, in one line. */
  public static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String text = FailureReason.of(root);
    return root instanceof UnresolvedAddressException
        ? text + "; outside a cluster, name a kubeconfig file in KUBECONFIG"
        : text;
  }
}
