package io.regionbridge.router.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.Endpoint;
import io.regionbridge.router.directory.EndpointState;
import io.regionbridge.router.directory.ExportAnnotation;
import io.regionbridge.router.directory.Protocol;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.directory.ServiceTraits;
import io.regionbridge.router.directory.ServiceType;
import io.regionbridge.router.net.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicaMemoryTest {
  private static final List<Endpoint.Port> HTTP =
      List.of(new Endpoint.Port("http", Protocol.TCP, 80));

  private static DirectoryService service(Endpoint... endpoints) {
    ServiceFacts facts =
        new ServiceFacts(
            new ServiceKey("shop", "web"),
            ServiceType.HEADLESS,
            List.of(),
            List.of(),
            false,
            null,
            ExportAnnotation.NONE,
            ServiceTraits.NONE);
    return DirectoryService.choose(facts, Arrays.asList(endpoints));
  }

  private static Endpoint endpoint(String address, String hostname) {
    return new Endpoint(IpAddress.of(address), hostname, EndpointState.READY, HTTP);
  }

  @Test
  void anEndpointCountsAsWhatItTakes() {
    long none = ReplicaMemory.of(service());
    Endpoint one = new Endpoint(IpAddress.of("10.0.0.1"), null, EndpointState.READY, HTTP);
    Endpoint other = new Endpoint(IpAddress.of("10.0.0.2"), null, EndpointState.READY, HTTP);
    long oneOctets = ReplicaMemory.of(service(one)) - none;
    long both = ReplicaMemory.of(service(one, other)) - none;
    long named = ReplicaMemory.of(service(endpoint("10.0.0.1", "db-0"))) - none;

    assertThat(none).isEqualTo(ReplicaMemory.SERVICE);
    assertThat(oneOctets).isEqualTo(ReplicaMemory.ENDPOINT + ReplicaMemory.PORT);
    assertThat(both)
        .as("a list of ports counts once")
        .isEqualTo(oneOctets + ReplicaMemory.ENDPOINT);
    assertThat(named).isGreaterThan(oneOctets + ReplicaMemory.HOSTNAME);
    assertThat(ReplicaMemory.of(service(endpoint("fd00::1", "db-0"))) - none).isGreaterThan(named);
  }

  @Test
  void theSizingPageHasTheseFigures() throws IOException {
    assertThat(Files.readString(Path.of("../docs/operate/sizing.md")).replaceAll("\\s+", " "))
        .contains(
            "%d bytes per Service, %d per endpoint (%d with IPv6), %d per port, %d per ClusterIP"
                .formatted(
                    ReplicaMemory.SERVICE,
                    ReplicaMemory.ENDPOINT,
                    ReplicaMemory.WIDE_ENDPOINT,
                    ReplicaMemory.PORT,
                    ReplicaMemory.OWN_ADDRESS))
        .contains("%d per hostname".formatted(ReplicaMemory.HOSTNAME));
  }
}
