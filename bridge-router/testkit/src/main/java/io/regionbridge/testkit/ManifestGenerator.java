package io.regionbridge.testkit;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Writes the manifest of a large region as {@code kubectl get services,endpointslices -A -o yaml}
 * would print it: one list, keys sorted, with the fields that nobody here reads. Every tenth
 * Service is headless with hostnames, every seventh maps its port.
 *
 * <p>Run it with {@code ManifestGenerator FILE [SERVICES [ENDPOINTS-OF-EACH]]}; a FILE that ends in
 * {@code .json} is written as JSON.
 */
public final class ManifestGenerator {
  private static final int NAMESPACES = 50;

  private final Writer out;
  private final int services;
  private final int endpoints;

  private ManifestGenerator(Writer out, int services, int endpoints) {
    this.out = out;
    this.services = services;
    this.endpoints = endpoints;
  }

  /** Writes a file of so many Services with so many endpoints each, 10.x.y.z from 10.0.0.0 on. */
  public static void write(Path file, int services, int endpoints) {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      ManifestGenerator generator = new ManifestGenerator(out, services, endpoints);
      if (file.toString().endsWith(".json")) {
        generator.json();
      } else {
        generator.yaml();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static void main(String[] args) {
    int services = args.length > 1 ? Integer.parseInt(args[1]) : 10_000;
    int endpoints = args.length > 2 ? Integer.parseInt(args[2]) : 10;
    write(Path.of(args[0]), services, endpoints);
  }

  private void yaml() throws IOException {
    out.write("apiVersion: v1\nitems:\n");
    for (int s = 0; s < services; s++) {
      line(
          """
          - apiVersion: v1
            kind: Service
            metadata:
              annotations:
                meta.helm.sh/release-name: service-%1$d
              creationTimestamp: "2026-01-01T00:00:00Z"
              labels:
                app.kubernetes.io/name: service-%1$d
              name: service-%1$d
              namespace: %2$s
              resourceVersion: "%1$d"
              uid: 00000000-0000-0000-0000-%1$012d
            spec:
              clusterIP: %3$s
              clusterIPs:
              - %3$s
              internalTrafficPolicy: Cluster
              ipFamilies:
              - IPv4
              ipFamilyPolicy: SingleStack
              ports:
              - name: http
                port: 80
                protocol: TCP
                targetPort: %4$d
              selector:
                app.kubernetes.io/name: service-%1$d
              sessionAffinity: None
              type: ClusterIP
            status:
              loadBalancer: {}
          """,
          s, namespace(s), headless(s) ? "None" : address(172 << 24 | 16 << 20, s), port(s));
    }
    for (int s = 0; s < services; s++) {
      line(
          """
          - addressType: IPv4
            apiVersion: discovery.k8s.io/v1
            endpoints:
          """);
      for (int e = 0; e < endpoints; e++) {
        line(
            """
              - addresses:
                - %1$s
                conditions:
                  ready: true
                  serving: true
                  terminating: false
            """,
            address(10 << 24, s * endpoints + e));
        if (headless(s)) {
          line("    hostname: service-%d-%d\n", s, e);
        }
        line(
            """
                nodeName: node-%1$d
                targetRef:
                  kind: Pod
                  name: service-%2$d-%3$d
                  namespace: %4$s
                  uid: 00000000-0000-0000-0000-%5$012d
            """,
            e, s, e, namespace(s), s * endpoints + e);
      }
      line(
          """
            kind: EndpointSlice
            metadata:
              generateName: service-%1$d-
              generation: 3
              labels:
                endpointslice.kubernetes.io/managed-by: endpointslice-controller.k8s.io
                kubernetes.io/service-name: service-%1$d
              name: service-%1$d-abcde
              namespace: %2$s
              uid: 00000000-0000-0000-0001-%1$012d
            ports:
            - name: http
              port: %3$d
              protocol: TCP
          """,
          s, namespace(s), port(s));
    }
    out.write("kind: List\nmetadata:\n  resourceVersion: \"\"\n");
  }

  private void json() throws IOException {
    out.write("{\"apiVersion\": \"v1\", \"items\": [\n");
    for (int s = 0; s < services; s++) {
      line(
          """
          {"apiVersion": "v1", "kind": "Service",
           "metadata": {"name": "service-%1$d", "namespace": "%2$s"},
           "spec": {"clusterIP": "%3$s", "clusterIPs": ["%3$s"], "type": "ClusterIP",
            "internalTrafficPolicy": "Cluster", "ipFamilies": ["IPv4"],
            "ports": [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": %4$d}]}},
          {"addressType": "IPv4", "apiVersion": "discovery.k8s.io/v1", "endpoints": [
          """,
          s, namespace(s), headless(s) ? "None" : address(172 << 24 | 16 << 20, s), port(s));
      for (int e = 0; e < endpoints; e++) {
        line(
            """
              {"addresses": ["%1$s"], "conditions": {"ready": true, "serving": true,
               "terminating": false}%2$s, "nodeName": "node-%3$d",
               "targetRef": {"kind": "Pod", "name": "service-%4$d-%3$d"}}%5$s
            """,
            address(10 << 24, s * endpoints + e),
            headless(s) ? ", \"hostname\": \"service-%d-%d\"".formatted(s, e) : "",
            e,
            s,
            e < endpoints - 1 ? "," : "");
      }
      line(
          """
           ], "kind": "EndpointSlice", "metadata": {"name": "service-%1$d-abcde",
            "labels": {"kubernetes.io/service-name": "service-%1$d"}, "namespace": "%2$s"},
           "ports": [{"name": "http", "port": %3$d, "protocol": "TCP"}]}%4$s
          """,
          s, namespace(s), port(s), s < services - 1 ? "," : "");
    }
    out.write("], \"kind\": \"List\"}\n");
  }

  @SuppressWarnings("AnnotateFormatMethod") // would take a dependency for a generator
  private void line(String format, Object... values) throws IOException {
    out.write(String.format(Locale.ROOT, format, values));
  }

  private static boolean headless(int service) {
    return service % 10 == 9;
  }

  private static int port(int service) {
    return service % 7 == 6 ? 8080 : 80;
  }

  private static String namespace(int service) {
    return "team-" + service % NAMESPACES;
  }

  private static String address(int network, int host) {
    int bits = network + host + 1;
    return (bits >>> 24)
        + "."
        + (bits >>> 16 & 0xff)
        + "."
        + (bits >>> 8 & 0xff)
        + "."
        + (bits & 0xff);
  }
}
