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
    /** Only those annotated {@code region-bridge.io/export: "true"}. */
    ANNOTATED
  }

  public ExportRule {
    excludedNamespaces = Set.copyOf(excludedNamespaces);
  }

  public boolean exports(ServiceFacts service) {
    if (excludedNamespaces.contains(service.key().namespace())) {
      return false;
    }
    return switch (mode) {
      case ALL -> service.exportAnnotation() != ExportAnnotation.FALSE;
      case ANNOTATED -> service.exportAnnotation() == ExportAnnotation.TRUE;
    };
  }
}
