package io.regionbridge.router.directory.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.testkit.ManifestGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestSetTest {
  private static final Path A = Path.of("a.yaml");
  private static final Path B = Path.of("b.yaml");

  private final Map<Path, String> content = new HashMap<>();
  private final ManifestSet manifests =
      new ManifestSet((file, _) -> read(file), () -> Long.MAX_VALUE);

  @Test
  void directoryIsIncompleteUntilEachFileCouldBeReadOnce() {
    content.put(A, service("web", "10.43.0.1"));
    Directory first = manifests.look(List.of(A, B));
    assertThat(first.extent()).isEqualTo(Directory.Extent.PARTIAL);
    assertThat(first.services()).isEqualTo(1);
    assertThat(manifests.problems()).hasToString("[b.yaml: missing]");

    content.put(B, service("db", "10.43.0.2"));
    Directory second = manifests.look(List.of(A, B));
    assertThat(second.complete()).isTrue();
    assertThat(second.services()).isEqualTo(2);
    assertThat(manifests.problems()).isEmpty();

    content.remove(A);
    assertThat(manifests.look(List.of(A, B))).isSameAs(second);
    assertThat(manifests.problems()).hasToString("[a.yaml: missing]");
  }

  @Test
  void whatThereIsNoRoomForIsCountedAndWhatWasKnownStays(@TempDir Path directory)
      throws IOException {
    AtomicLong room = new AtomicLong(100 << 20);
    ManifestSet bounded = new ManifestSet(room::get);
    Path file = directory.resolve("a.json");
    Path other = directory.resolve("b.json");
    Files.writeString(other, "{\"kind\": \"List\", \"apiVersion\": \"v1\", \"items\": []}");
    ManifestGenerator.write(file, 100, 5);
    Directory known = bounded.look(List.of(file, other));
    assertThat(known.complete()).isTrue();
    assertThat(known.octets()).isEqualTo(Directory.octets(100, 500)).isLessThan(1 << 20);

    room.set(1 << 20);
    ManifestGenerator.write(file, 2000, 50);
    assertThat(bounded.look(List.of(file, other))).isSameAs(known);
    assertThat(bounded.problems())
        .singleElement()
        .asString()
        .contains(
            "a.json: 2000 Services with 100000 endpoints need 24 MiB of the heap, and 1 MiB are"
                + " left for them; raise the memory limit of the process, or -Xmx");

    ManifestGenerator.write(file, 101, 5);
    Directory next = bounded.look(List.of(file, other));
    assertThat(next.services()).isEqualTo(101);
    assertThat(bounded.problems()).isEmpty();

    ManifestGenerator.write(other, 300, 5);
    assertThat(bounded.look(List.of(file, other))).as("room is for all files").isSameAs(next);
  }

  @Test
  void whatNeverFittedIsNoCompleteDirectory(@TempDir Path directory) {
    ManifestSet bounded = new ManifestSet(() -> 0);
    Path file = directory.resolve("a.yaml");
    ManifestGenerator.write(file, 10, 5);
    Directory nothing = bounded.look(List.of(file));
    assertThat(nothing.complete()).isFalse();
    assertThat(nothing.services()).isZero();
  }

  @Test
  void directoryOfWhichNothingCouldBeReadIsLoading() {
    assertThat(manifests.look(List.of(A, B)).extent()).isEqualTo(Directory.Extent.LOADING);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{apiVersion: v1, kind: Service, metadata: {name: db}, spec: {clusterIP: nowhere}}",
        "{apiVersion: v1, kind: Service, metadata: {name: '???'}}",
        "{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: db-1}}",
      })
  void whatWasNeverSoundIsUnknownUntilItIs(String broken) {
    content.put(A, service("web", "10.43.0.1") + "---\n" + broken + "\n");
    Directory first = manifests.look(List.of(A));
    assertThat(first.extent()).isEqualTo(Directory.Extent.PARTIAL);
    assertThat(first.services()).isEqualTo(1);

    content.put(A, service("web", "10.43.0.1"));
    assertThat(manifests.look(List.of(A)).complete()).isTrue();

    content.put(A, service("web", "10.43.0.1") + "---\n" + broken + "\n");
    assertThat(manifests.look(List.of(A)).complete()).isTrue();
  }

  @Test
  void noFilesAtAllAreACompleteDirectoryOfNothing() {
    assertThat(manifests.look(List.of()).complete()).isTrue();
  }

  @Test
  void fileThatCannotBeParsedKeepsItsLastGoodContentAndTheOthersGoOn() {
    content.put(A, service("web", "10.43.0.1"));
    content.put(B, service("db", "10.43.0.2"));
    manifests.look(List.of(A, B));

    content.put(A, "kind: [");
    content.put(B, service("db", "10.43.0.3"));
    Directory directory = manifests.look(List.of(A, B));

    assertThat(address(directory, "web")).isEqualTo("[10.43.0.1]");
    assertThat(address(directory, "db")).isEqualTo("[10.43.0.3]");
    assertThat(manifests.problems()).extracting(ManifestProblem::file).containsExactly("a.yaml");
  }

  @Test
  void objectThatBreaksKeepsItsLastGoodVersionAndTheRestOfTheFileCounts() {
    content.put(A, service("web", "10.43.0.1") + service("db", "10.43.0.2"));
    manifests.look(List.of(A));

    content.put(A, service("web", "nowhere") + service("db", "10.43.0.3"));
    Directory broken = manifests.look(List.of(A));
    assertThat(address(broken, "web")).isEqualTo("[10.43.0.1]");
    assertThat(address(broken, "db")).isEqualTo("[10.43.0.3]");
    assertThat(manifests.look(List.of(A))).isSameAs(broken);

    content.put(A, service("db", "10.43.0.3"));
    assertThat(manifests.look(List.of(A)).services()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // As a list with sorted keys looks while the end of it, with its kind, is not written yet.
        """
        apiVersion: v1
        items:
        - {apiVersion: v1, kind: Service, metadata: {name: new}}
        """,
        """
        {apiVersion: v1, kind: Service, metadata: {name: new}}
        ---
        {apiVersion: v1, kind: Service, metadata: {nam
        """,
        """
        {apiVersion: v1, kind: Service, metadata: {name: new}}
        ---
        {apiVersion: v1, kind: Service, metadata: {name: "???"}}
        """
      })
  void whatIsMissingStaysWhileNobodyCanTellWhatIsBroken(String half) {
    content.put(A, service("web", "10.43.0.1") + service("db", "10.43.0.2"));
    manifests.look(List.of(A));

    content.put(A, half);
    Directory directory = manifests.look(List.of(A));

    assertThat(address(directory, "web")).isEqualTo("[10.43.0.1]");
    assertThat(address(directory, "db")).isEqualTo("[10.43.0.2]");
    assertThat(manifests.problems()).isNotEmpty();
  }

  @Test
  void objectOfSeveralFilesIsTakenFromTheFirstAndTold() {
    content.put(A, service("web", "10.43.0.1"));
    content.put(B, service("web", "10.43.0.2"));

    assertThat(address(manifests.look(List.of(A, B)), "web")).isEqualTo("[10.43.0.1]");
    assertThat(manifests.problems())
        .hasToString("[b.yaml: Service default/web: an earlier file has it too; that one counts]");
    assertThat(address(manifests.look(List.of(B, A)), "web")).isEqualTo("[10.43.0.2]");
    assertThat(address(manifests.look(List.of(A, A)), "web")).isEqualTo("[10.43.0.1]");
    assertThat(manifests.problems()).isEmpty();
  }

  @Test
  void whatIsNoLongerInAnyFileIsGone() {
    content.put(A, service("web", "10.43.0.1"));
    content.put(B, service("db", "10.43.0.2"));
    Directory before = manifests.look(List.of(A, B));

    Directory after = manifests.look(List.of(B));

    assertThat(after.changes(before)).containsExactly(new ServiceKey("default", "web"));
    assertThat(after.services()).isEqualTo(1);
  }

  @Test
  void lookThatFindsNothingNewGivesTheSameDirectory() {
    content.put(A, service("web", "10.43.0.1"));
    Directory before = manifests.look(List.of(A));

    content.put(A, "# only a comment is new\n" + content.get(A));

    assertThat(manifests.look(List.of(A))).isSameAs(before);
  }

  private ManifestReading read(Path file) {
    String text = content.get(file);
    return text == null
        ? new ManifestReading.Unreadable(
            new ManifestProblem(file.toString(), 0, 0, "", "", "missing"))
        : ManifestReaderTest.read(file.toString(), text);
  }

  private static String service(String name, String address) {
    return """
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: %s}
    spec: {clusterIP: %s}
    """
        .formatted(name, address);
  }

  private static String address(Directory directory, String name) {
    DirectoryService service = directory.service(new ServiceKey("default", name));
    return Objects.requireNonNull(service, () -> name + " is not there")
        .facts()
        .clusterIps()
        .toString();
  }
}
