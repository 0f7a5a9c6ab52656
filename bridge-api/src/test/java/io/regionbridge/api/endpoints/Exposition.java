package io.regionbridge.api.endpoints;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a scrape says, read as strictly as the Prometheus text format 0.0.4 allows: each family in
 * one piece, its help and its type first; no sample twice; nothing that is neither.
 *
 * @param families by the name that stands in their {@code TYPE}
 */
record Exposition(Map<String, Family> families) {
  private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
  private static final Pattern HELP = Pattern.compile("# HELP (" + NAME + ") (.*)");
  private static final Pattern TYPE =
      Pattern.compile("# TYPE (" + NAME + ") (counter|gauge|histogram|summary|untyped)");
  private static final Pattern SAMPLE =
      Pattern.compile("(" + NAME + ")(?:\\{(.*)\\})? ([-+0-9.eE]+|NaN|[-+]Inf)");
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\[\"\\\\n])*)\"(?:,|$)");

  /**
   * A metric.
   *
   * @param samples by name and labels; the order in the text
   */
  record Family(String help, String type, Map<Series, Double> samples) {
    /** The labels of all samples, without the {@code le} of buckets. */
    Set<Set<String>> labels() {
      Set<Set<String>> labels = new HashSet<>();
      samples
          .keySet()
          .forEach(series -> {
            Set<String> names = new TreeSet<>(series.labels().keySet());
            names.remove("le");
            labels.add(names);
          });
      return labels;
    }
  }

  /** What a value belongs to. */
  record Series(String name, Map<String, String> labels) {}

  /** Reads one; an error names the line. */
  static Exposition parse(String text) {
    check(text.endsWith("\n"), "the last line has no end");
    Map<String, Family> families = new LinkedHashMap<>();
    Map<String, String> helps = new HashMap<>();
    String current = "";
    for (String line : text.split("\n", -1)) {
      Matcher help = HELP.matcher(line);
      Matcher type = TYPE.matcher(line);
      Matcher sample = SAMPLE.matcher(line);
      if (help.matches()) {
        check(helps.put(help.group(1), help.group(2)) == null, "help twice: " + line);
      } else if (type.matches()) {
        current = type.group(1);
        String said = helps.get(current);
        check(said != null, "no help: " + line);
        Family family = new Family(String.valueOf(said), type.group(2), new LinkedHashMap<>());
        check(families.put(current, family) == null, "a family in two pieces: " + line);
      } else if (sample.matches()) {
        Family family = families.get(current);
        check(family != null && belongs(sample.group(1), current, family), "stray: " + line);
        Series series = new Series(sample.group(1), labels(sample.group(2), line));
        double value = value(sample.group(3));
        check(family == null || family.samples().put(series, value) == null, "said twice: " + line);
      } else {
        check(line.isEmpty(), "neither help, type nor sample: " + line);
      }
    }
    families.values().forEach(Exposition::checkValues);
    return new Exposition(families);
  }

  private static boolean belongs(String sample, String name, Family family) {
    return switch (family.type()) {
      case "histogram" -> Set.of(name + "_bucket", name + "_sum", name + "_count").contains(sample);
      case "summary" -> Set.of(name, name + "_sum", name + "_count").contains(sample);
      default -> sample.equals(name);
    };
  }

  private static Map<String, String> labels(String text, String line) {
    Map<String, String> labels = new TreeMap<>();
    if (text != null) {
      Matcher label = LABEL.matcher(text);
      int at = 0;
      while (at < text.length()) {
        check(label.find(at) && label.start() == at, "labels: " + line);
        check(labels.put(label.group(1), label.group(2)) == null, "a label twice: " + line);
        at = label.end();
      }
    }
    return labels;
  }

  private static double value(String text) {
    return Double.parseDouble(text.replace("Inf", "Infinity"));
  }

  /** Counters never fall below nothing; buckets hold those below them, the last one all. */
  private static void checkValues(Family family) {
    Map<Map<String, String>, Double> last = new HashMap<>();
    Map<Map<String, String>, Double> all = new HashMap<>();
    family
        .samples()
        .forEach((series, value) -> {
          check(!family.type().equals("counter") || value >= 0, "below nothing: " + series);
          if (series.name().endsWith("_bucket")) {
            Map<String, String> labels = new TreeMap<>(series.labels());
            String bound = String.valueOf(labels.remove("le"));
            double before = last.getOrDefault(labels, 0.0);
            check(value >= before, "a bucket with less than the one below: " + series);
            last.put(labels, value);
            if (bound.equals("+Inf")) {
              all.put(labels, value);
            }
          } else if (family.type().equals("histogram") && series.name().endsWith("_count")) {
            check(value.equals(all.get(series.labels())), "not what is in +Inf: " + series);
          }
        });
  }

  /** All series. */
  Set<Series> series() {
    Set<Series> all = new HashSet<>();
    families.values().forEach(family -> all.addAll(family.samples().keySet()));
    return all;
  }

  private static void check(boolean holds, String flaw) {
    if (!holds) {
      throw new AssertionError(flaw);
    }
  }
}
