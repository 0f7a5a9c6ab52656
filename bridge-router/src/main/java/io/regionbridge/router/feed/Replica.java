package io.regionbridge.router.feed;

import io.regionbridge.router.directory.Directory;
import java.time.Duration;

/**
 * A copy of a peer's directory at one moment. Immutable.
 *
 * @param directory complete
 * @param domain that its names lie under, without final dot
 * @param ttl of its names: whole seconds
 * @param position of it in the peer's log
 * @param octets of memory that it takes, estimated
 * @param refused how many Services of the last whole reading were left out, or lost endpoints,
 *     because the peer may not say that
 * @param reason why the last of them was; empty if there is none
 */
public record Replica(
    Directory directory,
    String domain,
    Duration ttl,
    Position position,
    long octets,
    int refused,
    String reason) {}
