package io.regionbridge.router.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.Interned;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.feed.FollowerState.Replica;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Feeds of other builds, kept as files: the first build that had one, and one to come that says
 * more.
 */
final class FeedVersionsTest {
  private static final String FIRST = "first-build.ndjson";
  private static final String LATER = "later-build.ndjson";

  @ParameterizedTest
  @ValueSource(strings = {FIRST, LATER})
  void aFeedOfAnotherBuildIsRead(String file) throws Exception {
    Replica replica = replica(file);
    assertThat(replica.position()).hasToString("00000000000000a1-8");
    assertThat(replica.ttl()).hasSeconds(5);
    Map<ServiceKey, DirectoryService> content = Directories.content(replica.directory());
    assertThat(content.keySet())
        .extracting(ServiceKey::name)
        .containsExactlyInAnyOrder("web", "db", "drain", "mail");
    DirectoryService web = service(content, "web");
    assertThat(web.facts().traits().spread()).isTrue();
    assertThat(web.facts().traits().affinitySeconds()).isEqualTo(600);
    assertThat(web.facts().export()).as("what the first build does not know").isNull();
    assertThat(web.endpoints()).hasSize(2);
    assertThat(service(content, "drain").endpoints()).hasSize(1);
    assertThat(service(content, "db").hasHostnames()).isTrue();
    assertThat(service(content, "mail").facts().externalName()).isEqualTo("mail.example.com");
  }

  /** One of a protocol that this build does not know costs itself alone, and is counted. */
  @Test
  void whatALaterBuildSaysBesidesChangesNothing() throws Exception {
    assertThat(Directories.content(replica(LATER).directory()))
        .isEqualTo(Directories.content(replica(FIRST).directory()));
    assertThat(replica(FIRST).refused()).isZero();
    assertThat(replica(LATER).refused()).isEqualTo(1);
    assertThat(replica(LATER).reason()).startsWith("shop/queue: protocol");
  }

  /** This build writes the same, so the first one reads what it writes. */
  @Test
  void whatTheFirstBuildWroteIsWrittenStill() throws Exception {
    FeedDecoder decoder = new FeedDecoder(new Interned());
    for (String line : lines(FIRST)) {
      byte[] octets = line.getBytes(StandardCharsets.UTF_8);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      FeedEncoder.write(decoder.decode(octets, 0, octets.length), out);
      assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(line + "\n");
    }
  }

  private static Replica replica(String file) throws Exception {
    FeedDecoder decoder = new FeedDecoder(new Interned());
    LineReader lines = new LineReader(new ByteArrayInputStream(octets(file))::read);
    ReplicaMemory memory = new ReplicaMemory(1 << 20);
    try (ReplicaBuilder builder =
        new ReplicaBuilder("mn", "mn.internal", service -> service, memory)) {
      while (lines.more() > 0) {
        while (lines.next()) {
          builder.take(decoder.decode(lines.buffer(), lines.from(), lines.length()));
        }
      }
      return builder.replica().orElseThrow();
    }
  }

  private static DirectoryService service(Map<ServiceKey, DirectoryService> content, String name) {
    return Objects.requireNonNull(content.get(new ServiceKey("shop", name)), name);
  }

  private static List<String> lines(String file) throws IOException {
    return new String(octets(file), StandardCharsets.UTF_8).lines().toList();
  }

  private static byte[] octets(String file) throws IOException {
    try (InputStream in = FeedVersionsTest.class.getResourceAsStream(file)) {
      return Objects.requireNonNull(in, file).readAllBytes();
    }
  }
}
