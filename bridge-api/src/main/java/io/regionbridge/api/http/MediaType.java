package io.regionbridge.api.http;

import java.util.List;
import java.util.Locale;

/** The media types served, and whether a client takes them. */
public final class MediaType {
  /** Plain text. */
  public static final String TEXT = "text/plain; charset=utf-8";

  /** A page. */
  public static final String HTML = "text/html; charset=utf-8";

  /** JSON. */
  public static final String JSON = "application/json";

  /** RFC 9457. */
  public static final String PROBLEM = "application/problem+json";

  /** Server-sent events. */
  public static final String EVENTS = "text/event-stream";

  /** JSON values, one to a line, without end. */
  public static final String LINES = "application/x-ndjson";

  private MediaType() {}

  /**
   * Whether an Accept header allows any of some media types (RFC 9110, section 12.5.1). No header
   * allows all.
   */
  static boolean accepted(String accept, List<String> offered) {
    if (accept.isBlank()) {
      return true;
    }
    // The most specific range decides: "text/plain;q=0, */*" allows all but text.
    return offered.stream().anyMatch(type -> quality(accept, essence(type)) > 0);
  }

  /**
   * The one of some media types that an Accept header likes best; of those it likes equally, and
   * without a header, the first.
   */
  static String preferred(String accept, List<String> offered) {
    String best = offered.getFirst();
    if (accept.isBlank()) {
      return best;
    }
    for (String type : offered) {
      if (quality(accept, essence(type)) > quality(accept, essence(best))) {
        best = type;
      }
    }
    return best;
  }

  private static double quality(String accept, String type) {
    double quality = 0;
    int specific = -1;
    for (String element : accept.toLowerCase(Locale.ROOT).split(",", -1)) {
      int rank = rank(essence(element), type);
      if (rank > specific) {
        specific = rank;
        quality = weight(element);
      } else if (rank >= 0 && rank == specific) {
        quality = Math.max(quality, weight(element)); // one for each version of the type
      }
    }
    return quality;
  }

  /** How specific a range is that the type is in; -1 if it is not. */
  private static int rank(String range, String type) {
    if (range.equals(type)) {
      return 2;
    }
    if (range.endsWith("/*") && type.startsWith(range.substring(0, range.length() - 1))) {
      return 1;
    }
    return range.equals("*/*") ? 0 : -1;
  }

  /** The weight that an element of such a header has, 1 if none is given. */
  static double weight(String element) {
    for (String parameter : element.split(";", -1)) {
      String[] pair = parameter.strip().split("=", 2);
      if (pair.length == 2 && pair[0].strip().equals("q")) {
        try {
          return Double.parseDouble(pair[1].strip());
        } catch (NumberFormatException e) {
          return 1; // a weight that is none says nothing
        }
      }
    }
    return 1;
  }

  /** An element of such a header without its parameters. */
  static String essence(String type) {
    int end = type.indexOf(';');
    return (end < 0 ? type : type.substring(0, end)).strip();
  }
}
