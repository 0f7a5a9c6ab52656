package io.regionbridge.api.zones;

import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.feed.PeerDirectory;
import io.regionbridge.router.feed.PeerRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the directory feed gives of a Service: the same as the zone does, an alias into the cluster
 * being one into the region's own domain. Pure.
 *
 * @param peers what peers get
 * @param domain of the region, without final dot
 * @param clusterDomains that the cluster calls itself by
 */
record GivenServices(PeerRule peers, String domain, List<String> clusterDomains)
    implements PeerDirectory.Rule {
  @Override
  public @Nullable DirectoryService given(DirectoryService service) {
    DirectoryService given = peers.given(service);
    String external = given == null ? null : given.facts().externalName();
    if (given == null || external == null) {
      return given;
    }
    String target = ServiceNames.target(external, domain, clusterDomains);
    return target.equals(external)
        ? given
        : new DirectoryService(given.facts().withExternalName(target), List.of());
  }
}
