package io.regionbridge.router.feed;

import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.Endpoint;
import io.regionbridge.router.directory.EndpointState;
import io.regionbridge.router.directory.ExportAnnotation;
import io.regionbridge.router.directory.IpFamily;
import io.regionbridge.router.directory.Protocol;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.directory.ServiceTraits;
import io.regionbridge.router.directory.ServiceType;
import io.regionbridge.router.net.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Services and directories for tests. */
final class Directories {
  static final List<Endpoint.Port> HTTP = List.of(new Endpoint.Port("http", Protocol.TCP, 8080));

  private Directories() {}

  /** A Service with pods at these addresses. */
  static DirectoryService service(String namespace, String name, String... addresses) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (String address : addresses) {
      endpoints.add(new Endpoint(IpAddress.of(address), null, EndpointState.READY, HTTP));
    }
    return DirectoryService.choose(
        new ServiceFacts(
            new ServiceKey(namespace, name),
            ServiceType.CLUSTER_IP,
            List.of(),
            List.of(
                new ServiceFacts.Port(
                    "http", Protocol.TCP, 80, new ServiceFacts.Port.Target.Numbered(8080))),
            false,
            null,
            ExportAnnotation.NONE,
            ServiceTraits.NONE),
        endpoints);
  }

  /** One that has everything that can be said of a Service. */
  static DirectoryService rich() {
    List<Endpoint.Port> other =
        List.of(
            new Endpoint.Port("", Protocol.UDP, 53), new Endpoint.Port("dns", Protocol.SCTP, 54));
    return new DirectoryService(
        new ServiceFacts(
            new ServiceKey("shop", "cart"),
            ServiceType.HEADLESS,
            List.of(),
            List.of(
                new ServiceFacts.Port("", Protocol.UDP, 53),
                new ServiceFacts.Port(
                    "web",
                    Protocol.TCP,
                    80,
                    new ServiceFacts.Port.Target.Named("http"),
                    "kubernetes.io/h2c")),
            true,
            null,
            ExportAnnotation.NONE,
            new ServiceTraits(
                List.of(IpFamily.IPV6, IpFamily.IPV4), 77, "Local", "PreferClose", true)),
        List.of(
            new Endpoint(IpAddress.of("10.1.0.1"), "db-0", EndpointState.READY, HTTP, "z1"),
            new Endpoint(IpAddress.of("10.1.0.2"), null, EndpointState.DRAINING, other),
            new Endpoint(IpAddress.of("10.1.0.3"), null, EndpointState.UNREADY, HTTP),
            new Endpoint(IpAddress.of("fd00::1"), "db-0", EndpointState.READY, HTTP, "z2")));
  }

  /** A directory of these. */
  static Directory of(DirectoryService... services) {
    Directory directory = Directory.EMPTY;
    for (DirectoryService service : services) {
      directory = directory.with(service);
    }
    return directory.withComplete(true);
  }

  /** Some Services come, change and go. */
  static Directory changed(Directory before, RandomGenerator random) {
    Directory next = before;
    int count = random.nextInt(6);
    for (int i = 0; i < count; i++) {
      String name = "s" + random.nextInt(12);
      String namespace = "n" + random.nextInt(3);
      if (random.nextInt(3) == 0) {
        next = next.without(new ServiceKey(namespace, name));
      } else {
        String[] addresses = new String[random.nextInt(4)];
        for (int j = 0; j < addresses.length; j++) {
          addresses[j] = "10.1." + j + "." + random.nextInt(250);
        }
        next = next.with(service(namespace, name, addresses));
      }
    }
    return next;
  }

  /** What a directory holds, by key. */
  static Map<ServiceKey, DirectoryService> content(Directory directory) {
    Map<ServiceKey, DirectoryService> content = new HashMap<>();
    directory.forEach(service -> content.put(service.key(), service));
    return content;
  }
}
