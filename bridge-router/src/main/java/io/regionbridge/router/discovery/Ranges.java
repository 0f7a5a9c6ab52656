package io.regionbridge.router.discovery;

import io.regionbridge.router.net.Cidr;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Address ranges as objects of the API spell them. Pure. */
final class Ranges {
  private Ranges() {}

  /** Those that are ranges, sorted and without duplicates; what is none is left out. */
  static List<Cidr> valid(@Nullable List<String> texts) {
    if (texts == null) {
      return List.of();
    }
    List<Cidr> ranges = new ArrayList<>(texts.size());
    for (String text : texts) {
      if (Cidr.parse(text) instanceof Cidr.Parsed.Valid(Cidr range)) {
        ranges.add(range);
      }
    }
    return ranges.stream().sorted().distinct().toList();
  }
}
