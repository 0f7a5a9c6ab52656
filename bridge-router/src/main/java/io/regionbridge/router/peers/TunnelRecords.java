package io.regionbridge.router.peers;

import io.regionbridge.router.kubernetes.TunnelRecord;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.net.SocketLiteral;
import io.regionbridge.router.topology.TunnelEnd;
import io.regionbridge.router.wireguard.PublicKey;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Ends of tunnels as text and back. Pure. */
public final class TunnelRecords {
  /** More router nodes than anybody has in one region. */
  private static final int MOST = 64;

  private TunnelRecords() {}

  /** Records ends; those without an overlay address are left out. */
  public static TunnelRecord of(
      Optional<String> declaredKey, int transitions, List<TunnelEnd> ends) {
    return new TunnelRecord(
        declaredKey.orElse(null),
        transitions,
        ends.stream().flatMap(end -> text(end).stream()).toList());
  }

  private static Optional<TunnelRecord.Gateway> text(TunnelEnd end) {
    return end.overlayAddress()
        .map(address ->
            new TunnelRecord.Gateway(
                end.name(),
                IpLiteral.format(address),
                end.publicKey(),
                end.nextPublicKey().orElse(null),
                end.endpoint().map(SocketLiteral::format).orElse(null),
                end.active()));
  }

  /** The ends in a record, without invalid ones. */
  public static List<TunnelEnd> ends(TunnelRecord record) {
    List<TunnelRecord.Gateway> gateways = record.gateways();
    return gateways == null
        ? List.of()
        : gateways.stream().limit(MOST).flatMap(g -> end(g).stream()).toList();
  }

  private static Optional<TunnelEnd> end(TunnelRecord.@Nullable Gateway gateway) {
    if (gateway == null || !isKey(gateway.publicKey())) {
      return Optional.empty();
    }
    Optional<InetAddress> address =
        Optional.ofNullable(gateway.overlayAddress()).flatMap(IpLiteral::parse);
    String name = gateway.name();
    return address.map(a ->
        new TunnelEnd(
            name == null || name.isBlank() ? IpLiteral.format(a) : name,
            gateway.publicKey(),
            Optional.ofNullable(gateway.nextPublicKey()).filter(TunnelRecords::isKey),
            Optional.of(a),
            Optional.ofNullable(gateway.endpoint()).flatMap(TunnelEnd::endpoint),
            0,
            Boolean.TRUE.equals(gateway.active())));
  }

  /** How often the region's active gateway had changed. */
  public static int transitions(TunnelRecord record) {
    Integer transitions = record.transitions();
    return transitions == null ? 0 : transitions;
  }

  private static boolean isKey(@Nullable String text) {
    return text != null && PublicKey.parse(text).isPresent();
  }
}
