package io.regionbridge.api.zones;

import io.regionbridge.dns.net.AddressSet;
import io.regionbridge.dns.zone.BelievedAddresses;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.net.IpAddress;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Admits of a peer's Services the addresses that would be believed of its answers. Pure.
 *
 * @param addresses that the peer may have
 */
public record BelievedServices(BelievedAddresses addresses)
    implements UnaryOperator<DirectoryService> {
  @Override
  public DirectoryService apply(DirectoryService service) {
    ServiceFacts facts = service.facts();
    boolean own = facts.clusterIps().stream().allMatch(this::allows);
    if (own && service.endpoints().stream().allMatch(e -> allows(e.address()))) {
      return service;
    }
    List<IpAddress> clusterIps = facts.clusterIps().stream().filter(this::allows).toList();
    return new DirectoryService(
        own ? facts : facts.withClusterIps(clusterIps),
        service.endpoints().stream().filter(e -> allows(e.address())).toList());
  }

  private boolean allows(IpAddress address) {
    return switch (address) {
      case IpAddress.V4(int bits) ->
          addresses.allows(
              AddressSet.IPV4_HIGH, AddressSet.IPV4_LOW | Integer.toUnsignedLong(bits));
      case IpAddress.V6(long high, long low) -> addresses.allows(high, low);
    };
  }
}
