package io.regionbridge.api.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.regionbridge.api.http.BadRequestException;
import io.regionbridge.api.lifecycle.RegionPair;
import io.regionbridge.api.status.StatusJson;
import io.regionbridge.api.status.TraceReport;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TraceTest {
  @TempDir Path directory;

  @Test
  void tellsEachStepOfAnAnswer() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 2)) {
      String query = "/api/v1/trace?name=nats.messaging.svc.mn.internal&type=a";
      TraceReport first = report(regions.get(query));
      assertThat(first.name()).isEqualTo("nats.messaging.svc.mn.internal");
      assertThat(first.type()).isEqualTo("A");
      assertThat(first.zone().name()).isEqualTo("mn.internal");
      assertThat(first.zone().kind()).isEqualTo("peer");
      assertThat(first.zone().region()).isEqualTo("mn");
      assertThat(first.cache().state()).isEqualTo("absent");
      assertThat(first.tries()).isNotEmpty();
      assertThat(first.tries().getFirst().gateway()).startsWith("127.0.0.1:");
      assertThat(first.tries()).anyMatch(t -> t.outcome().equals("answered"));
      assertThat(first.answer().source()).isEqualTo("relay");
      assertThat(first.answer().rcode()).isEqualTo("NOERROR");
      assertThat(first.answer().records())
          .extracting(TraceReport.ResourceRecord::data)
          .containsExactlyInAnyOrder("10.52.1.7", "10.52.1.8");
      assertThat(
              List.of(first.zone().atMillis(), first.cache().atMillis(), first.answer().atMillis()))
          .isSorted()
          .allMatch(at -> at >= 0);

      TraceReport second = report(regions.get(query));
      assertThat(second.cache().state()).isEqualTo("fresh");
      assertThat(second.cache().leftMillis()).isPositive();
      assertThat(second.tries()).isEmpty();
      assertThat(second.answer().source()).isEqualTo("cache");
    }
  }

  @Test
  void namesTheGatewaysBehindAnOldAnswer() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 2)) {
      String query = "/api/v1/trace?name=nats.messaging.svc.mn.internal&type=a";
      report(regions.get(query));
      regions.mn(0).close();
      regions.mn(1).close();
      RegionPair.await(() -> report(regions.get(query)).answer().source().equals("stale"));
      RegionPair.await(() ->
          report(regions.get(query)).tries().stream()
              .allMatch(attempt -> attempt.state().equals("down")));
      TraceReport old = report(regions.get(query));
      assertThat(old.answer().records()).hasSize(2);
      assertThat(old.tries())
          .extracting(TraceReport.Try::gateway)
          .doesNotHaveDuplicates()
          .hasSize(2);
      assertThat(old.tries())
          .allMatch(attempt -> attempt.outcome().startsWith("not asked now: "))
          .allMatch(attempt -> attempt.tookMillis() == 0);
    }
  }

  @Test
  void saysWhyThereIsNoAnswer() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 1)) {
      TraceReport none = report(regions.get("/api/v1/trace?name=www.example.com"));
      assertThat(none.zone().kind()).isEqualTo("none");
      assertThat(none.answer().source()).isEqualTo("refused");
      assertThat(none.answer().rcode()).isEqualTo("REFUSED");
      assertThat(none.answer().explanations()).containsExactly("not authoritative");

      TraceReport own = report(regions.get("/api/v1/trace?name=a.b.svc.fsn1.internal"));
      assertThat(own.zone().kind()).isEqualTo("local");
      assertThat(own.cache().state()).isEqualTo("unused");
      assertThat(own.answer().rcode()).isEqualTo("NXDOMAIN");
      assertThat(own.answer().authoritative()).isTrue();
      assertThat(own.answer().authority()).hasSize(1);

      regions.mn(0).close();
      TraceReport lost = report(regions.get("/api/v1/trace?name=x.y.svc.mn.internal"));
      assertThat(lost.answer().rcode()).isEqualTo("SERVFAIL");
      assertThat(lost.answer().explanations().getFirst())
          .startsWith("no reachable authority: no ")
          .contains("gateway of region mn");
    }
  }

  @Test
  void asksWhatAnAddressIsCalled() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 1)) {
      TraceReport report = report(regions.get("/api/v1/trace?name=10.52.1.7"));
      assertThat(report.type()).isEqualTo("PTR");
      assertThat(report.answer().records())
          .extracting(TraceReport.ResourceRecord::data)
          .containsExactly("nats-0.nats.messaging.svc.mn.internal.");
    }
  }

  @Test
  void answersNonsenseWithAProblem() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 0)) {
      HttpResponse<String> response = regions.get("/api/v1/trace?name=a..b");
      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(response.headers().firstValue("content-type"))
          .hasValue("application/problem+json");
      assertThat(response.body()).contains("\"detail\":\"name \\\"a..b\\\" is no domain name: ");
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "''|name is missing",
        "name=|name is missing",
        "name=a..b|is no domain name",
        "name=%C3%A4.b|is no domain name",
        "name=a&name=b|name is given 2 times",
        "name=a&type=B|type \"B\" is no record type",
        "name=a&type=TYPE70000|is no record type",
        "name=a&type=AXFR|asks for something other than records",
        "name=a&type=OPT|asks for something other than records",
        "name=a&view=all|is neither cluster",
      })
  void saysWhatIsWrongWithAQuestion(String query, String fragment) {
    assertThatThrownBy(() -> TraceQuestion.of(parameters(query)))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining(fragment);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "name=a.b|a.b. 1 PODS",
        "name=a.b.&type=aaaa&view=cluster|a.b. 28 CLUSTER",
        "name=a.b&type=TYPE65|a.b. 65 PODS",
        "name=a.b&type=ANY|a.b. 255 PODS",
        "name=10.1.2.3|3.2.1.10.in-addr.arpa. 12 PODS",
        "name=10.1.2.3&type=A|10.1.2.3. 1 PODS",
      })
  void readsAQuestion(String query, String expected) throws Exception {
    TraceQuestion question = TraceQuestion.of(parameters(query));
    assertThat(question.name() + " " + question.type() + " " + question.view()).isEqualTo(expected);
  }

  private static Map<String, List<String>> parameters(String query) {
    return new QueryStringDecoder("?" + query).parameters();
  }

  private static TraceReport report(HttpResponse<String> response) throws Exception {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return StatusJson.decode(response.body().getBytes(StandardCharsets.UTF_8), TraceReport.class);
  }
}
