package io.regionbridge.router.discovery;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.regionbridge.router.net.Cidr;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Address ranges as objects of the API spell them, which programs in Go read. Pure. */
final class Ranges {
  private Ranges() {}

  /** Those that are ranges, sorted and without duplicates; what is none is left out. */
  static List<Cidr> valid(@Nullable List<String> texts) {
    return texts == null
        ? List.of()
        : texts.stream().flatMap(text -> Cidr.around(text).stream()).sorted().distinct().toList();
  }

  /** Those that a field of an object lists. */
  static List<Cidr> in(GenericKubernetesResource object, String... path) {
    return object.get((Object[]) path) instanceof List<?> list
        ? valid(list.stream().map(String::valueOf).toList())
        : List.of();
  }
}
