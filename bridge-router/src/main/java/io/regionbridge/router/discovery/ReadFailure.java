package io.regionbridge.router.discovery;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.regionbridge.router.loop.FailureReason;
import java.nio.channels.UnresolvedAddressException;

/**
 * Why a resource could not be read.
 *
 * @param verb {@code list} or {@code watch}
 * @param resource as RBAC names it, {@code endpointslices.discovery.k8s.io}
 * @param message from the server or the network
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
    return "cannot " + verb + " " + resource + ": " + why();
  }

  /** The part of it that says why, and what to do. */
  public String why() {
    return switch (reason) {
      case FORBIDDEN -> "forbidden; give the ServiceAccount the verb " + verb + " on " + resource;
      case UNAUTHORIZED -> "the credentials are refused; renew them";
      case NOT_INSTALLED -> "the API server does not have this resource";
      case THROTTLED -> "throttled by the API server, trying again more slowly";
      case SERVER_ERROR -> "the API server failed: " + message;
      case UNREACHABLE -> "the API server does not answer: " + message;
    };
  }

  /** Whether it concerns one resource, and not the API server as a whole. */
  public boolean ofOneResource() {
    return reason == Reason.FORBIDDEN || reason == Reason.NOT_INSTALLED;
  }

  /** What the last cause says, in one line. */
  public static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String text = FailureReason.of(e);
    return root instanceof UnresolvedAddressException
        ? text + "; outside a cluster, name a kubeconfig file in KUBECONFIG"
        : text;
  }
}
