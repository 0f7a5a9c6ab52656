package io.regionbridge.router.feed;

import io.regionbridge.router.directory.DirectoryService;

/** What is believed of what a peer says about one of its Services. Pure. */
public interface Admission {
  /**
   * A Service without what the peer may not say.
   *
   * @return the same object if all of it may be said
   */
  DirectoryService admitted(DirectoryService service);
}
