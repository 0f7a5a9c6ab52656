package io.regionbridge.api.zones;

import io.regionbridge.dns.net.AddressSet;
import io.regionbridge.dns.zone.BelievedAddresses;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.net.IpAddress;
import java.util.List;
import java.util.function.UnaryOperator;

/** Keeps of a peer's Services the addresses that would be accepted in its answers. Pure. */
public record BelievedServices(BelievedAddresses addresses)
    implements UnaryOperator<DirectoryService> {
  @Override
  public DirectoryService apply(DirectoryService service) {
    ServiceFacts facts = service.facts();
    boolean own = allowsAll(facts.clusterIps());
    if (own && allowsAll(service.ipv4()) && allowsAll(service.ipv6())) {
      return service;
    }
    List<IpAddress> clusterIps = facts.clusterIps().stream().filter(this::allows).toList();
    return new DirectoryService(
        own ? facts : facts.withClusterIps(clusterIps),
        service.endpoints().stream().filter(e -> allows(e.address())).toList());
  }

  private boolean allowsAll(List<IpAddress> all) {
    for (IpAddress address : all) {
      if (!allows(address)) {
        return false;
      }
    }
    return true;
  }

  private boolean allowsAll(int[] ipv4) {
    for (int bits : ipv4) {
      if (!allows(bits)) {
        return false;
      }
    }
    return true;
  }

  private boolean allowsAll(long[] ipv6) {
    for (int i = 0; i < ipv6.length; i += 2) {
      if (!addresses.allows(ipv6[i], ipv6[i + 1])) {
        return false;
      }
    }
    return true;
  }

  private boolean allows(IpAddress address) {
    return switch (address) {
      case IpAddress.V4(int bits) -> allows(bits);
      case IpAddress.V6(long high, long low) -> addresses.allows(high, low);
    };
  }

  private boolean allows(int ipv4) {
    return addresses.allows(AddressSet.IPV4_HIGH, AddressSet.lowOfIpv4(ipv4));
  }
}
