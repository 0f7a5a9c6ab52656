package io.regionbridge.router.feed;

import io.regionbridge.router.directory.ClusterIpRule;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.Endpoint;
import io.regionbridge.router.directory.ExportRule;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.net.AliasRanges;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpAddress;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a region gives its peers of a Service: nothing of one that is not exported, and no address
 * outside its own ranges, which they would not believe. The ClusterIP only where peers are led to
 * it. Addresses that have an alias are given as it. Pure.
 *
 * @param export which Services
 * @param clusterIp where peers are led
 * @param ranges of the region's pods and Services; none: they are not known, and nothing is left
 *     out
 * @param anyClusterIp whether each ClusterIP is within the region's ranges, since these are made of
 *     the ClusterIPs in use
 * @param aliases how peers know the region's addresses
 */
public record PeerRule(
    ExportRule export,
    ClusterIpRule clusterIp,
    List<Cidr> ranges,
    boolean anyClusterIp,
    AliasRanges aliases)
    implements PeerDirectory.Rule {
  /** A rule where the range of ClusterIPs is among the ranges, and nothing has an alias. */
  public PeerRule(ExportRule export, ClusterIpRule clusterIp, List<Cidr> ranges) {
    this(export, clusterIp, ranges, false, AliasRanges.NONE);
  }

  /** The same rule, with every address as the region itself knows it. */
  public PeerRule unaliased() {
    return new PeerRule(export, clusterIp, ranges, anyClusterIp, AliasRanges.NONE);
  }

  /** Copies the list. */
  public PeerRule {
    ranges = List.copyOf(ranges);
  }

  @Override
  public @Nullable DirectoryService given(DirectoryService service) {
    ServiceFacts facts = service.facts();
    if (!export.exports(facts)) {
      return null;
    }
    List<IpAddress> addresses =
        led(service)
            ? facts.clusterIps().stream()
                .filter(ip -> anyClusterIp || own(ip))
                .map(aliases::known)
                .toList()
            : List.of();
    List<Endpoint> endpoints = endpoints(service);
    if (endpoints.equals(service.endpoints()) && addresses.equals(facts.clusterIps())) {
      return service;
    }
    return new DirectoryService(
        addresses.equals(facts.clusterIps()) ? facts : facts.withClusterIps(addresses), endpoints);
  }

  /** As peers get them, sorted by the address that they get. */
  private List<Endpoint> endpoints(DirectoryService service) {
    List<Endpoint> all = service.endpoints();
    List<Endpoint> own =
        allOwn(service) ? all : all.stream().filter(endpoint -> own(endpoint.address())).toList();
    return aliases.isEmpty()
        ? own
        : own.stream()
            .map(endpoint -> endpoint.at(aliases.known(endpoint.address())))
            .sorted(Comparator.comparing(Endpoint::address))
            .toList();
  }

  /** The addresses that peers are led to, but not given, in order. */
  public List<IpAddress> withheld(DirectoryService service) {
    if (ranges.isEmpty() || !export.exports(service.facts())) {
      return List.of();
    }
    boolean led = led(service);
    if (!led && allOwn(service)) {
      return List.of();
    }
    Stream<IpAddress> told =
        led
            ? service.facts().clusterIps().stream().filter(_ -> !anyClusterIp)
            : service.endpoints().stream().map(Endpoint::address);
    return told.filter(address -> !own(address)).distinct().toList();
  }

  private boolean led(DirectoryService service) {
    return !service.facts().clusterIps().isEmpty()
        && clusterIp.decide(service) instanceof ClusterIpRule.Answer.ClusterIp;
  }

  private boolean allOwn(DirectoryService service) {
    if (ranges.isEmpty()) {
      return true;
    }
    for (int bits : service.ipv4()) {
      if (!own(new IpAddress.V4(bits))) {
        return false;
      }
    }
    long[] wide = service.ipv6();
    for (int i = 0; i < wide.length; i += 2) {
      if (!own(new IpAddress.V6(wide[i], wide[i + 1]))) {
        return false;
      }
    }
    return true;
  }

  private boolean own(IpAddress address) {
    for (Cidr range : ranges) {
      if (range.contains(address)) {
        return true;
      }
    }
    return ranges.isEmpty();
  }
}
