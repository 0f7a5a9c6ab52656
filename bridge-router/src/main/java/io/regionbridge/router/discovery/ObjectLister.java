package io.regionbridge.router.discovery;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Listable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lists one resource.
 *
 * @param <T> the object
 */
@FunctionalInterface
interface ObjectLister<T> {
  /**
   * Lists all objects, page by page.
   *
   * @param each takes each object, on the caller's thread
   * @return the version that the list shows
   * @throws KubernetesClientException if a page cannot be had or read
   */
  String list(Consumer<T> each);

  /**
   * Lists with a client's own operation, which holds one page of objects.
   *
   * @param pageSize objects per page
   */
  static <T extends HasMetadata> ObjectLister<T> of(
      Listable<? extends KubernetesResourceList<T>> operation, long pageSize) {
    return each -> {
      @Nullable String next = null;
      String version;
      do {
        KubernetesResourceList<T> page =
            page(
                operation, new ListOptionsBuilder().withLimit(pageSize).withContinue(next).build());
        page.getItems().forEach(each);
        next = page.getMetadata().getContinue();
        version = page.getMetadata().getResourceVersion();
      } while (next != null && !next.isEmpty());
      return version;
    };
  }

  /** What the server answers need not be a list, nor JSON: that is its failure, not the loop's. */
  private static <L> L page(Listable<L> operation, ListOptions options) {
    try {
      return operation.list(options);
    } catch (KubernetesClientException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new KubernetesClientException("the answer cannot be read: " + e.getMessage(), e);
    }
  }
}
