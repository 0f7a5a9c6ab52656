package io.regionbridge.router.multicluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.ErrorText;
import io.regionbridge.router.kubernetes.OwnNames;
import io.regionbridge.router.kubernetes.WriteBackoff;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out import plans: writes and removes objects and their status. The active gateway alone
 * calls it, after each change. Owned by one thread; blocks.
 *
 * <p>A write names the version of the object that it replaces, so a late write changes nothing. An
 * object is not written again until the watch had time to show the last write; that time doubles
 * while another writer undoes it.
 */
final class ImportReconciler {
  private static final Logger log = LoggerFactory.getLogger(ImportReconciler.class);

  /** How long the watch may take to show a write; doubled each time after that. */
  private static final Duration WATCH_DELAY = Duration.ofSeconds(5);

  private static final int MOST_DOUBLINGS = 6;
  private static final String STATUS = "status";

  private final KubernetesClient client;
  private final Clock clock;
  private final WriteBackoff backoff;
  private final Map<String, Attempt> attempts = new HashMap<>();
  private final Map<String, String> failures = new HashMap<>();

  /** What was written, how often in a row, and when it may be written again. */
  private record Attempt(Object content, int count, Instant next) {}

  ImportReconciler(KubernetesClient client, Clock clock) {
    this.client = client;
    this.clock = clock;
    this.backoff = new WriteBackoff(clock);
  }

  /** Forgets its writes: another gateway writes from now on. */
  void forget() {
    attempts.clear();
    failures.clear();
  }

  /**
   * Writes what the plan names.
   *
   * @return one sentence for each object that could not be written
   */
  List<String> reconcile(ImportPlan plan, ClusterSetView view) {
    List<String> problems = new ArrayList<>();
    plan.exports()
        .forEach(
            (key, findings) -> writeExportStatus(view, key, findings).ifPresent(problems::add));
    plan.removals().forEach(removal -> remove(view.api(), removal).ifPresent(problems::add));
    plan.writes().forEach(write -> write(view.api(), write).ifPresent(problems::add));
    plan.statuses()
        .forEach((key, status) -> writeImportStatus(view, key, status).ifPresent(problems::add));
    return problems;
  }

  private Optional<String> writeExportStatus(
      ClusterSetView view, ServiceKey key, List<Finding> findings) {
    StoredObject export = view.exports().get(key);
    return attempt(
        "status of ServiceExport " + key,
        findings,
        () ->
            patchStatus(
                view.api().exports(),
                view.api().exportsVersion(),
                "ServiceExport",
                key,
                StatusConditions.of(export, findings, clock.instant())));
  }

  private Optional<String> writeImportStatus(
      ClusterSetView view, ServiceKey key, ImportStatus status) {
    return attempt(
        "status of ServiceImport " + key,
        status,
        () ->
            patchStatus(
                ObjectKind.IMPORT.context(view.api()),
                ObjectKind.IMPORT.apiVersion(view.api()),
                ObjectKind.IMPORT.kind(),
                key,
                status.fields(view.imports().get(key), view.api(), clock.instant())));
  }

  private void patchStatus(
      ResourceDefinitionContext context,
      String apiVersion,
      String kind,
      ServiceKey key,
      Map<String, Object> status) {
    GenericKubernetesResource object = new GenericKubernetesResource();
    object.setApiVersion(apiVersion);
    object.setKind(kind);
    object.setMetadata(
        new ObjectMetaBuilder().withNamespace(key.namespace()).withName(key.name()).build());
    object.setAdditionalProperties(Map.of(STATUS, status));
    client
        .genericKubernetesResources(context)
        .inNamespace(key.namespace())
        .resource(object)
        .subresource(STATUS)
        .patch(apply(), object);
  }

  private Optional<String> write(ServedApi api, ImportPlan.Write write) {
    WantedObject wanted = write.object();
    return attempt(
        wanted.title(),
        wanted,
        () -> {
          resource(api, wanted.kind(), wanted.namespace(), wanted.name())
              .patch(
                  apply(), wanted.toApply(api, write.version().isEmpty() ? null : write.version()));
          log.info("wrote {}", wanted.title());
        });
  }

  private Optional<String> remove(ServedApi api, ImportPlan.Removal removal) {
    StoredObject object = removal.object();
    String what = "%s %s/%s".formatted(removal.kind().kind(), object.namespace(), object.name());
    return attempt(
        what,
        "removed",
        () -> {
          resource(api, removal.kind(), object.namespace(), object.name())
              .lockResourceVersion(object.version())
              .delete();
          log.info("removed {}", what);
        });
  }

  /**
   * Runs a write, unless the same content was just written or the last failure is too recent.
   *
   * @return why it failed, if it did
   */
  private Optional<String> attempt(String what, Object content, Runnable write) {
    Attempt before = attempts.get(what);
    Attempt last = before != null && before.content().equals(content) ? before : null;
    Instant now = clock.instant();
    if (last != null && now.isBefore(last.next())) {
      return last.count() < 3
          ? Optional.empty() // the watch may not have shown it yet
          : Optional.of(
              what
                  + " was written "
                  + last.count()
                  + " times and somebody undoes it: find out who (kubectl get"
                  + " --show-managed-fields)");
    }
    if (!backoff.permits(what)) {
      return Optional.ofNullable(failures.get(what));
    }
    try {
      write.run();
      int count = last == null ? 1 : last.count() + 1;
      attempts.put(
          what,
          new Attempt(
              content,
              count,
              now.plus(WATCH_DELAY.multipliedBy(1L << Math.min(count - 1, MOST_DOUBLINGS)))));
      recordSuccess(what);
      return Optional.empty();
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT
          || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
        return Optional.empty(); // changed or gone meanwhile: the next look sees it as it is
      }
      String problem = "cannot write %s: %s".formatted(what, ErrorText.of(e));
      backoff.failed(what);
      if (!problem.equals(failures.put(what, problem))) {
        log.warn("{}", problem);
      }
      return Optional.of(problem);
    }
  }

  private void recordSuccess(String what) {
    backoff.succeeded(what);
    failures.remove(what);
  }

  private Resource<GenericKubernetesResource> resource(
      ServedApi api, ObjectKind kind, String namespace, String name) {
    return client
        .genericKubernetesResources(kind.context(api))
        .inNamespace(namespace)
        .withName(name);
  }

  private static PatchContext apply() {
    PatchContext apply = PatchContext.of(PatchType.SERVER_SIDE_APPLY);
    apply.setFieldManager(OwnNames.MANAGER);
    apply.setForce(true);
    return apply;
  }
}
