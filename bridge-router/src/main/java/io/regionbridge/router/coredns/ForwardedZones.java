package io.regionbridge.router.coredns;

import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The zones that a text of ours, or one that holds ours, has server blocks for. Pure. */
final class ForwardedZones {
  /** The first line of a block of {@link ServerBlocks}, and a zone of {@link Rke2Values}. */
  private static final Pattern ZONES =
      Pattern.compile("(?m)^(?<header>(?:\\S+:\\d+ )+)\\{\\s*$|- zone: \"(?<zone>[^\"]+)\"");

  private ForwardedZones() {}

  /** Whether a zone of one text is in another one no more. */
  static boolean givenUp(String before, String after) {
    return !in(after).containsAll(in(before));
  }

  static Set<String> in(String text) {
    return ZONES.matcher(text).results().flatMap(ForwardedZones::zones).collect(Collectors.toSet());
  }

  private static Stream<String> zones(MatchResult found) {
    String header = found.group("header");
    return header == null ? Stream.of(found.group("zone")) : Stream.of(header.split(" "));
  }
}
