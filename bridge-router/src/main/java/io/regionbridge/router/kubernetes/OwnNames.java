package io.regionbridge.router.kubernetes;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names and ports that bridges know each other and their own objects by. */
public final class OwnNames {
  /** The field manager of what is written, and the value of {@link #MANAGED_BY}. */
  public static final String MANAGER = "region-bridge";

  /** The label of every object that is written. */
  public static final String MANAGED_BY = "app.kubernetes.io/managed-by";

  /** What labels and annotations of bridges begin with. */
  public static final String PREFIX = "region-bridge.io/";

  /** The annotation of a RouterNode by which its bridge is asked for another WireGuard key. */
  public static final String ROTATE_KEY = PREFIX + "rotate-key";

  /** The Lease of the active gateway. */
  public static final String LEASE = "region-bridge";

  /** Where bridges serve DNS unless they say otherwise; UDP and TCP. */
  public static final int DNS_PORT = 1053;

  /** Where router nodes ask each other for heartbeats; UDP. */
  public static final int ELECTION_PORT = 8054;

  private OwnNames() {}

  /** Whether an object with these labels was written by a bridge. */
  public static boolean areOn(@Nullable Map<String, String> labels) {
    return labels != null && MANAGER.equals(labels.get(MANAGED_BY));
  }
}
