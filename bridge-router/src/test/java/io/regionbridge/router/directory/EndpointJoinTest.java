package io.regionbridge.router.directory;

import static io.regionbridge.router.directory.EndpointState.DRAINING;
import static io.regionbridge.router.directory.EndpointState.READY;
import static io.regionbridge.router.directory.EndpointState.UNREADY;
import static io.regionbridge.router.directory.Samples.HTTP;
import static io.regionbridge.router.directory.Samples.WEB;
import static io.regionbridge.router.directory.Samples.clusterIp;
import static io.regionbridge.router.directory.Samples.draining;
import static io.regionbridge.router.directory.Samples.endpoint;
import static io.regionbridge.router.directory.Samples.externalName;
import static io.regionbridge.router.directory.Samples.headless;
import static io.regionbridge.router.directory.Samples.ready;
import static io.regionbridge.router.directory.Samples.slice;
import static io.regionbridge.router.directory.Samples.unready;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointJoinTest {
  private static final ServiceFacts SERVICE = clusterIp(WEB, "10.43.0.1");

  @Test
  void serviceWithoutSlicesHasNoEndpoints() {
    assertThat(DirectoryService.join(SERVICE, List.of()))
        .isEqualTo(new DirectoryService(SERVICE, List.of()));
  }

  @Test
  void endpointsOfSeveralSlicesAreJoinedSortedByAddressBothFamilies() {
    assertThat(
            join(
                slice(WEB, "b", ready("fd00::2"), ready("fd00::1")),
                slice(WEB, "a", ready("10.42.0.10"), ready("10.42.0.9"))))
        .extracting(e -> e.address().toString())
        .containsExactly("10.42.0.9", "10.42.0.10", "fd00::1", "fd00::2");
  }

  @Test
  void endpointThatSeveralSlicesListIsThereOnce() {
    assertThat(join(slice(WEB, "a", ready("10.42.0.1")), slice(WEB, "b", ready("10.42.0.1"))))
        .containsExactly(ready("10.42.0.1"));
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          READY,    UNREADY,  1
          UNREADY,  READY,    1
          DRAINING, READY,    1
          UNREADY,  DRAINING, 1
          UNREADY,  UNREADY,  0
          """)
  void bestStateOfAnEndpointThatIsListedTwiceCounts(
      EndpointState one, EndpointState other, int count) {
    assertThat(
            join(
                slice(WEB, "a", endpoint("10.42.0.1", null, one, HTTP)),
                slice(WEB, "b", endpoint("10.42.0.1", null, other, HTTP))))
        .hasSize(count);
  }

  @Test
  void endpointThatIsListedTwiceHasThePortsOfItsBestStateAndAnyHostname() {
    Endpoint.Port metrics = new Endpoint.Port("metrics", Protocol.TCP, 9090);
    Endpoint.Port admin = new Endpoint.Port("admin", Protocol.TCP, 9000);

    assertThat(
            join(
                slice(WEB, "a", endpoint("10.42.0.1", null, READY, HTTP)),
                slice(WEB, "b", endpoint("10.42.0.1", null, READY, List.of(metrics))),
                slice(WEB, "c", endpoint("10.42.0.1", "web-0", UNREADY, List.of(admin)))))
        .containsExactly(endpoint("10.42.0.1", "web-0", READY, List.of(HTTP.getFirst(), metrics)));
  }

  @Test
  void twoHostnamesAtOneAddressAreTwoEndpointsWithTheirOwnStateAndPorts() {
    Endpoint.Port admin = new Endpoint.Port("admin", Protocol.TCP, 9000);

    assertThat(
            join(
                slice(WEB, "a", endpoint("10.42.0.1", "web-1", READY, HTTP)),
                slice(WEB, "b", endpoint("10.42.0.1", "web-0", READY, List.of(admin))),
                slice(WEB, "c", endpoint("10.42.0.1", "web-2", UNREADY, HTTP)),
                slice(WEB, "d", endpoint("10.42.0.1", "web-0", UNREADY, HTTP))))
        .containsExactly(
            endpoint("10.42.0.1", "web-0", READY, List.of(admin)),
            endpoint("10.42.0.1", "web-1", READY, HTTP));
  }

  @Test
  void onlyReadyEndpointsCountWhileThereIsOne() {
    assertThat(
            join(slice(WEB, "a", ready("10.42.0.1"), draining("10.42.0.2"), unready("10.42.0.3"))))
        .containsExactly(ready("10.42.0.1"));
  }

  @Test
  void endpointsThatServeWhileTerminatingCountWhenNoneIsReady() {
    assertThat(join(slice(WEB, "a", draining("10.42.0.2"), unready("10.42.0.3"))))
        .containsExactly(draining("10.42.0.2"));
  }

  @Test
  void allEndpointsCountWhenTheServicePublishesAddressesThatAreNotReady() {
    assertThat(
            DirectoryService.join(
                    headless(WEB, true),
                    List.of(
                        slice(
                            WEB,
                            "a",
                            ready("10.42.0.1"),
                            draining("10.42.0.2"),
                            unready("10.42.0.3"))))
                .endpoints())
        .extracting(Endpoint::state)
        .containsExactly(READY, DRAINING, UNREADY);
  }

  @Test
  void externalNameHasNoEndpointsWhateverSlicesSay() {
    assertThat(
            DirectoryService.join(
                    externalName(WEB, "example.com"), List.of(slice(WEB, "a", ready("10.42.0.1"))))
                .endpoints())
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          10.42.0.7,            web-0, web-0
          10.42.0.7,            -,     10-42-0-7
          fd00:42::7,           -,     fd00-42--7
          2001:db8:1:2:3:4:5:6, -,     2001-db8-1-2-3-4-5-6
          fd00::,               -,     fd00--0
          ::1,                  -,     0--1
          """)
  void endpointIsNamedByHostnameOrDashedAddress(String address, String hostname, String name) {
    assertThat(endpoint(address, hostname, READY, HTTP).name()).isEqualTo(name);
  }

  private static List<Endpoint> join(EndpointSliceFacts... slices) {
    List<Endpoint> joined = DirectoryService.join(SERVICE, List.of(slices)).endpoints();
    // Whatever the case, the order of slices makes no difference.
    assertThat(DirectoryService.join(SERVICE, List.of(slices).reversed()).endpoints())
        .isEqualTo(joined);
    return joined;
  }
}
