package io.regionbridge.router.directory;

import static io.regionbridge.router.directory.Samples.WEB;
import static io.regionbridge.router.directory.Samples.clusterIp;
import static io.regionbridge.router.directory.Samples.draining;
import static io.regionbridge.router.directory.Samples.ready;
import static io.regionbridge.router.directory.Samples.slice;
import static io.regionbridge.router.directory.Samples.unready;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryIndexTest {
  private static final ServiceKey DB = new ServiceKey("prod", "db");

  private final DirectoryIndex index = new DirectoryIndex();

  @Test
  void sliceWithoutServiceIsNotInTheDirectoryUntilTheServiceComes() {
    index.put(slice(WEB, "a", ready("10.42.0.1")));
    assertThat(index.directory()).isSameAs(Directory.EMPTY);

    index.put(clusterIp(WEB, "10.43.0.1"));
    assertThat(endpoints(WEB)).containsExactly(ready("10.42.0.1"));
  }

  @Test
  void serviceWithoutSlicesIsThereWithNoEndpoint() {
    index.put(clusterIp(WEB, "10.43.0.1"));

    assertThat(endpoints(WEB)).isEmpty();
    assertThat(index.directory().services()).isEqualTo(1);
  }

  @Test
  void serviceThatIsRemovedTakesItsEndpointsAlongAndGetsThemBack() {
    index.put(clusterIp(WEB, "10.43.0.1"));
    index.put(slice(WEB, "a", ready("10.42.0.1")));
    assertThat(index.directory().endpoints()).isEqualTo(1);

    index.remove(WEB);
    assertThat(index.directory().service(WEB)).isNull();
    assertThat(index.directory().endpoints()).isZero();

    index.put(clusterIp(WEB, "10.43.0.1"));
    assertThat(endpoints(WEB)).containsExactly(ready("10.42.0.1"));
  }

  @Test
  void sliceWhoseLabelChangesGoesFromOneServiceToTheOther() {
    index.put(clusterIp(WEB, "10.43.0.1"));
    index.put(clusterIp(DB, "10.43.0.2"));
    index.put(slice(WEB, "a", ready("10.42.0.1")));
    Directory before = index.directory();

    index.put(slice(DB, "a", ready("10.42.0.1")));

    assertThat(endpoints(WEB)).isEmpty();
    assertThat(endpoints(DB)).containsExactly(ready("10.42.0.1"));
    assertThat(index.directory().changes(before)).containsExactlyInAnyOrder(WEB, DB);
  }

  @Test
  void sliceThatLosesItsLabelCountsForNothing() {
    index.put(clusterIp(WEB, "10.43.0.1"));
    index.put(slice(WEB, "a", ready("10.42.0.1")));
    index.put(
        new EndpointSliceFacts(
            new EndpointSliceKey("prod", "a"), null, List.of(ready("10.42.0.1"))));

    assertThat(endpoints(WEB)).isEmpty();
  }

  @Test
  void changeThatMakesNoDifferenceGivesTheSameDirectory() {
    index.put(clusterIp(WEB, "10.43.0.1"));
    index.put(slice(WEB, "a", ready("10.42.0.1"), unready("10.42.0.2")));
    Directory before = index.directory();

    index.put(slice(WEB, "a", ready("10.42.0.1"), draining("10.42.0.2")));
    index.put(slice(WEB, "b", ready("10.42.0.1")));
    index.put(clusterIp(WEB, "10.43.0.1"));
    index.remove(DB);

    assertThat(index.directory()).isSameAs(before);
  }

  @Test
  void changesNameWhatIsNewGoneOrDifferentAndNothingElse() {
    ServiceKey old = new ServiceKey("test", "old");
    ServiceKey fresh = new ServiceKey("staging", "fresh");
    index.put(clusterIp(WEB, "10.43.0.1"));
    index.put(clusterIp(DB, "10.43.0.2"));
    index.put(clusterIp(old, "10.43.0.3"));
    Directory before = index.directory();

    index.put(clusterIp(fresh, "10.43.0.4"));
    index.remove(old);
    index.put(slice(WEB, "a", ready("10.42.0.1")));
    Directory after = index.directory();

    assertThat(after.changes(before)).containsExactlyInAnyOrder(WEB, old, fresh);
    assertThat(before.changes(after)).containsExactlyInAnyOrder(WEB, old, fresh);
    assertThat(after.changes(after)).isEmpty();
    assertThat(after.changes(Directory.EMPTY)).containsExactlyInAnyOrder(WEB, DB, fresh);
    assertThat(after.generation()).isGreaterThan(before.generation());
    assertThat(after.service(DB)).isSameAs(before.service(DB));
  }

  @Test
  void becomingCompleteIsANewGenerationWithoutChanges() {
    index.put(clusterIp(WEB, "10.43.0.1"));
    Directory before = index.directory();
    assertThat(before.complete()).isFalse();

    index.complete(true);

    assertThat(index.directory().complete()).isTrue();
    assertThat(index.directory().generation()).isGreaterThan(before.generation());
    assertThat(index.directory().changes(before)).isEmpty();
  }

  /** Any history that ends with the same facts ends with the same directory. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void orderOfUpdatesMakesNoDifference(long seed) {
    Random random = new Random(seed);
    List<Consumer<DirectoryIndex>> facts = finalFacts(random);

    DirectoryIndex straight = new DirectoryIndex();
    facts.forEach(fact -> fact.accept(straight));

    DirectoryIndex crooked = new DirectoryIndex();
    List<Consumer<DirectoryIndex>> detour = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      detour.add(anything(random));
    }
    for (Consumer<DirectoryIndex> step : detour) {
      step.accept(crooked);
      if (random.nextInt(10) == 0) {
        assertThat(crooked.directory()).isNotNull(); // joins in between, as a busy source would
      }
    }
    List<Consumer<DirectoryIndex>> shuffled = new ArrayList<>(facts);
    Collections.shuffle(shuffled, random);
    shuffled.forEach(fact -> fact.accept(crooked));

    assertThat(content(crooked.directory())).isEqualTo(content(straight.directory()));
    assertThat(crooked.directory().services()).isEqualTo(straight.directory().services());
    assertThat(crooked.directory().endpoints()).isEqualTo(straight.directory().endpoints());
  }

  private static final int NAMES = 12;

  private static List<Consumer<DirectoryIndex>> finalFacts(Random random) {
    List<Consumer<DirectoryIndex>> facts = new ArrayList<>();
    for (int i = 0; i < NAMES; i++) {
      ServiceKey key = key(i);
      if (random.nextInt(3) > 0) {
        ServiceFacts service = clusterIp(key, "10.43.0." + i);
        facts.add(index -> index.put(service));
      } else {
        facts.add(index -> index.remove(key));
      }
      for (int s = 0; s < 2; s++) {
        EndpointSliceFacts slice = randomSlice(random, i, s);
        if (random.nextInt(4) > 0) {
          facts.add(index -> index.put(slice));
        } else {
          facts.add(index -> index.remove(slice.key()));
        }
      }
    }
    return facts;
  }

  private static Consumer<DirectoryIndex> anything(Random random) {
    int i = random.nextInt(NAMES);
    EndpointSliceFacts slice = randomSlice(random, i, random.nextInt(2));
    ServiceFacts service = clusterIp(key(i), "10.43.1." + random.nextInt(4));
    return switch (random.nextInt(5)) {
      case 0 -> index -> index.put(service);
      case 1 -> index -> index.remove(service.key());
      case 2 -> index -> index.remove(slice.key());
      default -> index -> index.put(slice);
    };
  }

  /** A slice of a fixed name, of this Service or another one of its namespace. */
  private static EndpointSliceFacts randomSlice(Random random, int service, int number) {
    Endpoint[] endpoints = new Endpoint[random.nextInt(4)];
    for (int e = 0; e < endpoints.length; e++) {
      String address = "10.42.0." + random.nextInt(5);
      endpoints[e] =
          switch (random.nextInt(3)) {
            case 0 -> draining(address);
            case 1 -> unready(address);
            default -> ready(address);
          };
    }
    int owner = random.nextInt(4) == 0 ? (service + 3) % NAMES : service;
    return slice(key(owner), "slice-" + service + "-" + number, endpoints);
  }

  private static ServiceKey key(int i) {
    return new ServiceKey("ns-" + i % 3, "service-" + i);
  }

  private static Map<ServiceKey, DirectoryService> content(Directory directory) {
    Map<ServiceKey, DirectoryService> content = new TreeMap<>();
    directory.forEach(service -> content.put(service.key(), service));
    return content;
  }

  private List<Endpoint> endpoints(ServiceKey key) {
    DirectoryService service = index.directory().service(key);
    return Objects.requireNonNull(service, () -> key + " is not there").endpoints();
  }
}
