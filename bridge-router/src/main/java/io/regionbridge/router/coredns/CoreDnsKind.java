package io.regionbridge.router.coredns;

import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ClusterWatcher;
import io.regionbridge.router.discovery.ConfigMapFacts;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The ways in which a distribution's CoreDNS takes extra server blocks. */
public sealed interface CoreDnsKind {
  /**
   * The Corefile imports files of the ConfigMap {@code coredns-custom}: k3s, AKS.
   *
   * @param port that CoreDNS serves on
   */
  record Imported(int port) implements CoreDnsKind {}

  /**
   * Helm values, by an object {@code HelmChartConfig}: RKE2.
   *
   * @param clusterDomain the cluster's own domain, {@code cluster.local}
   */
  record HelmValues(int port, String clusterDomain) implements CoreDnsKind {}

  /** The Corefile itself: kubeadm and most others. */
  record Corefile(int port, ConfigMapFacts map) implements CoreDnsKind {}

  /** No CoreDNS that we know how to tell. */
  record Unknown() implements CoreDnsKind {}

  /** The key of a ConfigMap that holds the Corefile. */
  String COREFILE = "Corefile";

  Pattern IMPORT = Pattern.compile("(?m)^\\s*import\\s+\\S*\\bcustom/\\*\\.server\\b");
  Pattern PORT = Pattern.compile("(?m)^\\s*(?:dns://)?\\.:(\\d{1,5})\\b");
  Pattern DOMAIN = Pattern.compile("(?m)^\\s*kubernetes\\s+([a-z0-9.-]+)");

  /** Finds out which one a cluster has. Pure. */
  static CoreDnsKind of(ClusterView view) {
    ConfigMapFacts rke2 = view.configMaps().get(ClusterWatcher.RKE2_COREDNS);
    if (rke2 != null) {
      String corefile = rke2.data().getOrDefault(COREFILE, "");
      Matcher domain = DOMAIN.matcher(corefile);
      return new HelmValues(port(corefile), domain.find() ? domain.group(1) : "cluster.local");
    }
    ConfigMapFacts coredns = view.configMaps().get(ClusterWatcher.COREDNS);
    String corefile = coredns == null ? null : coredns.data().get(COREFILE);
    if (coredns == null || corefile == null) {
      return new Unknown();
    }
    return IMPORT.matcher(corefile).find()
        ? new Imported(port(corefile))
        : new Corefile(port(corefile), coredns);
  }

  private static int port(String corefile) {
    Matcher matcher = PORT.matcher(corefile);
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : 53;
  }
}
