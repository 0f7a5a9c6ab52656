package io.regionbridge.router.directory.manifest;

import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryIndex;
import io.regionbridge.router.directory.EndpointSliceFacts;
import io.regionbridge.router.directory.EndpointSliceKey;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What some manifest files come to together, and what of it stays in force while one of them is
 * broken: the last accepted content of a file that cannot be read, and within a file the last
 * accepted version of an object that has a problem. Owned by one thread.
 */
final class ManifestSet {
  private final Reader reader;
  private final LongSupplier room;
  private final DirectoryIndex index = new DirectoryIndex();
  private Map<Path, Accepted> accepted = Map.of();
  private List<ManifestProblem> problems = List.of();
  private boolean allRead;

  /**
   * What is in force of a file.
   *
   * @param whole whether the whole file was valid once, so that nothing in it is unknown
   */
  private record Accepted(
      Map<ServiceKey, ServiceFacts> services,
      Map<EndpointSliceKey, EndpointSliceFacts> slices,
      boolean whole) {
    static final Accepted NOTHING = new Accepted(Map.of(), Map.of(), false);

    /**
     * The new content, and of the objects that are broken in it their last accepted version. Any
     * object may be the one that does not even have a name: then all that are missing stay.
     */
    static Accepted of(ManifestReading.Content content, Accepted last) {
      return new Accepted(
          kept(
              content.services(),
              content.nameless() ? last.services.keySet() : content.brokenServices(),
              last.services),
          kept(
              content.slices(),
              content.nameless() ? last.slices.keySet() : content.brokenSlices(),
              last.slices),
          last.whole || content.sound());
    }

    /** Memory that the directory made of it takes: octets, estimated. */
    long octets() {
      return Directory.octets(
          services.size(), slices.values().stream().mapToInt(s -> s.endpoints().size()).sum());
    }

    private static <K, V> Map<K, V> kept(Map<K, V> sound, Set<K> broken, Map<K, V> last) {
      if (broken.isEmpty()) {
        return sound;
      }
      Map<K, V> kept = new HashMap<>(sound);
      for (K key : broken) {
        V before = last.get(key);
        if (before != null) {
          kept.putIfAbsent(key, before);
        }
      }
      return kept;
    }
  }

  /** Reads a file that may take so many octets of memory. */
  interface Reader {
    ManifestReading read(Path file, long room);
  }

  /**
   * @param room octets of memory for the directory of all files
   */
  ManifestSet(LongSupplier room) {
    this(ManifestReader::read, room);
  }

  ManifestSet(Reader reader, LongSupplier room) {
    this.reader = reader;
    this.room = room;
  }

  /**
   * Reads the files, the first of which wins where several have an object. Returns the same
   * directory as last time if nothing has changed; it is complete once each file was valid, and
   * partial while one never was and another could be read.
   */
  Directory look(Collection<Path> files) {
    Set<Path> distinct = new LinkedHashSet<>(files);
    Map<Path, Accepted> next = new HashMap<>();
    List<ManifestProblem> found = new ArrayList<>();
    Map<ServiceKey, ServiceFacts> services = new HashMap<>();
    Map<EndpointSliceKey, EndpointSliceFacts> slices = new HashMap<>();
    long left = room.getAsLong();
    for (Path file : distinct) {
      ManifestReading reading = reader.read(file, left);
      found.addAll(reading.problems());
      Accepted content = inForce(reading, accepted.get(file));
      if (content != null) {
        next.put(file, content);
        left -= content.octets();
        Consumer<String> repeated = object -> found.add(repeated(file, object));
        addAll(services, content.services, "Service ", repeated);
        addAll(slices, content.slices, "EndpointSlice ", repeated);
      }
    }
    accepted = next;
    problems = List.copyOf(found);
    update(services, slices);
    allRead = next.size() == distinct.size();
    index.setExtent(extent());
    return index.directory();
  }

  /** Whether each file could be read, at the last look or earlier. */
  boolean allRead() {
    return allRead;
  }

  private Directory.Extent extent() {
    if (allRead && accepted.values().stream().allMatch(Accepted::whole)) {
      return Directory.Extent.COMPLETE;
    }
    return accepted.isEmpty() ? Directory.Extent.LOADING : Directory.Extent.PARTIAL;
  }

  /** All that was wrong with the files at the last look. */
  List<ManifestProblem> problems() {
    return problems;
  }

  private static @Nullable Accepted inForce(ManifestReading reading, @Nullable Accepted last) {
    return reading instanceof ManifestReading.Content content
        ? Accepted.of(content, last == null ? Accepted.NOTHING : last)
        : last;
  }

  private static <K, V> void addAll(
      Map<K, V> all, Map<K, V> more, String kind, Consumer<String> repeated) {
    more.forEach((key, facts) -> {
      if (all.putIfAbsent(key, facts) != null) {
        repeated.accept(kind + key);
      }
    });
  }

  private static ManifestProblem repeated(Path file, String object) {
    return new ManifestProblem(
        file.toString(), 0, 0, object, "", "an earlier file has it too; that one counts");
  }

  private void update(
      Map<ServiceKey, ServiceFacts> services, Map<EndpointSliceKey, EndpointSliceFacts> slices) {
    gone(index.services(), services.keySet()).forEach(index::remove);
    gone(index.slices(), slices.keySet()).forEach(index::remove);
    services.values().forEach(index::put);
    slices.values().forEach(index::put);
  }

  private static <K> List<K> gone(Set<K> before, Set<K> now) {
    return before.stream().filter(key -> !now.contains(key)).toList();
  }
}
