package io.regionbridge.router.wireguard;

import java.util.List;
import java.util.Optional;

/**
 * A configuration file of {@code wg(8)}, checked: one {@code [Interface]} and its {@code [Peer]}s.
 * Close it to wipe the secrets that it holds.
 *
 * @param privateKey of the interface
 * @param listenPort a UDP port, 0 for any
 * @param fwmark the mark on packets that the device sends, 0 for none
 * @param peers in the file's order, each with all its allowed IPs
 */
public record WgConfig(
    Optional<PrivateKey> privateKey,
    Optional<Integer> listenPort,
    Optional<Integer> fwmark,
    List<PeerUpdate> peers)
    implements AutoCloseable {
  public WgConfig {
    peers = List.copyOf(peers);
  }

  /** What came of reading a file. */
  public sealed interface Parsed {
    /** All of it is right. */
    record Valid(WgConfig config) implements Parsed {}

    /**
     * Something is wrong.
     *
     * @param problems every one found, in the file's order; never empty
     */
    record Invalid(List<ConfigProblem> problems) implements Parsed {
      public Invalid {
        problems = List.copyOf(problems);
      }
    }
  }

  /**
   * Reads a file's text: keys and sections in any case, {@code #} comments, spaces anywhere.
   * Stricter than {@code wg(8)} in three points: an endpoint must be numeric, a key other than
   * {@code AllowedIPs} stands once in a section, and a public key belongs to one peer.
   */
  public static Parsed parse(String text) {
    return new WgConfigParser().parse(text);
  }

  /**
   * The update that makes a device be what the file says and nothing more, as {@code wg setconf}
   * does. It shares this configuration's keys.
   */
  public DeviceUpdate toUpdate() {
    DeviceUpdate.Builder update = DeviceUpdate.builder().replacePeers().peers(peers);
    update.privateKey(privateKey.orElseGet(() -> PrivateKey.of(new byte[Key.LENGTH])));
    update.listenPort(listenPort.orElse(0));
    update.fwmark(fwmark.orElse(0));
    return update.build();
  }

  /** Wipes the private key and all preshared keys. */
  @Override
  public void close() {
    privateKey.ifPresent(PrivateKey::close);
    peers.forEach(p -> p.presharedKey().ifPresent(PresharedKey::close));
  }
}
