package io.regionbridge.router.directory;

import java.util.Set;

/**
 * Which Services other regions may know of.
 *
 * @param mode what a Service must say of itself
 * @param excludedNamespaces none of whose Services is exported, whatever they say
 */
public record ExportRule(Mode mode, Set<String> excludedNamespaces) {
  /** Every Service is exported. */
  public static final ExportRule ALL = new ExportRule(Mode.ALL, Set.of());

  /** What decides, apart from the namespace. */
  public enum Mode {
    /** All but those annotated {@code region-bridge.io/export: "false"}. */
    ALL,
    /**
     * Only those annotated {@code region-bridge.io/export: "true"}, or that a ServiceExport names.
     */
    ANNOTATED
  }

  public ExportRule {
    excludedNamespaces = Set.copyOf(excludedNamespaces);
  }

  /** Whether other regions may know of a Service. */
  public boolean exports(ServiceFacts service) {
    if (excludedNamespaces.contains(service.key().namespace())
        || service.role() instanceof ClusterSetRole.Derived) {
      return false;
    }
    return switch (service.exportAnnotation()) {
      case TRUE -> true;
      case FALSE -> false;
      case NONE -> mode == Mode.ALL || service.export() != null;
    };
  }
}
