package io.regionbridge.router.peers;

import io.regionbridge.router.kubernetes.TunnelRecord;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.TunnelEnd;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Follows the peers' ends of tunnels from the one that is declared: its bridge tells of the
 * region's other router nodes, of keys that are about to be used, and which node is the active
 * gateway. What was learned is kept while nobody answers, and written down by whoever asks for
 * {@link #record}, so that a bridge that starts later still knows a key that has been rotated.
 *
 * <p>Only addresses that are declared as gateways of a region are believed to be its ends: no
 * region can take another one's place. Owned by one thread.
 */
public final class PeerEnds {
  private final Map<String, Known> known = new HashMap<>();

  /**
   * What is known of one region.
   *
   * @param declaredKey as of the last declaration
   * @param remembered the last record that was followed
   */
  private record Known(
      String declaredKey,
      int transitions,
      List<TunnelEnd> ends,
      Optional<TunnelRecord> remembered) {}

  /**
   * Adds the present ends of its tunnels to a region. A region that announces all ends by other
   * means, or to which no tunnel is made, is unchanged.
   *
   * @param remembered the stored record
   * @param announcements of all gateways
   */
  public PeerRegion follow(
      PeerRegion region,
      Optional<TunnelRecord> remembered,
      List<TunnelAnnouncement> announcements) {
    Optional<TunnelEnd> declaration = declared(region);
    if (declaration.isEmpty()) {
      known.remove(region.name());
      return region;
    }
    TunnelEnd declared = declaration.get();
    List<InetAddress> addresses =
        region.gateways().stream().map(g -> g.address().getAddress()).distinct().toList();
    List<TunnelAnnouncement> matching =
        announcements.stream()
            .filter(a -> a.fresh() && a.region().equals(region.name()))
            .filter(a -> addresses.contains(a.from()))
            .sorted(Comparator.comparingInt(TunnelAnnouncement::transitions).reversed())
            .toList();
    Known now = known.getOrDefault(region.name(), new Known("", 0, List.of(), Optional.empty()));
    // Another bridge of this region may have heard what this one could not.
    if (remembered.isPresent()
        && !remembered.equals(now.remembered())
        && (matching.isEmpty() || now.ends().isEmpty())) {
      now = recalled(remembered.get());
    }
    now = declare(now, declared, addresses.getFirst());
    if (!matching.isEmpty()) {
      now = take(now, matching, addresses);
    }
    List<TunnelEnd> ends = new ArrayList<>();
    for (TunnelEnd end : now.ends()) {
      if (addresses.contains(end.overlayAddress().orElseThrow())) {
        boolean first = end.overlayAddress().equals(Optional.of(addresses.getFirst()));
        ends.add(
            end.at(
                first ? declared.endpoint().or(end::endpoint) : end.endpoint(),
                declared.persistentKeepalive()));
      }
    }
    now = new Known(declared.publicKey(), now.transitions(), activated(ends), remembered);
    known.put(region.name(), now);
    return region.with(now.ends());
  }

  /** The record of a region, if anything was learned. */
  public Optional<TunnelRecord> record(String region) {
    return Optional.ofNullable(known.get(region))
        .map(k -> TunnelRecords.of(Optional.of(k.declaredKey()), k.transitions(), k.ends()));
  }

  /** The one end that somebody declared without saying where on the overlay it is. */
  private static Optional<TunnelEnd> declared(PeerRegion region) {
    return region.tunnels().size() == 1
            && region.tunnels().getFirst().overlayAddress().isEmpty()
            && !region.gateways().isEmpty()
        ? Optional.of(region.tunnels().getFirst())
        : Optional.empty();
  }

  private static Known recalled(TunnelRecord record) {
    String declared = record.declaredPublicKey();
    return new Known(
        declared == null ? "" : declared,
        TunnelRecords.transitions(record),
        TunnelRecords.ends(record),
        Optional.of(record));
  }

  /** A declaration that is new counts, unless it only says what is known by now. */
  private static Known declare(Known now, TunnelEnd declared, InetAddress address) {
    String key = declared.publicKey();
    if (now.declaredKey().equals(key) || now.ends().stream().anyMatch(end -> end.has(key))) {
      return now;
    }
    List<TunnelEnd> ends = new ArrayList<>();
    boolean active = now.ends().stream().noneMatch(TunnelEnd::active);
    for (TunnelEnd end : now.ends()) {
      if (end.overlayAddress().equals(Optional.of(address))) {
        active |= end.active();
      } else {
        ends.add(end);
      }
    }
    ends.addFirst(
        new TunnelEnd(
            declared.name(),
            key,
            declared.nextPublicKey(),
            Optional.of(address),
            declared.endpoint(),
            declared.persistentKeepalive(),
            active));
    return new Known(key, now.transitions(), ends, now.remembered());
  }

  /** Each end is known best by itself, and then by those who know the newest active gateway. */
  private static Known take(Known now, List<TunnelAnnouncement> matching, List<InetAddress> at) {
    Map<InetAddress, TunnelEnd> ends = new LinkedHashMap<>();
    now.ends().forEach(end -> ends.put(end.overlayAddress().orElseThrow(), end));
    for (InetAddress address : at) {
      matching.stream()
          .filter(a -> a.isFrom(address))
          .flatMap(a -> a.end(address).stream())
          .findFirst()
          .or(() -> matching.stream().flatMap(a -> a.end(address).stream()).findFirst())
          .ifPresent(end -> ends.put(address, end.active(isActive(now, address))));
    }
    TunnelAnnouncement newest = matching.getFirst();
    Optional<InetAddress> active =
        newest.ends().stream()
            .filter(TunnelEnd::active)
            .flatMap(end -> end.overlayAddress().stream())
            .findFirst();
    int transitions = now.transitions();
    if (active.isPresent() && ends.containsKey(active.get())) {
      // Not even if it counts less: its Lease may have been made anew.
      transitions = newest.transitions();
      ends.replaceAll((address, end) -> end.active(address.equals(active.get())));
    }
    return new Known(now.declaredKey(), transitions, List.copyOf(ends.values()), now.remembered());
  }

  private static boolean isActive(Known now, InetAddress address) {
    return now.ends().stream()
        .anyMatch(end -> end.active() && end.overlayAddress().equals(Optional.of(address)));
  }

  /** Somebody always is: traffic has to go somewhere. */
  private static List<TunnelEnd> activated(List<TunnelEnd> ends) {
    if (ends.isEmpty() || ends.stream().anyMatch(TunnelEnd::active)) {
      return List.copyOf(ends);
    }
    List<TunnelEnd> some = new ArrayList<>(ends);
    some.set(0, ends.getFirst().active(true));
    return List.copyOf(some);
  }
}
