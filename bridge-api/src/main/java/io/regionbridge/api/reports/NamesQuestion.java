package io.regionbridge.api.reports;

import io.regionbridge.api.http.BadRequestException;
import io.regionbridge.api.http.Parameters;
import java.util.List;
import java.util.Map;

/** A filter of names; empty texts match all. */
public record NamesQuestion(String region, String namespace, String match, int limit) {
  private static final int DEFAULT_LIMIT = 1000;
  private static final int MOST = 20_000;

  /**
   * Reads the parameters {@code region}, {@code namespace}, {@code match} and {@code limit} of a
   * request.
   *
   * @throws BadRequestException if the limit is invalid
   */
  public static NamesQuestion of(Map<String, List<String>> query) throws BadRequestException {
    return new NamesQuestion(
        Parameters.one(query, "region").orElse(""),
        Parameters.one(query, "namespace").orElse(""),
        Parameters.one(query, "match").orElse(""),
        limit(Parameters.one(query, "limit").orElse(Integer.toString(DEFAULT_LIMIT))));
  }

  private static int limit(String text) throws BadRequestException {
    int digits = text.length() <= 6 && text.chars().allMatch(c -> c >= '0' && c <= '9') ? 6 : 0;
    int limit = digits == 0 ? 0 : Integer.parseInt(text);
    if (limit < 1 || limit > MOST) {
      throw new BadRequestException("limit \"%s\" is no number from 1 to %d".formatted(text, MOST));
    }
    return limit;
  }
}
