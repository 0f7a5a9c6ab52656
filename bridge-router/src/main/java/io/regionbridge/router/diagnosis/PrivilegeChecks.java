package io.regionbridge.router.diagnosis;

import io.regionbridge.router.kubernetes.SecretKeyStore;
import io.regionbridge.router.settings.RegionSettings.Release;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Whether each part of a release has the rights that it needs and no others. Pure. */
final class PrivilegeChecks {
  private static final String AGENTS = "agents' rights";
  private static final String KEYS = "WireGuard keys";
  private static final String ADMIN = "admin address";

  private final ClusterFacts facts;
  private final List<Check> checks = new ArrayList<>();

  private PrivilegeChecks(ClusterFacts facts) {
    this.facts = facts;
  }

  static List<Check> of(ClusterFacts facts) {
    PrivilegeChecks made = new PrivilegeChecks(facts);
    facts.skipped(AGENTS, "pods").ifPresentOrElse(made.checks::add, made::checkAgents);
    if (facts.release().tunnels()) {
      made.checkKeys();
    }
    facts.skipped(ADMIN, "pods").ifPresentOrElse(made.checks::add, made::checkAdmin);
    return made.checks;
  }

  /** Agents run on every node, so an attacker on one node has their rights. */
  private void checkAgents() {
    if (facts.privileges().agents().isEmpty()) {
      return;
    }
    Set<String> accounts =
        facts.privileges().bridges().stream()
            .map(PrivilegeFacts.Bridge::account)
            .collect(Collectors.toUnmodifiableSet());
    List<String> shared =
        facts.privileges().agents().stream()
            .filter(agent -> accounts.contains(agent.account()))
            .map(PrivilegeFacts.Agent::name)
            .toList();
    checks.add(
        shared.isEmpty()
            ? Check.ok(AGENTS, "agents have a ServiceAccount of their own")
            : Check.warning(
                AGENTS,
                "the bridges' ServiceAccount is that of " + String.join(", ", shared),
                ReleaseChecks.upgrade(facts)
                    + " with this version's chart, which gives agents one of their own"));
  }

  /** A Secret that all nodes share lets each of them read the keys of the others. */
  private void checkKeys() {
    int before = checks.size();
    for (ClusterFacts.Router router : facts.routers()) {
      checkKey(router.name());
    }
    Set<String> left = entries(SecretKeyStore.SHARED);
    List<String> unused =
        left.stream()
            .filter(entry -> facts.routers().stream().noneMatch(r -> isOf(r.name(), entry)))
            .sorted()
            .toList();
    if (!unused.isEmpty()) {
      checks.add(
          Check.warning(
              KEYS,
              "Secret %s, which all router nodes may read, still has %s, of no router node"
                  .formatted(SecretKeyStore.SHARED, String.join(", ", unused)),
              unused.size() == left.size()
                  ? kubectl("delete secret " + SecretKeyStore.SHARED)
                  : kubectl("edit secret " + SecretKeyStore.SHARED) + ": remove these entries"));
    }
    if (checks.size() == before && !facts.routers().isEmpty()) {
      checks.add(Check.ok(KEYS, "each router node has its key in a Secret of its own"));
    }
  }

  private void checkKey(String node) {
    String own = SecretKeyStore.name(node);
    boolean shared = entries(SecretKeyStore.SHARED).stream().anyMatch(entry -> isOf(node, entry));
    boolean kept = entries(own).stream().anyMatch(entry -> isOf(node, entry));
    Optional<Check> unread = facts.skipped(KEYS, ClusterProbe.secret(own));
    if (shared && kept) {
      checks.add(
          Check.warning(
              KEYS,
              "Secret %s, which all router nodes may read, still has a key of %s, which has its own"
                      .formatted(SecretKeyStore.SHARED, node)
                  + " Secret",
              kubectl("edit secret " + SecretKeyStore.SHARED) + ": remove its entries"));
    } else if (shared) {
      checks.add(
          Check.warning(
              KEYS,
              "%s has its key in Secret %s, which all router nodes may read"
                  .formatted(node, SecretKeyStore.SHARED),
              "name it in config.overlay.nodes; " + ReleaseChecks.upgrade(facts)));
    } else if (unread.isPresent()) {
      checks.add(unread.get());
    } else if (!kept) {
      checks.add(
          Check.warning(
              KEYS,
              "there is no key of %s in Secret %s".formatted(node, own),
              kubectl("logs -l app.kubernetes.io/name=region-bridge --prefix")
                  + "; is the node named in config.overlay.nodes?"));
    }
  }

  private static boolean isOf(String node, String entry) {
    return entry.equals(node + ".private") || entry.equals(node + ".next");
  }

  private Set<String> entries(String secret) {
    return facts.privileges().keys().getOrDefault(secret, Set.of());
  }

  private String kubectl(String command) {
    return "kubectl -n %s %s".formatted(facts.release().namespace(), command);
  }

  /** Anyone who reaches a node reaches the addresses that its bridge listens on. */
  private void checkAdmin() {
    Optional<Release.Admin> configured = facts.release().admin();
    if (configured.isEmpty() || facts.privileges().bridges().isEmpty()) {
      return;
    }
    List<String> open =
        facts.privileges().bridges().stream()
            .filter(pod -> isExposed(pod, configured.get()))
            .filter(pod -> !pod.adminToken() && !configured.get().token())
            .map(PrivilegeFacts.Bridge::name)
            .toList();
    checks.add(
        open.isEmpty()
            ? Check.ok(ADMIN, "listens on loopback only, or asks for a token")
            : Check.failure(
                ADMIN,
                "whoever reaches the node may ask the admin interface, without a token, of "
                    + String.join(", ", open),
                "set admin.tokenSecret of the chart, or admin.address to its default; "
                    + ReleaseChecks.upgrade(facts)));
  }

  private static boolean isExposed(PrivilegeFacts.Bridge pod, Release.Admin configured) {
    String listen = pod.adminListen();
    return listen.isEmpty()
        ? configured.exposed()
        : !listen.startsWith("127.")
            && !listen.startsWith("[::1]")
            && !listen.startsWith("localhost:");
  }
}
