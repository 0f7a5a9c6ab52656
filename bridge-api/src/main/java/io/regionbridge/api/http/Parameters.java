package io.regionbridge.api.http;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.xbill.DNS.Name;
import org.xbill.DNS.TextParseException;

/** The parameters of a request, each given once at most. */
public final class Parameters {
  private Parameters() {}

  /** The value of a parameter; one that is blank counts as not given. */
  public static Optional<String> one(Map<String, List<String>> query, String key)
      throws BadRequestException {
    List<String> values = query.getOrDefault(key, List.of());
    if (values.size() > 1) {
      throw new BadRequestException(key + " is given " + values.size() + " times; once is enough");
    }
    return values.stream().map(String::strip).filter(value -> !value.isEmpty()).findFirst();
  }

  /** A domain name, made absolute. */
  public static Name name(String key, String text) throws BadRequestException {
    if (!text.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
      throw new BadRequestException(
          "%s \"%s\" is no domain name: write it in ASCII (xn--…)".formatted(key, text));
    }
    try {
      return Name.fromString(text, Name.root);
    } catch (TextParseException e) {
      throw new BadRequestException(
          "%s \"%s\" is no domain name: %s".formatted(key, text, e.getMessage()));
    }
  }
}
