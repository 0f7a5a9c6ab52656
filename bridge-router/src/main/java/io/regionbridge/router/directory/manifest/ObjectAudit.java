package io.regionbridge.router.directory.manifest;

import io.regionbridge.router.directory.ExportAnnotation;
import io.regionbridge.router.directory.ServiceTraits;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the objects of one file for what {@link ObjectParser} passes over: kinds that are nearly
 * those that are read, keys that the Kubernetes API does not have, addresses that are not the
 * region's.
 */
final class ObjectAudit {
  private static final String SLICE_API = "discovery.k8s.io/v1";
  private static final List<String> KINDS =
      List.of("Service", "EndpointSlice", "List", "ServiceList", "EndpointSliceList");

  /** Kinds of the core API that are spelled nearly like those. */
  private static final Set<String> OTHER_KINDS = Set.of("Endpoints", "EndpointsList");

  /** ObjectMeta, ServiceSpec and so on of the Kubernetes API, {@code *} being each element. */
  private static final Map<String, Set<String>> SERVICE =
      Map.of(
          "",
          Set.of("apiVersion", "kind", "metadata", "spec", "status"),
          "metadata",
          metadata(),
          "spec",
          Set.of(
              "allocateLoadBalancerNodePorts",
              "clusterIP",
              "clusterIPs",
              "externalIPs",
              "externalName",
              "externalTrafficPolicy",
              "healthCheckNodePort",
              "internalTrafficPolicy",
              "ipFamilies",
              "ipFamilyPolicy",
              "loadBalancerClass",
              "loadBalancerIP",
              "loadBalancerSourceRanges",
              "ports",
              "publishNotReadyAddresses",
              "selector",
              "sessionAffinity",
              "sessionAffinityConfig",
              "topologyKeys",
              "trafficDistribution",
              "type"),
          "spec.ports[*]",
          Set.of("appProtocol", "name", "nodePort", "port", "protocol", "targetPort"),
          "spec.sessionAffinityConfig",
          Set.of("clientIP"),
          "spec.sessionAffinityConfig.clientIP",
          Set.of("timeoutSeconds"));

  private static final Map<String, Set<String>> SLICE =
      Map.of(
          "",
          Set.of("addressType", "apiVersion", "endpoints", "kind", "metadata", "ports"),
          "metadata",
          metadata(),
          "ports[*]",
          Set.of("appProtocol", "name", "port", "protocol"),
          "endpoints[*]",
          Set.of(
              "addresses",
              "conditions",
              "deprecatedTopology",
              "hints",
              "hostname",
              "nodeName",
              "targetRef",
              "topology",
              "zone"),
          "endpoints[*].conditions",
          Set.of("ready", "serving", "terminating"));

  private static final String OUR_KEYS = "region-bridge.io/";
  private static final Set<String> ANNOTATIONS =
      Set.of(ExportAnnotation.KEY, ServiceTraits.SPREAD_KEY);

  /** As many letters say what is meant. */
  private static final int LEAST_BEGUN = 3;

  private final String file;
  private final List<Cidr> podCidrs;
  private final List<Cidr> serviceCidrs;
  private final BiFunction<String, Collection<String>, Optional<String>> suggester;
  private final List<ManifestProblem> errors = new ArrayList<>();
  private final List<ManifestProblem> warnings = new ArrayList<>();

  ObjectAudit(
      String file,
      List<Cidr> podCidrs,
      List<Cidr> serviceCidrs,
      BiFunction<String, Collection<String>, Optional<String>> suggester) {
    this.file = file;
    this.podCidrs = podCidrs;
    this.serviceCidrs = serviceCidrs;
    this.suggester = suggester;
  }

  List<ManifestProblem> errors() {
    return errors;
  }

  List<ManifestProblem> warnings() {
    return warnings;
  }

  /** Inspects an object that was parsed as {@code parsed}. */
  void look(Node node, String place, String listKind, String listApi, ManifestObject parsed) {
    if (!(node instanceof Node.Mapping object)) {
      return;
    }
    switch (parsed) {
      case ManifestObject.Other() -> checkKind(object, place, listKind, listApi);
      case ManifestObject.Service(var facts, int _, int _) ->
          checkService(object, "Service " + facts.key());
      case ManifestObject.BrokenService(var key, var _) ->
          checkService(object, key == null ? place : "Service " + key);
      case ManifestObject.Slice(var facts, int _, int _) ->
          checkSlice(object, "EndpointSlice " + facts.key());
      case ManifestObject.BrokenSlice(var key, var _) ->
          checkSlice(object, key == null ? place : "EndpointSlice " + key);
      case ManifestObject.Broken(var _) -> {}
    }
  }

  /** An object that is passed over, and not because it is of another kind. */
  private void checkKind(Node.Mapping object, String place, String listKind, String listApi) {
    Node kindNode = object.fields().get("kind");
    String kind =
        kindNode instanceof Node.Text(String value, int _, int _)
            ? value
            : listKind.substring(0, Math.max(0, listKind.length() - "List".length()));
    Node apiNode = object.fields().get("apiVersion");
    String api = apiNode instanceof Node.Text(String value, int _, int _) ? value : listApi;
    if (kind.equals("EndpointSlice") || kind.equals("Service") && api.indexOf('/') < 0) {
      String right = kind.equals("Service") ? "v1" : SLICE_API;
      add(
          errors,
          apiNode == null ? object : apiNode,
          place,
          "apiVersion",
          "\"%s\" is not the API version of %s, so it is not served: write %s"
              .formatted(api, kind, right));
      return;
    }
    boolean read = api.isEmpty() || api.indexOf('/') < 0 || api.startsWith("discovery.k8s.io/");
    if (!read || KINDS.contains(kind) || OTHER_KINDS.contains(kind)) {
      return;
    }
    Node at = kindNode == null ? object : kindNode;
    Optional<String> begun = api.isEmpty() ? begunAs(kind) : Optional.empty();
    Optional<String> near = begun.or(() -> suggester.apply(kind, KINDS));
    if (near.isPresent()) {
      add(
          errors,
          at,
          place,
          "kind",
          "\"%s\" is no kind that is read; did you mean %s?".formatted(kind, near.get()));
    } else if (api.isEmpty()) {
      add(
          warnings,
          at,
          place,
          "apiVersion",
          "missing, so \"%s\" is passed over as a kind that is not read".formatted(kind));
    }
  }

