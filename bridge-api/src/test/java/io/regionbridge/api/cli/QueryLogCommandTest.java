package io.regionbridge.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.lifecycle.RegionPair;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

final class QueryLogCommandTest {
  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void switchesTheLogOfARunningBridgeOnAndOff() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 0)) {
      String url = RegionPair.url(regions.fsn1());
      assertThat(run("query-log", "--url", url)).as(err.toString()).isEqualTo(ExitCode.OK);
      assertThat(out.toString()).isEqualTo("off; name a --client or a --zone to log its queries\n");
      String[] choice = {"--client", "10.42.0.7", "--zone=mn.internal", "--rate=5", "--for", "5m"};
      assertThat(
              run(
                  "query-log",
                  choice[0],
                  choice[1],
                  choice[2],
                  choice[3],
                  choice[4],
                  choice[5],
                  "--url",
                  url))
          .isEqualTo(ExitCode.OK);
      assertThat(out.toString())
          .startsWith("on until 20")
          .endsWith(
              """
              Z: of mn.internal from 10.42.0.7/32
              0 of 0 queries logged, 5 a second at most
              the lines are in the log of %s
              """
                  .formatted(url));
      assertThat(run("query-log", "--url", url, "-o", "json")).isEqualTo(ExitCode.OK);
      assertThat(out.toString()).contains("\"active\" : true");
      assertThat(run("query-log", "--off", "--url", url)).isEqualTo(ExitCode.OK);
      assertThat(out.toString()).startsWith("off; the last: of mn.internal from 10.42.0.7/32\n");
    }
  }

  @Test
  void showsTheQueriesThatFailedAsTheyCome() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 0)) {
      String url = RegionPair.url(regions.fsn1());
      regions.send("PUT", "/api/v1/query-log?zone=.&failed=true&for=3s");
      for (String name : List.of("nats.x.svc.fsn1.internal", "www.example.com")) {
        new SimpleResolver(regions.fsn1().dnsAddresses().getFirst())
            .send(
                Message.newQuery(
                    Record.newRecord(Name.fromString(name, Name.root), Type.A, DClass.IN)));
      }
      assertThat(run("query-log", "--follow", "--url", url)).isEqualTo(ExitCode.OK);
      assertThat(out.toString().lines())
          .singleElement()
          .asString()
          .contains("www.example.com A, REFUSED (refused) after ");
    }
  }

  @Test
  void saysWhatIsWrongWithAChoice() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 0)) {
      String url = RegionPair.url(regions.fsn1());
      assertThat(run("query-log", "--for", "1m", "--url", url)).isEqualTo(ExitCode.USAGE);
      assertThat(err.toString())
          .isEqualTo(
              "region-bridge: whose queries? name a client (an address or a range) or a zone;"
                  + " zone . is all names\n");
      assertThat(run("query-log", "--zone", ".", "--rate", "1000", "--url", url))
          .isEqualTo(ExitCode.USAGE);
      assertThat(err.toString()).contains("--rate \"1000\" is no whole number from 1 to 100");
      assertThat(run("query-log", "--off", "--zone", ".", "--url", url)).isEqualTo(ExitCode.USAGE);
      assertThat(err.toString()).contains("--off goes with no other choice");
    }
  }

  private int run(String... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    Terminal terminal = new Terminal(new PrintWriter(out), new PrintWriter(err), Map.of());
    return Main.run(terminal, List.of(args));
  }
}
