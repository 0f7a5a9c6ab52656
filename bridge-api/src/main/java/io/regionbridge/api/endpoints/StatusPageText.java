package io.regionbridge.api.endpoints;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.regionbridge.api.status.ConditionType;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Fills the words for conditions into the status page. Pure. */
final class StatusPageText {
  private StatusPageText() {}

  /** Inserts the words of {@link ConditionType} into the page's script, in place of a comment. */
  static byte[] fill(byte[] page) {
    return new String(page, UTF_8)
        .replace(
            "/* conditions */",
            script(
                _ -> true,
                type ->
                    "%s: ['%s', '%s'],"
                        .formatted(type, quote(type.goodWords()), quote(type.badWords()))))
        .replace(
            "/* bad if true */",
            script(ConditionType::badIfTrue, type -> "'%s',".formatted(type.text())))
        .getBytes(UTF_8);
  }

  private static String script(
      Predicate<ConditionType> which, Function<ConditionType, String> words) {
    return Arrays.stream(ConditionType.values())
        .filter(which)
        .map(words)
        .collect(Collectors.joining("\n  "));
  }

  private static String quote(String words) {
    return words.replace("'", "\\'");
  }
}
