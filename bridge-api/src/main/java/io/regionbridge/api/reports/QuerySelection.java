package io.regionbridge.api.reports;

import io.regionbridge.api.http.BadRequestException;
import io.regionbridge.api.http.Parameters;
import io.regionbridge.api.text.DurationText;
import io.regionbridge.router.net.Cidr;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.xbill.DNS.Name;

/**
 * A filter of queries.
 *
 * @param client empty: all
 * @param zone names at or below it; empty: all
 * @param failed only failed queries
 * @param perSecond maximum rate
 */
public record QuerySelection(
    Optional<Cidr> client, Optional<Name> zone, boolean failed, int perSecond, Duration time) {
  /** More lines than this nobody reads, and they would crowd out the rest of the log. */
  static final int MOST_PER_SECOND = 100;

  /** Nobody has to remember to switch it off. */
  static final Duration LONGEST = Duration.ofHours(1);

  private static final Set<String> KNOWN = Set.of("client", "zone", "failed", "perSecond", "for");

  /**
   * Reads the parameters {@code client}, {@code zone}, {@code failed}, {@code perSecond} and {@code
   * for} of a request.
   *
   * @throws BadRequestException unless one of the first three is valid
   */
  public static QuerySelection of(Map<String, List<String>> query) throws BadRequestException {
    for (String key : query.keySet()) {
      if (!KNOWN.contains(key)) {
        throw new BadRequestException(
            "there is no parameter " + key + ", only client, zone, failed, perSecond and for");
      }
    }
    Optional<String> client = Parameters.one(query, "client");
    Optional<String> zone = Parameters.one(query, "zone");
    boolean failed = failed(Parameters.one(query, "failed").orElse("false"));
    if (zone.isEmpty() && client.isEmpty() && failed) {
      zone = Optional.of("."); // few enough to log all names
    }
    if (client.isEmpty() && zone.isEmpty()) {
      throw new BadRequestException(
          "whose queries? name a client (an address or a range) or a zone; zone . is all names");
    }
    return new QuerySelection(
        client.isPresent() ? Optional.of(range(client.get())) : Optional.empty(),
        zone.isPresent() ? Optional.of(Parameters.name("zone", zone.get())) : Optional.empty(),
        failed,
        perSecond(Parameters.one(query, "perSecond").orElse("10")),
        time(Parameters.one(query, "for").orElse("1m")));
  }

  private static Cidr range(String text) throws BadRequestException {
    try {
      return Cidr.of(text.contains("/") ? text : text + (text.contains(":") ? "/128" : "/32"));
    } catch (IllegalArgumentException e) {
      throw new BadRequestException(
          "client \"%s\" is no address such as 10.42.0.7, nor a range such as 10.42.0.0/24"
              .formatted(text));
    }
  }

  private static boolean failed(String text) throws BadRequestException {
    if (!text.equals("true") && !text.equals("false")) {
      throw new BadRequestException("failed \"%s\" is neither true nor false".formatted(text));
    }
    return text.equals("true");
  }

  private static int perSecond(String text) throws BadRequestException {
    try {
      int number = Integer.parseInt(text);
      if (number >= 1 && number <= MOST_PER_SECOND) {
        return number;
      }
    } catch (NumberFormatException e) {
      // reported below
    }
    throw new BadRequestException(
        "perSecond \"%s\" is no whole number from 1 to %d".formatted(text, MOST_PER_SECOND));
  }

  private static Duration time(String text) throws BadRequestException {
    return DurationText.read(text)
        .filter(time -> time.isPositive() && time.compareTo(LONGEST) <= 0)
        .orElseThrow(() ->
            new BadRequestException(
                "for \"%s\" is no duration up to %s; write one such as 30s or 5m"
                    .formatted(text, DurationText.format(LONGEST))));
  }

  @Override
  public String toString() {
    return zone.map(name -> "of " + name.toString(name.labels() > 1)).orElse("")
        + (client.isPresent() && zone.isPresent() ? " " : "")
        + client.map(range -> "from " + range).orElse("");
  }
}
