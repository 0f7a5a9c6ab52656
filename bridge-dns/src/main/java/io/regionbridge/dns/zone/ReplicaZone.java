package io.regionbridge.dns.zone;

/**
 * A copy of a zone that a peer region answers for, compiled here. Two are equal if they hold the
 * same {@link LocalZone} object.
 *
 * @param zone the records as the peer would give them
 * @param current whether it is what the peer has now: then it is answered from. Otherwise the peer
 *     is asked, and the copy is what is left when nobody answers
 */
public record ReplicaZone(LocalZone zone, boolean current) {}
