package io.regionbridge.router.feed;

import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.ServiceKey;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One line of a feed. */
public sealed interface FeedRecord {
  /**
   * The beginning.
   *
   * @param version of the format
   * @param region that the directory is of
   * @param domain that its names lie under, without final dot
   * @param ttl of its names: whole seconds
   * @param whole whether all Services follow, in place of any that the reader knows; otherwise
   *     changes since the position that it asked for
   */
  record Start(int version, String region, String domain, Duration ttl, boolean whole)
      implements FeedRecord {}

  /** A Service that is new or different. */
  record Changed(DirectoryService service) implements FeedRecord {}

  /** A Service that is gone. */
  record Removed(ServiceKey key) implements FeedRecord {}

  /** Everything up to this position has been said. */
  record Current(Position position) implements FeedRecord {}

  /**
   * A Service that cannot be one: it costs itself alone.
   *
   * @param key which, if that much can be read
   * @param reason what is wrong with it
   */
  record Refused(@Nullable ServiceKey key, String reason) implements FeedRecord {}

  /** Something that this version does not know. */
  record Unknown() implements FeedRecord {}
}
