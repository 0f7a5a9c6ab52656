package io.regionbridge.router.coredns;

import java.util.List;
import java.util.stream.Stream;

/**
 * A server block of a {@link Corefile}. Pure.
 *
 * @param keys without quotes and commas
 * @param begin where it begins in the text
 * @param end behind its last brace
 */
public record ServerBlock(List<String> keys, List<Directive> directives, int begin, int end) {
  private static final String FORWARD = "forward";

  public ServerBlock {
    keys = List.copyOf(keys);
    directives = List.copyOf(directives);
  }

  /** Whether the bridge wrote it: the text says so wherever it stands, comments or not. */
  public boolean ours() {
    return directives.stream()
        .filter(directive -> directive.name().equals(FORWARD))
        .flatMap(directive -> directive.option("except").stream())
        .anyMatch(except -> except.arguments().contains(ServerBlocks.MARK));
  }

  /** The zones that it serves, as far as its keys can be read. */
  public List<Zone> zones() {
    return keys.stream().map(Zone::read).flatMap(ServerBlock::zones).toList();
  }

  private static Stream<Zone> zones(Zone.Read read) {
    return read instanceof Zone.Read.Zones(List<Zone> zones) ? zones.stream() : Stream.of();
  }

  /** Why CoreDNS refuses keys of it; empty: it does not. */
  public List<String> keyProblems() {
    return keys.stream()
        .map(Zone::read)
        .flatMap(read ->
            read instanceof Zone.Read.Refused(String reason) ? Stream.of(reason) : Stream.of())
        .toList();
  }

  /** Whether a plugin stands in the block. */
  public boolean has(String plugin) {
    return directives.stream().anyMatch(directive -> directive.name().equals(plugin));
  }

  /** Where the block forwards to, for each {@code forward} in it; what it forwards is left out. */
  public List<List<String>> forwards() {
    return directives.stream()
        .filter(directive -> directive.name().equals(FORWARD) && directive.arguments().size() > 1)
        .map(directive -> directive.arguments().subList(1, directive.arguments().size()))
        .toList();
  }

  /** Whether it says the same, wherever it stands. */
  boolean matches(ServerBlock other) {
    return keys.equals(other.keys) && directives.equals(other.directives);
  }
}
