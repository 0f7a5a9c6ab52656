package io.regionbridge.api.cli;

import io.regionbridge.api.status.TraceReport;
import io.regionbridge.api.text.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A trace as text for a terminal: one line per step, with its time. Pure. */
final class TraceText {
  private static final String INDENT = " ".repeat(23);

  private final List<String> lines = new ArrayList<>();

  private final int columns;
  private double last;

  private TraceText(int columns) {
    this.columns = columns;
  }

  /** Formats a trace in lines of at most {@code columns} columns. */
  static List<String> of(TraceReport report, int columns) {
    TraceText text = new TraceText(columns);
    text.add("%s %s".formatted(report.name(), report.type()), "");
    text.addZone(report);
    report.regions().forEach(region -> text.add("region " + region, INDENT));
    text.addCache(report.cache());
    report.tries().forEach(text::attempt);
    text.answer(report.answer());
    if (report.suggestion() != null) {
      text.add("did you mean " + report.suggestion() + "?", INDENT);
    }
    return text.lines;
  }

  private void addZone(TraceReport report) {
    TraceReport.Zone zone = report.zone();
    String viewed =
        report.view().equals("cluster")
            ? "as its own pods are answered"
            : "as other regions are answered";
    addStep(
        zone.atMillis(),
        "zone",
        switch (zone.kind()) {
          case "local" -> zone.name() + ", this region's own; " + viewed;
          case "peer" -> zone.name() + ", of region " + zone.region();
          default -> "none that region " + report.bridge() + " serves";
        });
  }

  private void addCache(TraceReport.Cache cache) {
    switch (cache.state()) {
      case "fresh" ->
          addStep(
              cache.atMillis(),
              "cache",
              "an answer of %s ago, good for another %s"
                  .formatted(seconds(cache.ageMillis()), seconds(cache.leftMillis())));
      case "expired" ->
          addStep(
              cache.atMillis(),
              "cache",
              "an answer of %s ago, past its time by %s"
                  .formatted(seconds(cache.ageMillis()), seconds(-cache.leftMillis())));
      case "absent" -> addStep(cache.atMillis(), "cache", "nothing");
      default -> {
        // only what is relayed is cached
      }
    }
  }

  private void attempt(TraceReport.Try attempt) {
    String usual =
        attempt.rttMillis() > 0
            ? ", usually %s".formatted(millis(attempt.rttMillis()).strip())
            : "";
    // A query that was already in flight is listed at the moment when this one joined it.
    String before =
        attempt.atMillis() < 0
            ? ", asked %s before".formatted(millis(-attempt.atMillis()).strip())
            : "";
    addStep(
        attempt.atMillis(),
        "gateway",
        "%s (%s%s%s): %s%s"
            .formatted(
                attempt.gateway(),
                attempt.state(),
                usual,
                before,
                attempt.outcome(),
                attempt.tookMillis() > 0 ? " after " + millis(attempt.tookMillis()).strip() : ""));
  }

  private void answer(TraceReport.Answer answer) {
    int count = answer.records().size();
    addStep(
        answer.atMillis(),
        "answer",
        "%s from %s%s, %s"
            .formatted(
                answer.rcode(),
                source(answer.source()),
                answer.authoritative() ? ", authoritative" : "",
                count == 0 ? "no records" : count == 1 ? "1 record" : count + " records"));
    for (TraceReport.ResourceRecord r : answer.records()) {
      add("%s %d %s %s".formatted(r.name(), r.ttl(), r.type(), r.data()), INDENT + "  ");
    }
    if (count == 0) {
      for (TraceReport.ResourceRecord r : answer.authority()) {
        add("%s %d %s %s".formatted(r.name(), r.ttl(), r.type(), r.data()), INDENT + "  ");
      }
    }
    answer.explanations().forEach(why -> add(why, INDENT));
  }

  private static String source(String source) {
    return switch (source) {
      case "local" -> "the region's directory";
      case "cache" -> "the cache";
      case "stale" -> "the cache, past its time";
      case "relay" -> "the peer region";
      case "replica" -> "the replica of the peer's directory";
      default -> "this bridge";
    };
  }

  private void addStep(double at, String what, String text) {
    last = Math.max(last, at);
    String head = "%s  %-8s ".formatted(millis(last), what);
    int before = lines.size();
    add(text, INDENT);
    lines.set(before, head + lines.get(before).substring(INDENT.length()));
  }

  /** The text in lines that fit, all but the first further in. */
  private void add(String text, String indent) {
    String printable = Printable.of(text);
    List<String> whole = Paragraph.lines(printable, columns - indent.length());
    lines.add(indent + whole.getFirst());
    String margin = indent + "  ";
    Paragraph.lines(
            printable.substring(whole.getFirst().length()).stripLeading(),
            columns - margin.length())
        .stream()
        .filter(line -> !line.isEmpty())
        .forEach(line -> lines.add(margin + line));
  }

  private static String millis(double millis) {
    return String.format(Locale.ROOT, "%9.2f ms", millis);
  }

  private static String seconds(long millis) {
    return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
  }
}
