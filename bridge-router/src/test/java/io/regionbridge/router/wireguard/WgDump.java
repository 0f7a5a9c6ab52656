package io.regionbridge.router.wireguard;

import io.regionbridge.router.net.Cidr;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads what {@code wg show INTERFACE dump} prints, so that it can be the oracle of a driver. */
public final class WgDump {
  private WgDump() {}

  /** The device, with handshakes in whole seconds, as {@code wg} prints them. */
  public static Device parse(String name, String text) {
    List<String> lines = text.lines().toList();
    String[] own = lines.getFirst().split("\t", -1);
    List<Peer> peers = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      peers.add(peer(line.split("\t", -1)));
    }
    return new Device(
        name,
        PublicKey.parse(own[1]),
        Integer.parseInt(own[2]),
        own[3].equals("off") ? 0 : Integer.decode(own[3]),
        peers);
  }

  /** The same device with handshakes cut to whole seconds. */
  public static Device inSeconds(Device device) {
    return new Device(
        device.name(),
        device.publicKey(),
        device.listenPort(),
        device.fwmark(),
        device.peers().stream()
            .map(p ->
                new Peer(
                    p.publicKey(),
                    p.presharedKey(),
                    p.endpoint(),
                    p.persistentKeepalive(),
                    p.latestHandshake().map(t -> Instant.ofEpochSecond(t.getEpochSecond())),
                    p.rxBytes(),
                    p.txBytes(),
                    p.allowedIps()))
            .toList());
  }

  private static Peer peer(String[] fields) {
    long handshake = Long.parseLong(fields[4]);
    return new Peer(
        PublicKey.parse(fields[0]).orElseThrow(),
        PresharedKey.parse(fields[1]),
        PeerEndpoint.parse(fields[2]),
        fields[7].equals("off") ? 0 : Integer.parseInt(fields[7]),
        handshake == 0 ? Optional.empty() : Optional.of(Instant.ofEpochSecond(handshake)),
        Long.parseLong(fields[5]),
        Long.parseLong(fields[6]),
        Stream.of(fields[3].split(",", -1))
            .filter(r -> !r.equals("(none)"))
            .map(Cidr::of)
            .toList());
  }
}
