package io.regionbridge.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.diagnosis.LocalNetwork;
import io.regionbridge.api.diagnosis.Reachability;
import io.regionbridge.api.lifecycle.RegionPair;
import io.regionbridge.router.diagnosis.Doctor.NextHop;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Message;

final class VerifyCommandTest {
  private static final String NATS = "nats.messaging.svc.mn.internal:4222";

  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final ScriptedNetwork network = new ScriptedNetwork();

  /** Names and packets to gateways are real; pods are where the test says. */
  private static final class ScriptedNetwork implements Reachability {
    private final LocalNetwork real = new LocalNetwork();
    private Optional<NextHop> route = Optional.of(new NextHop("wt0", Optional.empty(), 1280));
    private @Nullable IOException refusal;
    private int largest = Integer.MAX_VALUE;

    @Override
    public Message ask(InetSocketAddress server, String name, int type) throws IOException {
      return real.ask(server, name, type);
    }

    @Override
    public List<InetAddress> resolve(String name) throws IOException {
      return real.resolve(name);
    }

    @Override
    public Optional<NextHop> route(InetAddress address) throws IOException {
      return address.isLoopbackAddress() ? real.route(address) : route;
    }

    @Override
    public boolean carries(InetSocketAddress gateway, String domain, int octets)
        throws IOException {
      return octets <= largest && real.carries(gateway, domain, octets);
    }

    @Override
    public Duration connect(InetSocketAddress address) throws IOException {
      if (refusal != null) {
        throw refusal;
      }
      return Duration.ofMillis(200);
    }
  }

