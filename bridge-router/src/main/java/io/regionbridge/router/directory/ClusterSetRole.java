package io.regionbridge.router.directory;

import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;

/** What a Service is in the Multi-Cluster Services API (KEP-1645). */
public sealed interface ClusterSetRole {
  /**
   * A ServiceExport makes it known to all regions. Labels and annotations that the API server would
   * refuse on an object, those that bridges set themselves, and those beyond {@link #MOST} of each
   * are left out.
   *
   * @param since when the ServiceExport was made: the older one wins a conflict
   * @param labels that an imported Service gets, by key
   * @param annotations that an imported Service gets, by key
   */
  record Exported(Instant since, Map<String, String> labels, Map<String, String> annotations)
      implements ClusterSetRole {
    /** Labels, and annotations, of one export. */
    public static final int MOST = 32;

    private static final int LONGEST_KEY = 253;
    private static final int LONGEST_ANNOTATION = 1024;
    private static final String NAME = "[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?";
    private static final String LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
    private static final Pattern KEY =
        Pattern.compile("(" + LABEL + "([.]" + LABEL + "){0,9}/)?" + NAME);
    private static final Pattern LABEL_VALUE = Pattern.compile("(" + NAME + ")?");
    private static final Pattern OURS =
        Pattern.compile(
            "app[.]kubernetes[.]io/managed-by|(region-bridge[.]io|multicluster[.]kubernetes[.]io)/.*");

    /** Copies what may stay. */
    public Exported {
      labels = fit(labels, (key, value) -> LABEL_VALUE.matcher(value).matches());
      annotations = fit(annotations, (key, value) -> value.length() <= LONGEST_ANNOTATION);
    }

    /** Without labels and annotations. */
    public Exported(Instant since) {
      this(since, Map.of(), Map.of());
    }

    private static Map<String, String> fit(
        Map<String, String> all, BiPredicate<String, String> value) {
      SortedMap<String, String> kept = new TreeMap<>();
      new TreeMap<>(all)
          .forEach((key, text) -> {
            if (kept.size() < MOST
                && key.length() <= LONGEST_KEY
                && KEY.matcher(key).matches()
                && !OURS.matcher(key).matches()
                && value.test(key, text)) {
              kept.put(key, text);
            }
          });
      return Map.copyOf(kept);
    }
  }

  /**
   * A Service that a bridge made to give an imported Service of the same namespace an address in
   * this cluster. No other region knows of it.
   */
  record Derived(String service) implements ClusterSetRole {
    /** The label that names the imported Service, as the API has it. */
    public static final String LABEL = "multicluster.kubernetes.io/service-name";

    private static final String PREFIX = "imported-";
    private static final int LONGEST = 63;

    /** The key of the Service that gives an imported one its addresses. */
    public static ServiceKey keyFor(ServiceKey imported) {
      String name = PREFIX + imported.name();
      if (name.length() > LONGEST) {
        String hash = String.format(Locale.ROOT, "-%08x", imported.name().hashCode());
        name = name.substring(0, LONGEST - hash.length()) + hash;
      }
      return new ServiceKey(imported.namespace(), name);
    }
  }
}
