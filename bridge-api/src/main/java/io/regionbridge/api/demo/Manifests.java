package io.regionbridge.api.demo;

import java.util.List;
import java.util.stream.IntStream;

/** The Services of the demo's regions, as Kubernetes manifests. */
final class Manifests {
  /** Pods of the Service that is asked for without end; each has a name of its own. */
  static final int MANY = 300;

  private Manifests() {}

  /**
   * Region mn.
   *
   * @param primary address of the pod behind the Service that moves during the demo
   */
  static String mn(String primary) {
    return service("nats", "messaging", "10.53.0.10", "client", 7522)
        + slice("nats", "messaging", "client", 7522, nats())
        + service("postgres-primary", "pgedge", "10.53.0.20", "sql", 5432)
        + slice("postgres-primary", "pgedge", "sql", 5432, List.of(endpoint(primary)))
        + service("yb-masters", "yb", "None", "rpc", 7100)
        + slice(
            "yb-masters",
            "yb",
            "rpc",
            7100,
            List.of(
                endpoint("10.52.3.1", "yb-master-0"),
                endpoint("10.52.3.2", "yb-master-1"),
                endpoint("10.52.3.3", "yb-master-2")))
        + service("cassandra", "data", "None", "cql", 9042)
        + slice("cassandra", "data", "cql", 9042, many());
  }

  static String fsn1() {
    return service("nats", "messaging", "10.43.0.10", "client", 7522)
        + slice("nats", "messaging", "client", 7522, List.of(endpoint("10.42.1.10")));
  }

  private static List<String> nats() {
    return List.of(endpoint("10.52.1.10"), endpoint("10.52.1.11"), endpoint("10.52.2.10"));
  }

  private static List<String> many() {
    return IntStream.range(0, MANY)
        .mapToObj(i -> endpoint("10.52." + (100 + i / 250) + "." + (1 + i % 250), "cassandra-" + i))
        .toList();
  }

  private static String service(
      String name, String namespace, String clusterIp, String port, int number) {
    return """
    apiVersion: v1
    kind: Service
    metadata: { name: %s, namespace: %s }
    spec: { clusterIP: %s, ports: [{ name: %s, port: %d }] }
    ---
    """
        .formatted(name, namespace, clusterIp, port, number);
  }

  private static String slice(
      String service, String namespace, String port, int number, List<String> endpoints) {
    return """
    apiVersion: discovery.k8s.io/v1
    kind: EndpointSlice
    metadata:
      name: %1$s-1
      namespace: %2$s
      labels: { kubernetes.io/service-name: %1$s }
    addressType: IPv4
    ports: [{ name: %3$s, port: %4$d }]
    endpoints: [%5$s]
    ---
    """
        .formatted(service, namespace, port, number, String.join(", ", endpoints));
  }

  private static String endpoint(String address) {
    return "{ addresses: [%s] }".formatted(address);
  }

  private static String endpoint(String address, String hostname) {
    return "{ addresses: [%s], hostname: %s }".formatted(address, hostname);
  }
}
