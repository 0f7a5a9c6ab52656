package io.regionbridge.router.net;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The domain of a region's names: canonical text in lower case without final dot, with at least two
 * labels as hosts have them (RFC 1123, section 2.1), at most {@value #MOST_OCTETS} octets so that
 * there is room for names below it. Never inside {@code arpa} or {@code local}, and never an
 * address: the last label is no number.
 */
public record RegionDomain(String name) {
  /** The longest domain; a name of 255 octets (RFC 1035, section 3.1) has to fit below it. */
  public static final int MOST_OCTETS = 200;

  private static final int MOST_LABEL = 63;

  /** As the parts of an address are written: decimal, octal or hexadecimal. */
  private static final Pattern NUMBER = Pattern.compile("[0-9]+|0x[0-9a-f]*");

  /**
   * @throws IllegalArgumentException if the text is not canonical or not allowed; {@link #parse}
   *     reads what users and peers wrote
   */
  public RegionDomain {
    Optional<String> flaw = flaw(name);
    if (flaw.isPresent()) {
      throw new IllegalArgumentException(name + ": " + flaw.get());
    }
  }

  /** Reads a domain; upper case and a dot at the end are taken. Never throws. */
  public static Parsed<RegionDomain> parse(String text) {
    String plain = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    String name = plain.toLowerCase(Locale.ROOT);
    return flaw(name)
        .<Parsed<RegionDomain>>map(
            flaw -> Parsed.invalid(flaw, "give the region a domain such as mn.internal"))
        .orElseGet(() -> Parsed.valid(new RegionDomain(name)));
  }

  /** The domain of a region of which nobody says another. */
  public static RegionDomain ofRegion(String region) {
    return new RegionDomain(region + ".internal");
  }

  /** Whether names of one of the two are names of the other. */
  public boolean overlaps(RegionDomain other) {
    return overlaps(other.name);
  }

  /** Whether a zone, in lower case without a final dot, is this domain, above it or below it. */
  public boolean overlaps(String zone) {
    return isWithin(zone) || zone.endsWith("." + name);
  }

  private boolean isWithin(String zone) {
    return name.equals(zone) || name.endsWith("." + zone);
  }

  /** Whether a text is a label that a region's name can be: RFC 1123, in lower case. */
  public static boolean isLabel(String text) {
    return labelFlaw(text).isEmpty();
  }

  private static Optional<String> flaw(String name) {
    if (name.length() > MOST_OCTETS) {
      return Optional.of("it is longer than " + MOST_OCTETS + " octets");
    }
    String[] labels = name.split("\\.", -1);
    for (String label : labels) {
      Optional<String> flaw = labelFlaw(label);
      if (flaw.isPresent()) {
        return flaw;
      }
    }
    if (labels.length < 2) {
      return Optional.of("it has one label, and a region's domain has at least two");
    }
    String last = labels[labels.length - 1];
    if (NUMBER.matcher(last).matches()) {
      return Optional.of("its last label is a number, so programs take it for an address");
    }
    return switch (last) {
      case "arpa" -> Optional.of("it is inside arpa: reverse zones follow from the pod ranges");
      case "local" ->
          Optional.of(
              "it is inside local, for which hosts ask by multicast DNS and clusters themselves");
      default -> Optional.empty();
    };
  }

  private static Optional<String> labelFlaw(String label) {
    if (label.isEmpty()) {
      return Optional.of("a label is empty");
    }
    if (label.length() > MOST_LABEL) {
      return Optional.of("a label is longer than " + MOST_LABEL + " octets");
    }
    for (int i = 0; i < label.length(); i++) {
      char c = label.charAt(i);
      boolean inner = i > 0 && i < label.length() - 1;
      if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' && inner)) {
        return Optional.of("a label is not of letters, digits and inner hyphens");
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return name;
  }
}
