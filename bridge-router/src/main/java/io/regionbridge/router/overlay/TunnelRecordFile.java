package io.regionbridge.router.overlay;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.regionbridge.router.kubernetes.TunnelRecord;
import io.regionbridge.router.loop.FailureReason;
import io.regionbridge.router.peers.PeerEnds;
import io.regionbridge.router.peers.TunnelAnnouncement;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers peers' ends of tunnels in a file, for a bridge without a cluster: a peer's key that was
 * rotated is still known after a restart, whatever the configuration says. Public keys only. Owned
 * by one thread at a time.
 */
public final class TunnelRecordFile {
  /** The file's name, beside this node's own key. */
  public static final String FILE = "peers.json";

  private static final Logger log = LoggerFactory.getLogger(TunnelRecordFile.class);

  private final Path file;
  private final PeerEnds ends = new PeerEnds();
  private @Nullable Map<String, TunnelRecord> written;

  /** Uses an absolute path of a file that need not exist yet. */
  public TunnelRecordFile(Path file) {
    this.file = file;
  }

  /** The topology with the ends as they are known by now. */
  public Topology follow(Topology topology, List<TunnelAnnouncement> announcements) {
    Map<String, TunnelRecord> before = written == null ? read() : written;
    Topology followed =
        topology.map(
            peer -> ends.follow(peer, Optional.ofNullable(before.get(peer.name())), announcements));
    Map<String, TunnelRecord> now = new TreeMap<>();
    for (PeerRegion peer : followed.peers()) {
      ends.record(peer.name()).ifPresent(record -> now.put(peer.name(), record));
    }
    // A region that is taken out and put back is found by the key that it has then.
    before.forEach(now::putIfAbsent);
    if (!now.equals(before)) {
      write(now);
    }
    written = now;
    return followed;
  }

  private Map<String, TunnelRecord> read() {
    try {
      return new ObjectMapper()
          .readValue(
              Files.readAllBytes(file), new TypeReference<TreeMap<String, TunnelRecord>>() {});
    } catch (NoSuchFileException e) {
      return Map.of();
    } catch (IOException e) {
      log.warn(
          "cannot read {}: {}; peers' keys are those that are declared", file, FailureReason.of(e));
      return Map.of();
    }
  }

  private void write(Map<String, TunnelRecord> records) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Path fresh = file.resolveSibling(FILE + ".new");
      Files.write(fresh, new ObjectMapper().writeValueAsBytes(records));
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      log.warn(
          "cannot write {}: {}; peers' keys are lost at the next start", file, FailureReason.of(e));
    }
  }
}
