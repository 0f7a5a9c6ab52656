package io.regionbridge.router.coredns;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts one block of our own into a Corefile, between two marks, and takes it out again. Pure. */
final class CorefileEditor {
  static final String BEGIN = "# BEGIN region-bridge: written by region-bridge, edits are undone";
  static final String END = "# END region-bridge";

  private static final Pattern OURS =
      Pattern.compile(
          "(?ms)^# BEGIN region-bridge\\b[^\n]*\n.*?^# END region-bridge[^\n]*(\n|\\z)");
  private static final Pattern MARK = Pattern.compile("(?m)^# (BEGIN|END) region-bridge\\b");

  private CorefileEditor() {}

  /**
   * The Corefile with this as our block, at its end. Nothing outside of the marks changes, and with
   * a block that says the same nothing changes at all.
   *
   * @return empty if the marks do not match, so that nobody knows what is ours
   */
  static Optional<String> with(String corefile, String block) {
    String ours = BEGIN + "\n" + block + (block.endsWith("\n") ? "" : "\n") + END + "\n";
    Matcher matcher = OURS.matcher(corefile);
    if (matcher.find()) {
      String replaced =
          corefile.substring(0, matcher.start()) + ours + corefile.substring(matcher.end());
      return marked(replaced) == 2 ? Optional.of(replaced) : Optional.empty();
    }
    if (marked(corefile) > 0) {
      return Optional.empty();
    }
    return Optional.of(
        corefile + (corefile.isEmpty() || corefile.endsWith("\n") ? "" : "\n") + ours);
  }

  /**
   * The Corefile without our block; the same if it has none.
   *
   * @return empty if the marks do not match
   */
  static Optional<String> without(String corefile) {
    String left = OURS.matcher(corefile).replaceAll("");
    return marked(left) == 0 ? Optional.of(left) : Optional.empty();
  }

  private static long marked(String corefile) {
    return MARK.matcher(corefile).results().count();
  }
}