  @Test
  void walksToAServiceOfAnotherRegion() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 2)) {
      String url = RegionPair.url(regions.fsn1());
      assertThat(run("verify", "mn", NATS, "--url", url)).as(out.toString()).isZero();
      assertThat(out.toString())
          .containsPattern(
              "ok       mn name: nats\\.messaging\\.svc\\.mn\\.internal is 10\\.52\\.1\\.\\d, ")
          .contains("ok       mn address: inside the ranges of region mn\n")
          .contains("ok       mn MTU: packets of 2048 octets pass by lo (MTU ")
          .containsPattern("ok       mn route: 10\\.52\\.1\\.\\d goes by wt0\n")
          .containsPattern("ok       mn connect: 10\\.52\\.1\\.\\d:4222 accepts connections\n")
          .contains("ok       mn round trip: 200.0 ms (median of 5 connects)\n");
      assertThat(run("verify", NATS, "--url", url)).as("the domain says the region").isZero();
      assertThat(run("verify", "--url", url)).as("all regions, without a Service").isZero();
      assertThat(out.toString())
          .contains("ok       mn name: region mn answers for mn.internal\n")
          .contains("skipped  mn connect: name a Service with its port: region-bridge verify mn");
    }
  }

  @Test
  void walksToTheRegionThatAnswersForANameOverAllRegions() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 1)) {
      String url = RegionPair.url(regions.mn(0));
      assertThat(run("verify", "nats.messaging.svc.any.internal:4222", "--url", url))
          .as(out.toString() + err)
          .isZero();
      assertThat(out.toString())
          .containsPattern(
              "ok       name: nats\\.messaging\\.svc\\.any\\.internal is 10\\.52\\.1\\.\\d, ")
          .contains("ok       region: mn answers\n")
          .contains("skipped  mn egress: traffic stays in region mn\n")
          .containsPattern("ok       mn connect: 10\\.52\\.1\\.\\d:4222 accepts connections\n");
      assertThat(run("verify", "none.messaging.svc.any.internal:80", "--url", url))
          .isEqualTo(ExitCode.FAILED);
      assertThat(out.toString())
          .contains(
              "failure  name: none.messaging.svc.any.internal A: NXDOMAIN, there is no such name →"
                  + " region-bridge names --match none; ")
          .contains("skipped  connect: there is no address to connect to");
      assertThat(run("verify", "none.messaging.svc.mn.internal:80", "--url", url))
          .isEqualTo(ExitCode.USAGE);
      assertThat(err.toString()).contains("none.messaging.svc.mn.internal is in no peer region");
    }
  }

  @Test
  void explainsTheStepThatFails() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 1)) {
      String url = RegionPair.url(regions.fsn1());
      String none = "none.messaging.svc.mn.internal:80";
      assertThat(run("verify", "mn", none, "--url", url)).isEqualTo(ExitCode.FAILED);
      assertThat(out.toString())
          .contains(
              "failure  mn name: none.messaging.svc.mn.internal A: NXDOMAIN, there is no such name"
                  + " → region-bridge names --match none; ")
          .contains("skipped  mn connect: there is no address to connect to");

      network.refusal = new ConnectException("Connection refused");
      assertThat(run("verify", NATS, "--url", url)).isEqualTo(ExitCode.FAILED);
      assertThat(out.toString())
          .contains(
              ":4222: connection refused → the pod is reached and does not listen on port 4222");
      network.refusal = new SocketTimeoutException("Connect timed out");
      assertThat(run("verify", NATS, "--url", url)).isEqualTo(ExitCode.FAILED);
      assertThat(out.toString())
          .contains(":4222: no answer in time → ")
          .doesNotContain("Exception");

      network.largest = 1300;
      run("verify", NATS, "--url", url);
      assertThat(out.toString())
          .containsPattern(
              "mn MTU: packets of 2048 octets are lost by lo .*; 1280 pass → ip link set lo mtu"
                  + " 1280");

      network.route = Optional.empty();
      assertThat(run("verify", NATS, "--url", url)).isEqualTo(ExitCode.FAILED);
      assertThat(out.toString()).contains("mn route: there is no route to 10.52.1.");

      assertThat(run("verify", "nats.messaging.svc.any.internal:4222", "--url", url))
          .isEqualTo(ExitCode.FAILED);
      assertThat(out.toString())
          .contains("warning  region: mn: its names are not known: its directory is not followed");

      regions.mn(0).close();
      assertThat(run("verify", "mn", "other-" + none, "--url", url)).isEqualTo(ExitCode.FAILED);
      assertThat(out.toString())
          .doesNotContain("no reason is given")
          .containsPattern(
              "failure  mn name: .* A: SERVFAIL, no reachable authority: no .*gateway of region mn"
                  + ".* → region-bridge trace ");
    }
  }

  @Test
  void seesWhatAProgramHereSees() {
    assertThat(run("verify", "--resolver", "localhost:4222")).as(out.toString()).isZero();
    assertThat(out.toString())
        .contains("ok       name: localhost is ", "by this network's own resolver");
  }

  @Test
  void refusesWhatItCannotUse() throws Exception {
    assertThat(run("verify", "mn", "nats:0")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString())
        .contains("nats:0 is not NAME:PORT; write a name, a colon and a port");
    assertThat(run("verify", "--resolver")).isEqualTo(ExitCode.USAGE);
    assertThat(run("verify", "--from", "shop/web-0")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("--from NAMESPACE/POD needs NAME:PORT");
    assertThat(run("verify", "--from", "web-0", NATS)).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("--from web-0 is not NAMESPACE/POD");
    assertThat(run("verify", "--resolver", "--from", "shop/web-0", NATS)).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("leave --resolver out");
    try (RegionPair regions = RegionPair.start(directory, 1)) {
      String url = RegionPair.url(regions.fsn1());
      assertThat(run("verify", "lab", "--url", url)).isEqualTo(ExitCode.USAGE);
      assertThat(err.toString()).contains("there is no peer region lab; this bridge knows mn");
      assertThat(run("verify", "www.example.com:443", "--url", url)).isEqualTo(ExitCode.USAGE);
      assertThat(err.toString()).contains("www.example.com is in no peer region");
    }
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    Terminal terminal = new Terminal(new PrintWriter(out), new PrintWriter(err), Map.of());
    List<String> typed = List.of(arguments);
    Commands commands = Commands.of(terminal, List.of(new VerifyCommand(terminal, network)));
    return Main.run(terminal, typed, () -> commands.run(typed));
  }
}