  /** The kind that somebody began to write: no other kind is without an API version. */
  private static Optional<String> begunAs(String kind) {
    return KINDS.stream()
        .filter(known ->
            kind.length() >= LEAST_BEGUN && known.regionMatches(true, 0, kind, 0, kind.length()))
        .min(Comparator.comparingInt(String::length));
  }

  private void checkService(Node.Mapping object, String name) {
    checkKeys(object, "", "", SERVICE, name);
    checkAnnotations(object, name);
    if (serviceCidrs.isEmpty()) {
      return;
    }
    Node spec = object.fields().get("spec");
    if (spec instanceof Node.Mapping(var fields, int _, int _)) {
      Node several = fields.get("clusterIPs");
      if (several instanceof Node.Sequence(var elements, int _, int _)) {
        for (int i = 0; i < elements.size(); i++) {
          checkWithin(
              elements.get(i), serviceCidrs, "spec.clusterIPs[" + i + "]", "serviceCIDRs", name);
        }
      } else {
        checkWithin(fields.get("clusterIP"), serviceCidrs, "spec.clusterIP", "serviceCIDRs", name);
      }
    }
  }

  private void checkSlice(Node.Mapping object, String name) {
    checkKeys(object, "", "", SLICE, name);
    if (podCidrs.isEmpty()
        || !(object.fields().get("endpoints")
            instanceof Node.Sequence(var endpoints, int _, int _))) {
      return;
    }
    for (int i = 0; i < endpoints.size(); i++) {
      if (endpoints.get(i) instanceof Node.Mapping(var fields, int _, int _)
          && fields.get("addresses") instanceof Node.Sequence(var addresses, int _, int _)) {
        for (int j = 0; j < addresses.size(); j++) {
          String path = "endpoints[" + i + "].addresses[" + j + "]";
          checkWithin(addresses.get(j), podCidrs, path, "podCIDRs", name);
        }
      }
    }
  }

  private void checkWithin(
      @Nullable Node node, List<Cidr> ranges, String path, String key, String name) {
    if (node instanceof Node.Text(String text, int _, int _)) {
      Optional<IpAddress> address = IpAddress.parse(text);
      if (address.isPresent()
          && ranges.stream().noneMatch(range -> range.contains(address.get().toInetAddress()))) {
        add(
            warnings,
            node,
            name,
            path,
            "%s is outside region.%s, so other regions leave it out".formatted(text, key));
      }
    }
  }

  /** Keys that an object of the Kubernetes API does not have. */
  private void checkKeys(
      Node node, String path, String pattern, Map<String, Set<String>> known, String name) {
    switch (node) {
      case Node.Mapping(var fields, int _, int _) -> {
        Set<String> keys = known.get(pattern);
        if (keys == null) {
          return;
        }
        new TreeMap<>(fields)
            .forEach((key, value) -> {
              String child = path.isEmpty() ? key : path + "." + key;
              if (keys.contains(key)) {
                checkKeys(value, child, pattern.isEmpty() ? key : pattern + "." + key, known, name);
              } else if (!key.equals("<<")) {
                reportUnknown(key, keys, value, child, name);
              }
            });
      }
      case Node.Sequence(var elements, int _, int _) -> {
        for (int i = 0; i < elements.size(); i++) {
          checkKeys(elements.get(i), path + "[" + i + "]", pattern + "[*]", known, name);
        }
      }
      default -> {}
    }
  }

  /** Annotations of ours that are none. */
  private void checkAnnotations(Node.Mapping object, String name) {
    if (object.fields().get("metadata") instanceof Node.Mapping(var metadata, int _, int _)
        && metadata.get("annotations") instanceof Node.Mapping(var given, int _, int _)) {
      new TreeMap<>(given)
          .forEach((key, value) -> {
            if (key.startsWith(OUR_KEYS) && !ANNOTATIONS.contains(key)) {
              reportUnknown(key, ANNOTATIONS, value, "metadata.annotations." + key, name);
            }
          });
    }
  }

  private void reportUnknown(String key, Set<String> known, Node at, String path, String name) {
    String advice =
        suggester.apply(key, known).map(near -> "; did you mean " + near + "?").orElse("");
    add(warnings, at, name, path, "no such key, it counts for nothing" + advice);
  }

  private void add(List<ManifestProblem> to, Node at, String object, String path, String reason) {
    if (to.size() < ManifestReading.MOST_PROBLEMS) {
      to.add(new ManifestProblem(file, at.line(), at.column(), object, path, reason));
    }
  }

  private static Set<String> metadata() {
    return Set.of(
        "annotations",
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "finalizers",
        "generateName",
        "generation",
        "labels",
        "managedFields",
        "name",
        "namespace",
        "ownerReferences",
        "resourceVersion",
        "selfLink",
        "uid");
  }
}
