package io.regionbridge.api.status;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;

/** Ages in words. */
public final class Age {
  private Age() {}

  /** In the one unit that says most; {@code ?} if one of the two is no time. */
  public static String of(String then, String now) {
    try {
      Duration age = Duration.between(Instant.parse(then), Instant.parse(now));
      if (age.toSeconds() < 120) {
        return Math.max(0, age.toSeconds()) + "s";
      }
      if (age.toMinutes() < 120) {
        return age.toMinutes() + "m";
      }
      return age.toHours() < 48 ? age.toHours() + "h" : age.toDays() + "d";
    } catch (DateTimeException e) {
      return "?";
    }
  }
}
