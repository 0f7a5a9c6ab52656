package io.regionbridge.router.directory;

import io.regionbridge.router.settings.RegionSettings;
import java.util.Optional;
import java.util.Set;

/**
 * Which Services other regions may know of.
 *
 * @param excludedNamespaces none of whose Services is exported, whatever they say
 */
public record ExportRule(RegionSettings.Export mode, Set<String> excludedNamespaces) {
  /** Every Service is exported. */
  public static final ExportRule ALL = new ExportRule(RegionSettings.Export.ALL, Set.of());

  public ExportRule {
    excludedNamespaces = Set.copyOf(excludedNamespaces);
  }

  /** Whether other regions may know of a Service. */
  public boolean exports(ServiceFacts service) {
    return refusal(service).isEmpty();
  }

  /** Why other regions may not know of a Service; empty: they may. */
  public Optional<String> refusal(ServiceFacts service) {
    if (excludedNamespaces.contains(service.key().namespace())) {
      return Optional.of("its namespace is in directory.excludeNamespaces");
    }
    if (service.role() instanceof ClusterSetRole.Derived) {
      return Optional.of("it belongs to an imported Service");
    }
    return switch (service.exportAnnotation()) {
      case TRUE -> Optional.empty();
      case FALSE -> Optional.of("it is annotated region-bridge.io/export: \"false\"");
      case NONE ->
          mode == RegionSettings.Export.ALL || service.export() != null
              ? Optional.empty()
              : Optional.of("it is not annotated region-bridge.io/export: \"true\"");
    };
  }
}
