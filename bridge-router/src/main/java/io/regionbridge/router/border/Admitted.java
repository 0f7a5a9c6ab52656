package io.regionbridge.router.border;

import io.regionbridge.router.topology.Conflict;
import io.regionbridge.router.topology.PeerClaim;
import io.regionbridge.router.topology.Refusal;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What passed the border at one look. Lists have a fixed order.
 *
 * @param claims without values of other regions and values that no region may have
 * @param refusals values that were left out
 * @param conflicts values that other regions have, left out of the newcomer
 * @param identities by region, the keys of its gateways on the overlay
 * @param undeclared by region, what must be known after a restart of those that nobody declares
 */
public record Admitted(
    List<PeerClaim> claims,
    List<Refusal> refusals,
    List<Conflict> conflicts,
    Map<String, Set<String>> identities,
    Map<String, Remembered> undeclared) {
  public Admitted {
    claims = List.copyOf(claims);
    refusals = List.copyOf(refusals);
    conflicts = List.copyOf(conflicts);
    identities = Map.copyOf(identities);
    undeclared = Map.copyOf(undeclared);
  }
}
