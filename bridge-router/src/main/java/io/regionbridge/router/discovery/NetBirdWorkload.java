package io.regionbridge.router.discovery;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An object that decides how NetBird's router pods run.
 *
 * @param router the NetworkRouter that a {@link Kind#DEPLOYMENT} is made from; else its own name
 * @param hostNetwork whether it asks for pods on the host network
 * @param dnsPolicy that it asks for; empty: none
 * @param resourceVersion for writes that must not overwrite another one
 */
public record NetBirdWorkload(
    Kind kind,
    String name,
    String router,
    boolean hostNetwork,
    String dnsPolicy,
    String resourceVersion) {
  /** What such an object is. */
  public enum Kind {
    /** NetworkRouter of {@code netbird.io/v1alpha1}: its override asks. */
    NETWORK_ROUTER,
    /** The Deployment that the operator makes from a NetworkRouter, and no other writer changes. */
    DEPLOYMENT,
    /** The Deployment of the older operator's NBRoutingPeer, which has no override. */
    LEGACY_DEPLOYMENT,
    /** A Deployment that is not NetBird's router. */
    OTHER
  }

  private static final String LABEL = "app.kubernetes.io/name";
  private static final String LEGACY_NAME = "netbird-router";

  /** What somebody else's Deployments come down to: a change of one is no change. */
  private static NetBirdWorkload other(String name) {
    return new NetBirdWorkload(Kind.OTHER, name, name, false, "", "");
  }

  /** What an object says. */
  public static NetBirdWorkload ofRouter(GenericKubernetesResource router) {
    String name = router.getMetadata().getName();
    return of(
        Kind.NETWORK_ROUTER,
        router,
        name,
        router.get("spec", "workloadOverride", "podTemplate", "spec", "hostNetwork"),
        router.get("spec", "workloadOverride", "podTemplate", "spec", "dnsPolicy"));
  }

  /** What an object says. */
  public static NetBirdWorkload ofDeployment(GenericKubernetesResource deployment) {
    String name = deployment.getMetadata().getName();
    List<OwnerReference> owners = deployment.getMetadata().getOwnerReferences();
    Object hostNetwork = deployment.get("spec", "template", "spec", "hostNetwork");
    Object dnsPolicy = deployment.get("spec", "template", "spec", "dnsPolicy");
    for (OwnerReference owner : owners == null ? List.<OwnerReference>of() : owners) {
      if (owner.getKind().equals("NetworkRouter")) {
        return of(Kind.DEPLOYMENT, deployment, owner.getName(), hostNetwork, dnsPolicy);
      }
    }
    return LEGACY_NAME.equals(deployment.get("spec", "template", "metadata", "labels", LABEL))
        ? of(Kind.LEGACY_DEPLOYMENT, deployment, name, hostNetwork, dnsPolicy)
        : other(name);
  }

  private static NetBirdWorkload of(
      Kind kind,
      GenericKubernetesResource object,
      String router,
      @Nullable Object hostNetwork,
      @Nullable Object dnsPolicy) {
    String version = object.getMetadata().getResourceVersion();
    return new NetBirdWorkload(
        kind,
        object.getMetadata().getName(),
        router,
        Boolean.TRUE.equals(hostNetwork),
        dnsPolicy instanceof String text ? text : "",
        version == null ? "" : version);
  }
}
