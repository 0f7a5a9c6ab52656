package io.regionbridge.router.multicluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.ObjectWriter;
import io.regionbridge.router.kubernetes.ObjectWriter.Outcome;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out import plans: writes and removes objects and their status. The active gateway alone
 * calls it, after each change. Owned by one thread; blocks.
 */
final class ImportReconciler {
  private static final Logger log = LoggerFactory.getLogger(ImportReconciler.class);
  private static final ObjectWriter.Pace PACE =
      new ObjectWriter.Pace(Duration.ofSeconds(5), Duration.ofMinutes(5), 3);
  private static final String STATUS = "status";

  /** How server-side apply answers to a field that the server's version lacks. */
  private static final String UNDECLARED = "field not declared in schema";

  private final KubernetesClient client;
  private final Clock clock;
  private final ObjectWriter writer;

  ImportReconciler(KubernetesClient client, Clock clock) {
    this.client = client;
    this.clock = clock;
    this.writer = new ObjectWriter(clock, PACE);
  }

  /** Forgets its writes: another gateway writes from now on. */
  void forget() {
    writer.forget();
  }

  /** Carries out a plan, and returns one sentence for each object that could not be written. */
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
    return writer
        .write(
            "status of ServiceExport " + key,
            findings,
            version(export),
            () ->
                patchStatus(
                    view.api().exports(),
                    view.api().exportsVersion(),
                    "ServiceExport",
                    key,
                    StatusConditions.of(export, findings, clock.instant())))
        .problem();
  }

  private Optional<String> writeImportStatus(
      ClusterSetView view, ServiceKey key, ImportStatus status) {
    return writer
        .write(
            "status of ServiceImport " + key,
            status,
            version(view.imports().get(key)),
            () ->
                patchStatus(
                    ObjectKind.IMPORT.context(view.api()),
                    ObjectKind.IMPORT.apiVersion(view.api()),
                    ObjectKind.IMPORT.kind(),
                    key,
                    status.fields(view.imports().get(key), view.api(), clock.instant())))
        .problem();
  }

  /** An object that has only just been written is not in the view. */
  private static String version(@Nullable StoredObject object) {
    return object == null ? "unknown" : object.version();
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
        .patch(ObjectWriter.apply(), object);
  }

  private Optional<String> write(ServedApi api, ImportPlan.Write write) {
    WantedObject wanted = write.object();
    Outcome outcome =
        writer.write(
            wanted.title(),
            wanted,
            write.version(),
            () ->
                apply(
                    resource(api, wanted.kind(), wanted.namespace(), wanted.name()),
                    wanted.toApply(api, write.version().isEmpty() ? null : write.version())));
    return logged("wrote", wanted.title(), outcome);
  }

  private static void apply(
      Resource<GenericKubernetesResource> resource, GenericKubernetesResource object) {
    try {
      resource.patch(ObjectWriter.apply(), object);
    } catch (KubernetesClientException e) {
      // Before 1.30 a Service with a field of later versions is refused; other versions ignore it.
      if (!String.valueOf(e.getMessage()).contains(UNDECLARED)
          || !WantedObject.removeLaterFields(object)) {
        throw e;
      }
      resource.patch(ObjectWriter.apply(), object);
    }
  }

  private Optional<String> remove(ServedApi api, ImportPlan.Removal removal) {
    StoredObject object = removal.object();
    String what = "%s %s/%s".formatted(removal.kind().kind(), object.namespace(), object.name());
    return logged(
        "removed",
        what,
        writer.delete(
            what,
            object.version(),
            resource(api, removal.kind(), object.namespace(), object.name())));
  }

  private static Optional<String> logged(String done, String what, Outcome outcome) {
    if (outcome instanceof Outcome.Written) {
      log.info("{} {}", done, what);
    }
    return outcome.problem();
  }

  private Resource<GenericKubernetesResource> resource(
      ServedApi api, ObjectKind kind, String namespace, String name) {
    return client
        .genericKubernetesResources(kind.context(api))
        .inNamespace(namespace)
        .withName(name);
  }
}
