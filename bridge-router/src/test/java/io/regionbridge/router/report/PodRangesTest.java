package io.regionbridge.router.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryIndex;
import io.regionbridge.router.directory.Endpoint;
import io.regionbridge.router.directory.EndpointSliceFacts;
import io.regionbridge.router.directory.EndpointSliceKey;
import io.regionbridge.router.directory.EndpointState;
import io.regionbridge.router.directory.ExportAnnotation;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.directory.ServiceTraits;
import io.regionbridge.router.directory.ServiceType;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.Conditions.State;
import io.regionbridge.router.net.AliasRanges;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpAddress;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.topology.LocalRegion;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PodRangesTest {
  private final PodRanges ranges = new PodRanges();

  @Test
  void podsOutsideTheRangesAreCountedAndTheirServicesNamed() {
    Directory directory =
        directory(pod("10.2.1.7"), pod("10.2.56.7"), pod("10.2.56.8"), pod("192.0.2.11"));
    assertThat(ranges.look(directory, local("10.2.1.0/24")))
        .isEqualTo(
            new Finding(
                "PodRangesCover",
                State.FALSE,
                "PodsOutside",
                "2 pods are outside 10.2.1.0/24 (10.2.56.7, 10.2.56.8; of shop/web): set"
                    + " region.podCIDRs; peers refuse such addresses"));
    assertThat(ranges.look(directory, local("10.2.0.0/16")).state()).isEqualTo(State.TRUE);
    assertThat(ranges.look(directory, local("10.2.1.0/24")).state()).isEqualTo(State.FALSE);
  }

  @Test
  void whatIsNoPodMayBeAnywhere() {
    Endpoint byHand =
        new Endpoint(address("198.51.100.7"), null, EndpointState.READY, List.of(), null);
    assertThat(ranges.look(directory(byHand), local("10.2.1.0/24")).state()).isEqualTo(State.TRUE);
  }

  @Test
  void untilThePodsAreListedNothingIsSaid() {
    assertThat(ranges.look(Directory.EMPTY, local("10.2.1.0/24")).state()).isEqualTo(State.UNKNOWN);
  }

  private static Endpoint pod(String text) {
    return new Endpoint(address(text), null, EndpointState.READY, List.of(), null, true);
  }

  private static IpAddress address(String text) {
    return IpAddress.parse(text).orElseThrow();
  }

  private static LocalRegion local(String range) {
    return new LocalRegion(
        "mn",
        "mn.internal",
        new LocalRegion.Ranges(List.of(Cidr.of(range)), LocalRegion.Origin.NODES),
        new LocalRegion.Ranges(List.of(), LocalRegion.Origin.NONE),
        List.of(),
        Optional.empty(),
        Stream.of("192.0.2.11").map(IpLiteral::parse).flatMap(Optional::stream).toList(),
        false,
        LocalRegion.CLUSTER_DOMAINS,
        AliasRanges.NONE);
  }

  private static Directory directory(Endpoint... endpoints) {
    DirectoryIndex index = new DirectoryIndex();
    index.put(
        new ServiceFacts(
            new ServiceKey("shop", "web"),
            ServiceType.CLUSTER_IP,
            List.of(),
            List.of(),
            false,
            null,
            ExportAnnotation.NONE,
            ServiceTraits.NONE));
    index.put(
        new EndpointSliceFacts(new EndpointSliceKey("shop", "web-1"), "web", List.of(endpoints)));
    index.complete(true);
    return index.directory();
  }
}
