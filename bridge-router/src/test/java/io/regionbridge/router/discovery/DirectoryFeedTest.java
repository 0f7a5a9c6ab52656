package io.regionbridge.router.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.regionbridge.router.directory.Directory;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A directory that the memory has no room for. */
class DirectoryFeedTest {
  private final AtomicLong room = new AtomicLong(Directory.octets(2, 20));
  private final DirectoryFeed feed = new DirectoryFeed(room::get, () -> {});
  private final ObjectSink<Service> services = feed.services();
  private final ObjectSink<EndpointSlice> slices = feed.slices();

  @Test
  void takesWhatThereIsRoomForAndNamesTheRest() {
    services.put(service("a"));
    services.put(service("b"));
    services.retain(keys("a", "b"));
    slices.put(slice("a", 10));
    slices.put(slice("b", 11));
    slices.retain(keys("a", "b"));
    assertThat(feed.directory().complete()).as("a name without its addresses").isFalse();
    assertThat(feed.directory().endpoints()).isEqualTo(10);
    assertThat(slices.tookAll()).isFalse();
    assertThat(services.tookAll()).isTrue();
    assertThat(feed.problem())
        .hasValueSatisfying(problem ->
            assertThat(problem).startsWith("0 Services and 1 EndpointSlices are not taken"));

    slices.put(slice("b", 10)); // it shrank, or it is listed again when there is room
    slices.retain(keys("a", "b"));
    assertThat(feed.directory().complete()).isTrue();
    assertThat(feed.directory().endpoints()).isEqualTo(20);
    assertThat(feed.problem()).isEmpty();
  }

  @Test
  void aServiceThatHasNoPodsAnyMoreIsKnownToHaveNone() {
    services.put(service("a"));
    slices.put(slice("a", 3));
    EndpointSlice empty = slice("a", 0);
    empty.setEndpoints(null); // as the API server says it
    empty.setPorts(null);
    slices.put(empty);
    assertThat(feed.directory().services()).isEqualTo(1);
    assertThat(feed.directory().endpoints()).isZero();
  }

  @Test
  void whatIsKnownStaysAndStaysComplete() {
    services.put(service("a"));
    services.retain(keys("a"));
    slices.put(slice("a", 20));
    slices.retain(keys("a"));
    assertThat(feed.directory().complete()).isTrue();

    slices.put(slice("a", 40));
    services.put(service("b"));
    assertThat(feed.directory().endpoints()).as("the last version").isEqualTo(20);
    assertThat(feed.directory().complete()).isTrue();
    assertThat(feed.problem()).isPresent();

    slices.remove(new ObjectKey("default", "a"));
    services.put(service("b"));
    assertThat(feed.directory().services()).isEqualTo(2);
    assertThat(feed.directory().endpoints()).isZero();
    assertThat(feed.problem()).isEmpty();
  }

  @Test
  void whatShrinksIsTakenInAnyCase() {
    services.put(service("a"));
    slices.put(slice("a", 20));
    room.set(0);
    slices.put(slice("a", 19));
    assertThat(feed.directory().endpoints()).isEqualTo(19);
  }

  private static Set<ObjectKey> keys(String... names) {
    return Set.of(names).stream()
        .map(name -> new ObjectKey("default", name))
        .collect(Collectors.toSet());
  }

  private static Service service(String name) {
    return new ServiceBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace("default")
        .endMetadata()
        .withNewSpec()
        .withClusterIP("None")
        .endSpec()
        .build();
  }

  private static EndpointSlice slice(String service, int endpoints) {
    return new EndpointSliceBuilder()
        .withNewMetadata()
        .withName(service)
        .withNamespace("default")
        .addToLabels("kubernetes.io/service-name", service)
        .endMetadata()
        .withAddressType("IPv4")
        .withEndpoints(
            IntStream.range(0, endpoints)
                .mapToObj(i ->
                    new EndpointBuilder()
                        .withAddresses("10.%d.0.%d".formatted((int) service.charAt(0), i))
                        .build())
                .toList())
        .build();
  }
}
