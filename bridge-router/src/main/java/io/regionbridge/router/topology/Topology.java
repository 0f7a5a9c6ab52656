package io.regionbridge.router.topology;

import io.regionbridge.router.net.Cidr;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All regions at one moment. Compared by value; lists have a fixed order.
 *
 * @param conflicts what the regions claim and cannot all have
 * @param complete false until the Region objects have been read once
 * @param refusals claims that were not accepted
 */
public record Topology(
    LocalRegion local,
    List<PeerRegion> peers,
    List<Conflict> conflicts,
    boolean complete,
    List<Refusal> refusals) {
  public Topology {
    peers = List.copyOf(peers);
    conflicts = List.copyOf(conflicts);
    refusals = List.copyOf(refusals);
  }

  /** One in which nothing was refused. */
  public Topology(
      LocalRegion local, List<PeerRegion> peers, List<Conflict> conflicts, boolean complete) {
    this(local, peers, conflicts, complete, List.of());
  }

  /** The same, not known to have all declared peers. */
  public Topology incomplete() {
    return new Topology(local, peers, conflicts, false, refusals);
  }

  /** Adds the findings of the border. */
  public Topology with(List<Conflict> others, List<Refusal> refused) {
    Set<String> curtailed =
        Stream.concat(
                refused.stream()
                    .filter(refusal -> refusal.field() == Refusal.Field.RANGE)
                    .map(Refusal::region),
                others.stream()
                    .filter(Conflict.Held.class::isInstance)
                    .map(conflict -> ((Conflict.Held) conflict).region()))
            .collect(Collectors.toSet());
    return new Topology(
        local,
        peers.stream()
            .map(peer -> curtailed.contains(peer.name()) ? peer.withBounds() : peer)
            .toList(),
        Stream.concat(others.stream(), conflicts.stream()).toList(),
        complete,
        Stream.concat(refusals.stream(), refused.stream()).toList());
  }

  /** The peer of that name. */
  public Optional<PeerRegion> peer(String name) {
    return peers.stream().filter(peer -> peer.name().equals(name)).findFirst();
  }

  /** Replaces each peer by the result of a function. */
  public Topology map(UnaryOperator<PeerRegion> peer) {
    return new Topology(local, peers.stream().map(peer).toList(), conflicts, complete, refusals);
  }

  /** All conflicts in words, with alias ranges that would resolve them; empty if there are none. */
  public String dispute() {
    return dispute(conflicts);
  }

  /** The conflicts of one region, likewise. */
  public String disputeOf(String region) {
    return dispute(conflicts.stream().filter(conflict -> conflict.concerns(region)).toList());
  }

  private String dispute(List<Conflict> chosen) {
    Optional<String> advice =
        chosen.isEmpty()
            ? Optional.empty()
            : new AliasAdvice(local, peers).about(conflicts, chosen);
    return Stream.concat(chosen.stream().map(Conflict::toString), advice.stream())
        .collect(Collectors.joining("; "));
  }

  /** The refused claims about a region, each with its source. */
  public List<String> refusalsOf(String region) {
    return refusals.stream()
        .filter(refusal -> refusal.region().equals(region))
        .map(refusal -> refusal.source().words() + ": " + refusal.what())
        .distinct()
        .toList();
  }

  /**
   * Whether the domain of a peer is certain. A domain that was refused may be the right one: a
   * Region object that has not been read yet may declare it.
   */
  public boolean knowsDomainOfAPeer() {
    Set<String> doubtful =
        refusals.stream()
            .filter(refusal -> refusal.field() == Refusal.Field.DOMAIN)
            .map(Refusal::region)
            .collect(Collectors.toSet());
    return peers.stream()
        .anyMatch(peer ->
            !doubtful.contains(peer.name())
                || peer.sources().stream().anyMatch(PeerSource::declares));
  }

  /** The ranges that peers claim and others claim parts of. Made anew at each call. */
  public Disputes disputes() {
    Map<String, Set<Cidr>> ranges = new HashMap<>();
    for (Conflict conflict : conflicts) {
      if (conflict instanceof Conflict.Ranges(String region, Cidr cidr, String other, Cidr its)) {
        ranges.computeIfAbsent(region, _ -> new HashSet<>()).add(cidr);
        ranges.computeIfAbsent(other, _ -> new HashSet<>()).add(its);
      }
    }
    return new Disputes(ranges);
  }

  /** Ranges that no traffic is sent to a peer for, by the peer's name. */
  public record Disputes(Map<String, Set<Cidr>> ranges) {
    /** Whether a range of a peer is among them. */
    public boolean include(PeerRegion peer, Cidr range) {
      return ranges.getOrDefault(peer.name(), Set.of()).contains(range);
    }

    /** Those ranges of a peer that are not among them. */
    public List<Cidr> undisputed(PeerRegion peer, List<Cidr> claimed) {
      return claimed.stream().filter(range -> !include(peer, range)).toList();
    }
  }
}
