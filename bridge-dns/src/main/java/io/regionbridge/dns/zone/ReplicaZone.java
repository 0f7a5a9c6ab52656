package io.regionbridge.dns.zone;

/**
 * The replica of a zone that a peer region answers for, compiled here. Two are equal if they hold
 * the same {@link LocalZone} object.
 *
 * @param current whether it is what the peer has now. If not, it answers only if no gateway does
 */
public record ReplicaZone(LocalZone zone, boolean current) {}
