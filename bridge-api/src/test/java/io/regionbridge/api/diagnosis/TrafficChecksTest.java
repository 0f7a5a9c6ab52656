package io.regionbridge.api.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.status.StatusJson;
import io.regionbridge.router.diagnosis.Check;
import io.regionbridge.router.diagnosis.Doctor.NextHop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

class TrafficChecksTest {
  private static final String ALIAS = "{\"range\":\"10.42.0.0/16\",\"alias\":\"10.142.0.0/16\"}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "False | OK | 10.42.0.0/16, known as 10.142.0.0/16: translated by this node | True",
        "True | none | none | True",
        "False | FAILURE | no rights | False",
        "False | WARNING | no rights | Unknown"
      })
  void tellsWhetherAliasesAreTranslated(
      boolean without, String state, String message, String condition) throws IOException {
    String status =
        """
        {"region":{"name":"mn","domain":"mn.internal","podCIDRs":[],"serviceCIDRs":[],
          "aliasRanges":[%s]},
         "conditions":[{"type":"AliasTranslation","status":"%s","reason":"R","message":"no rights"}]}
        """
            .formatted(without ? "" : ALIAS, condition);
    Optional<Check> check =
        TrafficChecks.aliases(StatusJson.decode(status.getBytes(StandardCharsets.UTF_8)));
    assertThat(check.map(c -> c.state().name()).orElse("none")).isEqualTo(state);
    assertThat(check.map(Check::message).orElse("none")).isEqualTo(message);
  }

  /** The local region is mn; the peers are fsn1 and hel1. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "10.52.1.1 | mn | OK mn answers | mn egress SKIPPED traffic stays in region mn",
        "10.42.1.1 | fsn1 | OK fsn1 answers | fsn1 egress OK 10.42.0.0/16 leaves by router-1",
        "10.42.1.1 | fsn1 | OK fsn1 answers | fsn1 address OK inside the ranges of region fsn1",
        "10.42.1.1 | fsn1 | OK fsn1 answers | fsn1 connect OK 10.42.1.1:80 accepts connections",
        "10.62.1.1 | hel1 | OK hel1 answers | hel1 egress FAILURE blocked: no rights",
        "10.62.1.1 | `` | OK hel1 answers | hel1 egress FAILURE blocked: no rights",
        "10.42.1.1 10.62.1.1 | fsn1 hel1 | OK fsn1, hel1 answer"
            + " | hel1 connect OK 10.62.1.1:80 accepts connections",
        "10.53.0.9 | hel1 | OK hel1 answers | hel1 address OK 10.53.0.9 is an address of this"
            + " cluster that leads to region hel1",
        "192.0.2.1 | fsn1 | OK fsn1 answers | fsn1 address FAILURE 192.0.2.1 is outside the ranges"
            + " of region fsn1, so no policy or route covers it",
        "192.0.2.1 | `` | WARNING 192.0.2.1 is in no region that is known"
            + " | connect OK 192.0.2.1:80 accepts connections"
      })
  void walksToTheRegionsThatAnswerForANameOverAllRegions(
      String addresses, String answering, String region, String check) throws IOException {
    String status =
        """
        {"region":{"name":"mn","domain":"mn.internal","podCIDRs":["10.52.0.0/16"],
          "serviceCIDRs":["10.53.0.0/16"]},
         "dns":{"listen":["127.0.0.1:1053"]},
         "policies":[
          {"region":"fsn1","destinationCIDRs":["10.42.0.0/16"],"gateway":"router-1",
           "state":"active"},
          {"region":"hel1","destinationCIDRs":["10.62.0.0/16"],"state":"blocked",
           "message":"no rights"}],
         "peers":[
          {"name":"fsn1","domain":"fsn1.internal","podCIDRs":["10.42.0.0/16"],"serviceCIDRs":[],
           "gateways":[]},
          {"name":"hel1","domain":"hel1.internal","podCIDRs":["10.62.0.0/16"],"serviceCIDRs":[],
           "gateways":[]}]}
        """;
    List<String> checks =
        TrafficChecks.everywhere(
                StatusJson.decode(status.getBytes(StandardCharsets.UTF_8)),
                List.of(),
                words(answering),
                new TrafficChecks.Target("web.shop.svc.any.internal", 80),
                new Answered(words(addresses)))
            .stream()
            .map(c -> "%s %s %s".formatted(c.name(), c.state(), c.message()))
            .toList();
    assertThat(checks).contains("region " + region, check);
  }

  private static List<String> words(String text) {
    return text.isEmpty() ? List.of() : List.of(text.split(" "));
  }

  /** A name has some addresses, and each of them takes connections. */
  private record Answered(List<String> addresses) implements Reachability {
    @Override
    public Message ask(InetSocketAddress server, String name, int type) throws IOException {
      Name asked = Name.fromString(name + ".");
      Message reply = new Message();
      if (type == Type.A) {
        for (String address : addresses) {
          reply.addRecord(
              new ARecord(asked, DClass.IN, 1, InetAddress.getByName(address)), Section.ANSWER);
        }
      }
      return reply;
    }

    @Override
    public List<InetAddress> resolve(String name) throws IOException {
      throw new UnknownHostException(name);
    }

    @Override
    public Optional<NextHop> route(InetAddress address) {
      return Optional.of(new NextHop("wt0", Optional.empty(), 1280));
    }

    @Override
    public boolean carries(InetSocketAddress gateway, String domain, int octets) {
      return true;
    }

    @Override
    public Duration connect(InetSocketAddress address) {
      return Duration.ofMillis(20);
    }
  }
}
