package io.regionbridge.dns.zone;

/**
 * The replica of a zone that a peer region answers for, compiled here. Two are equal if they hold
 * the same {@link LocalZone} object.
 *
 * @param zone the records as the peer gives them
 * @param current whether the replica is what the peer has now. If so, answers come from it. If not,
 *     the peer is asked, and the replica answers only if no gateway does
 */
public record ReplicaZone(LocalZone zone, boolean current) {}
