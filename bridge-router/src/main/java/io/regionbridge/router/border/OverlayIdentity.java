package io.regionbridge.router.border;

import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.topology.Identity;
import io.regionbridge.router.topology.PeerClaim;
import io.regionbridge.router.topology.PeerSource;
import io.regionbridge.router.topology.Refusal;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Who may announce a region on the overlay: a gateway whose key is declared or announced the region
 * first, one at an address that a more trusted source names as its gateway, and one that these name
 * as another gateway of the region. Pure.
 */
record OverlayIdentity(List<PeerClaim> claims, Set<String> keys) {
  /** Gateways that one region may have on the overlay. */
  static final int MOST_KEYS = 16;

  private static final int SHOWN = 8;

  /**
   * Decides which claims are believed, from those of all sources about one region.
   *
   * @param pinned keys that announced it before
   */
  static OverlayIdentity of(List<PeerClaim> all, Set<String> pinned, Consumer<Refusal> refusals) {
    Set<String> known = new LinkedHashSet<>();
    Set<InetAddress> addresses = new HashSet<>();
    for (PeerClaim claim : all) {
      if (claim.source() != PeerSource.OVERLAY) {
        known.addAll(claim.identity().keys());
        addresses.addAll(claim.identity().addresses());
        claim.gateways().forEach(gateway -> addresses.add(gateway.address().getAddress()));
      }
    }
    boolean declared = all.stream().anyMatch(OverlayIdentity::declaresKeys);
    if (!declared) {
      known.addAll(pinned);
    }
    List<PeerClaim> waiting = new ArrayList<>();
    List<PeerClaim> believed = new ArrayList<>();
    all.forEach(
        claim -> (claim.identity().announcer().isPresent() ? waiting : believed).add(claim));
    if (known.isEmpty() && addresses.isEmpty()) {
      waiting.stream()
          .filter(claim -> !onlyNames(claim))
          .forEach(claim -> known.add(key(claim))); // the first use
    }
    while (known.size() <= MOST_KEYS) {
      Optional<PeerClaim> next =
          waiting.stream()
              .filter(claim -> known.contains(key(claim)) || addresses.contains(address(claim)))
              .findFirst();
      if (next.isEmpty()) {
        break;
      }
      waiting.remove(next.get());
      if (!onlyNames(next.get())) {
        believed.add(next.get());
      }
      known.add(key(next.get()));
      known.addAll(next.get().identity().keys());
      addresses.addAll(next.get().identity().addresses());
    }
    waiting.stream()
        .filter(claim -> !onlyNames(claim))
        .limit(SHOWN)
        .forEach(claim ->
            refusals.accept(
                new Refusal(
                    claim.name(),
                    PeerSource.OVERLAY,
                    Refusal.Field.KEY,
                    "%s with key %s is not of it: the region is pinned to other keys; if this one is its"
                            .formatted(IpLiteral.format(address(claim)), key(claim))
                        + " own too, declare all of them in overlayKeys")));
    return new OverlayIdentity(
        believed,
        Set.copyOf(
            Stream.concat(believed.stream().flatMap(OverlayIdentity::keys), known.stream())
                .distinct()
                .limit(MOST_KEYS)
                .toList()));
  }

  /**
   * Whether a claim is that of a gateway that has no range any more. If it may announce the region,
   * it still says who the other gateways are.
   */
  private static boolean onlyNames(PeerClaim claim) {
    return claim.podCidrs().isEmpty() && claim.serviceCidrs().isEmpty();
  }

  private static boolean declaresKeys(PeerClaim claim) {
    return claim.source().declares() && !claim.identity().keys().isEmpty();
  }

  private static Stream<String> keys(PeerClaim claim) {
    return claim.identity().announcer().stream().map(Identity.KeyHolder::key);
  }

  private static String key(PeerClaim claim) {
    return claim.identity().announcer().orElseThrow().key();
  }

  private static InetAddress address(PeerClaim claim) {
    return claim.identity().announcer().orElseThrow().address();
  }
}
