package io.regionbridge.api.tls;

import io.netty.handler.ssl.SslContext;
import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigKeys;
import io.regionbridge.api.config.Values;
import io.regionbridge.dns.socket.ClientTls;
import io.regionbridge.router.file.FileWatcher;
import io.regionbridge.router.loop.Loops;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys and certificates that the configuration names, as they are in force. Files are read
 * again when they change; one that cannot be used is reported, and the last good one stays in
 * force. Where there was none yet, no client is served and no peer is trusted: nothing that is
 * meant for TLS ever goes in the clear.
 *
 * <p>Thread-safe. A configuration without TLS costs nothing: no thread, no file, no class of it.
 */
public final class TlsFiles implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TlsFiles.class);

  private final PemReader reader;
  private final Loops loops;

  // Guarded by this.
  private ServerFiles server;
  private Map<String, PeerTrust> regions;
  private final Map<String, Trust> trusted = new HashMap<>();
  private @Nullable KeyAndChain shown;
  private @Nullable FileWatcher watcher;
  private @Nullable Consumer<Map<String, ClientTls>> listener;
  private boolean closed;

  private volatile @Nullable SslContext context;
  private volatile Map<String, ClientTls> peers = Map.of();
  private volatile List<String> problems = List.of();

  /** The certificate and key for clients, if DNS over TLS is served. */
  private record ServerFiles(boolean listening, Optional<Path> certificate, Optional<Path> key) {
    static ServerFiles of(BridgeConfig config) {
      return new ServerFiles(
          !config.get(ConfigKeys.DNS_TLS_LISTEN).isEmpty(),
          config.get(ConfigKeys.DNS_TLS_CERTIFICATE),
          config.get(ConfigKeys.DNS_TLS_KEY));
    }
  }

  /**
   * How the gateways of a peer are authenticated.
   *
   * @param serverName in their certificates (RFC 8310, section 8.1)
   * @param authority PEM; empty: the Java runtime's
   */
  private record PeerTrust(String serverName, Optional<Path> authority) {}

  /** Whom to believe; none means whom the Java runtime trusts. */
  private record Trust(List<X509Certificate> authorities, SslContext context) {}

  private TlsFiles(BridgeConfig config, Clock clock, Loops loops) {
    this.loops = loops;
    reader = new PemReader(clock);
    server = ServerFiles.of(config);
    regions = regions(config);
  }

  /** Reads what the configuration names, on the caller's thread. */
  public static TlsFiles read(BridgeConfig config, Clock clock, Loops loops) {
    TlsFiles files = new TlsFiles(config, clock, loops);
    files.look();
    return files;
  }

  /**
   * Follows the files from now on.
   *
   * @param listener gets how regions are asked when that changes, on the watcher's thread or that
   *     of {@link #follow}
   */
  public synchronized void watch(Consumer<Map<String, ClientTls>> listener) {
    this.listener = listener;
    rewatch();
  }

  /** Takes another configuration. Whether it listens for TLS at all needs a restart. */
  public synchronized void follow(BridgeConfig config) {
    ServerFiles nextServer = ServerFiles.of(config);
    Map<String, PeerTrust> nextRegions = regions(config);
    if (nextServer.equals(server) && nextRegions.equals(regions)) {
      return;
    }
    server = nextServer;
    regions = nextRegions;
    trusted.keySet().retainAll(regions.keySet());
    rewatch();
  }

  /** The TLS context for the next client, or null if there is none yet. */
  public @Nullable SslContext server() {
    return context;
  }

  /** The TLS settings of regions that are asked over TLS, by name. */
  public Map<String, ClientTls> peers() {
    return peers;
  }

  /** The current problems. */
  public List<String> problems() {
    return problems;
  }

  /** Whether TLS is configured anywhere. */
  public synchronized boolean used() {
    return server.listening() || !regions.isEmpty();
  }

  private static Map<String, PeerTrust> regions(BridgeConfig config) {
    Map<String, PeerTrust> regions = new HashMap<>();
    for (Values peer : config.get(ConfigKeys.REGIONS)) {
      peer.get(ConfigKeys.PEER_TLS_SERVER_NAME)
          .map(name -> new PeerTrust(name, peer.get(ConfigKeys.PEER_TLS_CA)))
          .ifPresent(trust -> regions.put(peer.get(ConfigKeys.PEER_NAME), trust));
    }
    return regions;
  }

  private void rewatch() {
    FileWatcher old = watcher;
    if (old != null) {
      old.close();
    }
    Set<Path> files = new LinkedHashSet<>();
    server.certificate().ifPresent(files::add);
    server.key().ifPresent(files::add);
    regions.values().forEach(tls -> tls.authority().ifPresent(files::add));
    watcher =
        files.isEmpty() || closed
            ? null
            : FileWatcher.watch("tls-files", List.copyOf(files), this::look, loops);
    look(); // after the watch, so that no change gets lost between
  }

  /** Reads all files and takes over what is good in them. */
  synchronized void look() {
    if (closed) {
      return;
    }
    List<String> found = new ArrayList<>();
    if (server.certificate().isPresent() && server.key().isPresent()) {
      lookAtServer(server.certificate().get(), server.key().get(), found);
    }
    Map<String, ClientTls> next = new HashMap<>();
    regions.forEach((region, tls) -> next.put(region, peer(region, tls, found)));
    boolean changed = !next.equals(peers);
    peers = Map.copyOf(next);
    for (String problem : found) {
      if (!problems.contains(problem)) {
        log.warn("TLS: {}", problem);
      }
    }
    problems = List.copyOf(found);
    Consumer<Map<String, ClientTls>> current = listener;
    if (changed && current != null) {
      current.accept(peers);
    }
  }

  private void lookAtServer(Path certificate, Path key, List<String> found) {
    try {
      KeyAndChain read = reader.keyAndChain(certificate, key);
      if (!read.equals(shown)) {
        context = TlsContexts.server(read);
        shown = read;
        log.info("certificate for DNS over TLS in force: {}", read);
      }
    } catch (TlsFileException e) {
      found.add(
          e.text()
              + (shown == null
                  ? " (no client is served over TLS until then)"
                  : " (the last good certificate stays in force)"));
    }
  }

  private ClientTls peer(String region, PeerTrust tls, List<String> found) {
    Trust last = trusted.get(region);
    Trust now = last;
    try {
      now = trust(tls.authority(), last);
      trusted.put(region, now);
    } catch (TlsFileException e) {
      found.add(
          e.text()
              + (last == null
                  ? " (no gateway of region " + region + " is believed until then)"
                  : " (the last good certificates stay in force for region " + region + ")"));
    }
    SslContext believes = now != null ? now.context() : TlsContexts.NOBODY;
    return new ClientTls(believes, tls.serverName());
  }

  private Trust trust(Optional<Path> file, @Nullable Trust last) throws TlsFileException {
    List<X509Certificate> read = file.isPresent() ? reader.certificates(file.get()) : List.of();
    if (last != null && last.authorities().equals(read)) {
      return last;
    }
    return new Trust(
        read, read.isEmpty() ? TlsContexts.believingThePlatform() : TlsContexts.believing(read));
  }

  @Override
  public void close() {
    FileWatcher watching;
    synchronized (this) {
      closed = true;
      watching = watcher;
    }
    if (watching != null) {
      watching.close();
    }
  }
}
