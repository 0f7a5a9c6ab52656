package io.regionbridge.router.directory;

/**
 * How a Service is reached. Kubernetes' {@code spec.type}, with the headless ones ({@code
 * clusterIP: None}) kept apart, since DNS answers them in another way.
 */
public enum ServiceType {
  CLUSTER_IP,
  NODE_PORT,
  LOAD_BALANCER,
  HEADLESS,
  EXTERNAL_NAME;

  /** Whether Services of this type have, or will be given, an address of their own. */
  public boolean hasClusterIp() {
    return switch (this) {
      case CLUSTER_IP, NODE_PORT, LOAD_BALANCER -> true;
      case HEADLESS, EXTERNAL_NAME -> false;
    };
  }
}
