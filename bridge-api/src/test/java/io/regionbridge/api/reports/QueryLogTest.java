package io.regionbridge.api.reports;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.regionbridge.api.lifecycle.RegionPair;
import io.regionbridge.api.status.QueryLogReport;
import io.regionbridge.api.status.StatusJson;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/** Queries in the log, for whoever asks for them, and only as long. */
final class QueryLogTest {
  private static final String NAME = "nats.messaging.svc.mn.internal";

  @TempDir Path directory;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Logger log = (Logger) LoggerFactory.getLogger(QueryLog.class);
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          lines.add(event.getFormattedMessage());
        }
      };

  @BeforeEach
  void listen() {
    appender.start();
    log.addAppender(appender);
  }

  @AfterEach
  void listenNoMore() {
    log.detachAppender(appender);
  }

  @Test
  void tellsOfAZoneUntilItIsSwitchedOff() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 1)) {
      ask(regions, NAME);
      assertThat(report(regions.get("/api/v1/query-log"))).isEqualTo(QueryLogReport.NEVER);
      assertThat(lines).isEmpty();

      QueryLogReport on = report(regions.send("PUT", "/api/v1/query-log?zone=MN.internal&for=5m"));
      assertThat(on.active()).isTrue();
      assertThat(on.zone()).isEqualTo("MN.internal");
      ask(regions, "other.fsn1.internal");
      ask(regions, NAME);
      RegionPair.await(() -> lines.size() == 2);
      assertThat(lines.getFirst())
          .startsWith("query log on: queries of MN.internal, 10 a second at most, until 20");
      assertThat(lines.getLast())
          .matches(
              "query from 127\\.0\\.0\\.1:\\d+ over UDP: "
                  + NAME
                  + " A, NOERROR \\(cache\\) after \\d+\\.\\d\\d ms");

      QueryLogReport off = report(regions.send("DELETE", "/api/v1/query-log"));
      assertThat(off.active()).isFalse();
      assertThat(off.matched()).isOne();
      assertThat(off.logged()).isOne();
      assertThat(off.lines()).isEmpty();
      assertThat(report(regions.get("/api/v1/query-log?after=0")).lines())
          .containsExactly(lines.get(1));
      assertThat(report(regions.get("/api/v1/query-log?after=1")).lines()).isEmpty();
      assertThat(regions.get("/api/v1/query-log?after=-1").statusCode()).isEqualTo(400);
      ask(regions, NAME);
      assertThat(report(regions.get("/api/v1/query-log"))).isEqualTo(off);
      assertThat(lines).hasSize(3).last().isEqualTo("query log off: 1 of 1 queries logged");
    }
  }

  @Test
  void endsByItself() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 0)) {
      QueryLogReport on =
          report(regions.send("PUT", "/api/v1/query-log?client=127.0.0.1&perSecond=2&for=50ms"));
      assertThat(on.client()).isEqualTo("127.0.0.1/32");
      assertThat(on.perSecond()).isEqualTo(2);
      RegionPair.await(() -> !report(regions.get("/api/v1/query-log")).active());
      assertThat(lines).hasSize(2).last().isEqualTo("query log off: 0 of 0 queries logged");
      ask(regions, "a.fsn1.internal");
      assertThat(report(regions.get("/api/v1/query-log")).matched()).isZero();
    }
  }

  @Test
  void aNewChoiceTakesThePlaceOfTheOld() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 0)) {
      report(regions.send("PUT", "/api/v1/query-log?zone=mn.internal"));
      report(regions.send("PUT", "/api/v1/query-log?zone=.&client=127.0.0.0/8"));
      ask(regions, "a.fsn1.internal");
      RegionPair.await(() -> report(regions.get("/api/v1/query-log")).logged() == 1);
      assertThat(lines).element(1).isEqualTo("query log off: 0 of 0 queries logged");
      assertThat(lines).element(2).asString().contains("queries of . from 127.0.0.0/8, 10 a");
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | whose queries? name a client",
        "?client=10.42.0 | client \\\"10.42.0\\\" is no address such as 10.42.0.7, nor a range",
        "?zone=a..b | zone \\\"a..b\\\" is no domain name",
        "?zone=.&perSecond=101 | perSecond \\\"101\\\" is no whole number from 1 to 100",
        "?zone=.&perSecond=x | perSecond \\\"x\\\" is no whole number",
        "?zone=.&for=2h | for \\\"2h\\\" is no duration up to 1h; write one such as 30s or 5m",
        "?zone=.&for=0s | for \\\"0s\\\" is no duration",
        "?zone=.&rate=5 | there is no parameter rate, only client, zone, failed, perSecond and for",
        "?zone=.&zone=a | zone is given 2 times",
      })
  void aChoiceThatIsUnclearIsRefusedAndNothingChanges(String query, String detail)
      throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 0)) {
      HttpResponse<String> response = regions.send("PUT", "/api/v1/query-log" + query);
      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(response.body()).contains(detail);
      assertThat(report(regions.get("/api/v1/query-log"))).isEqualTo(QueryLogReport.NEVER);
    }
  }

  private static void ask(RegionPair regions, String name) throws IOException {
    SimpleResolver resolver = new SimpleResolver(regions.fsn1().dnsAddresses().getFirst());
    resolver.send(
        Message.newQuery(Record.newRecord(Name.fromString(name, Name.root), Type.A, DClass.IN)));
  }

  private static QueryLogReport report(HttpResponse<String> response) throws Exception {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return StatusJson.decode(
        response.body().getBytes(StandardCharsets.UTF_8), QueryLogReport.class);
  }
}
