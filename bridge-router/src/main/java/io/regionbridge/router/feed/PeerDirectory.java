package io.regionbridge.router.feed;

import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.ServiceKey;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the directory as peers get it, by a rule that says what they get of each Service. Costs
 * time in proportion to what changed. Owned by one thread.
 */
final class PeerDirectory {
  private Directory source = Directory.EMPTY;
  private Directory given = Directory.EMPTY;
  private @Nullable PeerRule rule;

  /** Makes the directory that peers get of a later snapshot of the same source. */
  Directory of(Directory next, PeerRule by) {
    if (!by.equals(rule)) {
      rule = by;
      given.forEach(service -> {
        if (next.service(service.key()) == null) {
          given = given.without(service.key());
        }
      });
      next.forEach(service -> take(service.key(), service));
    } else {
      for (ServiceKey key : next.changes(source)) {
        take(key, next.service(key));
      }
    }
    source = next;
    given = given.withExtent(next.extent());
    return given;
  }

  private void take(ServiceKey key, @Nullable DirectoryService service) {
    DirectoryService now = service == null || rule == null ? null : rule.given(service);
    if (now == null) {
      given = given.without(key);
    } else if (!now.equals(given.service(key))) {
      given = given.with(now);
    }
  }
}
