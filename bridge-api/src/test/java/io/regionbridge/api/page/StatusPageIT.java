package io.regionbridge.api.page;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.demo.DnsClient;
import io.regionbridge.api.lifecycle.RegionPair;
import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.ConditionType;
import io.regionbridge.api.status.Faults;
import io.regionbridge.api.status.StatusJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Name;
import org.xbill.DNS.Type;

/**
 * The status page of a running pair of regions, as an operator sees it in Chromium. Leaves pictures
 * of it in {@code target/screenshots}; those of the README are from there.
 */
@Timeout(600)
final class StatusPageIT {
  @TempDir Path profile;
  @TempDir Path directory;

  @Test
  void showsAnOperatorWhatIsAndWhatGoesWrong() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 2);
        StatusPage page = StatusPage.open(profile, RegionPair.url(regions.fsn1()));
        Load load = new Load(regions)) {
      Browser browser = page.browser();
      browser.await("document.getElementById('name')?.textContent === 'fsn1'");
      browser.await("document.querySelectorAll('[data-gateway][data-state=up]').length === 2");
      browser.await("document.querySelectorAll('#ways path.up').length === 2");
      page.awaitCalm();
      assertThat(page.text("plan")).contains("10.42.0.0/16", "10.52.0.0/16");
      assertThat(load.asked()).isTrue();

      traceByKeyboard(page);
      page.isUsableByKeyboard();
      browser.await(
          "document.querySelector('#latency-plot path.second')?.getAttribute('d').includes('L')");
      page.looksWell("calm");
      page.picture("light", 1290);
      browser.view(StatusPage.DESKTOP, 900, true);
      page.picture("dark", 1290);
      browser.view(StatusPage.PHONE, 780, false);
      page.picture("phone", 1150);
      browser.view(StatusPage.DESKTOP, 900, false);

      regions.mn(0).close();
      browser.await("document.querySelectorAll('[data-gateway][data-state=down]').length === 1");
      browser.await("document.querySelectorAll('#ways path.down').length === 1");
      assertThat(page.text("attention-title")).isEqualTo("One thing needs attention");
      page.tells("mn: gateway down", " is down: ", "names still resolve by the other gateway");
      page.looksWell("gateway-down");
      page.picture("gateway-down", 700);

      regions.mn(1).close();
      browser.await("document.getElementById('ready').textContent === '▲ ready, with faults'");
      page.tells(
          "mn: DNS not reachable", "no reachable gateway of region mn", "dig @127.0.0.1 -p ");
      page.looksWell("region-gone");
      // The browser itself reports the answer 400 to a name that is none.
      page.complainsOfNothing("name=a..b");
    }
  }

  @Test
  void saysThatItIsOldNewsWhileTheBridgeIsAwayAndGoesOnAfterwards() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 1);
        StatusPage page = StatusPage.open(profile, RegionPair.url(regions.fsn1()))) {
      Browser browser = page.browser();
      page.awaitCalm();
      String started = "document.querySelector('#about time').dateTime";
      String first = browser.evaluate(started).asText();

      regions.fsn1().close();
      browser.await("document.body.classList.contains('stale')");
      browser.await("document.getElementById('ready').textContent.startsWith('▲ no news for ')");
      assertThat(page.text("stale"))
          .contains("What is below is how it was at ", "Trying again by itself.");
      assertThat(browser.evaluate("document.title").asText())
          .isEqualTo("▲ no news · fsn1 · region-bridge");
      assertThat(page.text("plan")).as("what was last known stays").contains("10.52.0.0/16");
      page.looksWell("away");

      regions.restartFsn1();
      browser.await("!document.body.classList.contains('stale')");
      page.awaitCalm();
      assertThat(browser.evaluate("document.getElementById('stale').hidden").asBoolean()).isTrue();
      assertThat(browser.evaluate(started).asText()).isNotEqualTo(first);
      page.complainsOfNothing("net::ERR_");
    }
  }

  @Test
  void asksForATokenWhereOneIsNeeded() throws Exception {
    try (RegionPair regions = RegionPair.withToken(directory, "0123456789abcdef");
        StatusPage page = StatusPage.open(profile, RegionPair.url(regions.fsn1()))) {
      Browser browser = page.browser();
      browser.await("document.getElementById('key')?.hidden === false");
      page.isAccessible("asking for a token");
      browser.await("document.activeElement.id === 'token'");
      browser.type("0123456789abcdef");
      browser.press("Enter");
      browser.await("document.getElementById('name')?.textContent === 'fsn1'");
      browser.await("document.getElementById('key').hidden");
      traceByKeyboard(page);
    }
  }

  /**
   * Draws the last status of the bridge with changes. The page takes no further status and does not
   * become outdated: axe keeps a large page busy for longer than a status stays current.
   */
  private static void redraw(Browser browser, String change) {
    browser.evaluate(
        """
        (() => {
          window.original ??= last;
          window.shown ??= draw;
          draw = () => {};
          fresh = () => {};
          const status = structuredClone(original);
          %s
          shown(status);
        })()
        """
            .formatted(change));
  }

  @Test
  void findsNamesByAPartOfThemAndTracesTheChosenOne() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 1);
        StatusPage page = StatusPage.open(profile, RegionPair.url(regions.mn(0)))) {
      Browser browser = page.browser();
      page.awaitCalm();
      browser.evaluate("document.getElementById('part').focus(), true");
      browser.type("NATS.mess");
      browser.press("Enter");
      browser.await("document.querySelector('#found ul.names button')");
      assertThat(page.text("found"))
          .contains("1 name", "nats.messaging.svc.mn.internal", "ClusterIP, 2 endpoints");
      page.isUsableByKeyboard();
      page.looksWell("names");
      browser.evaluate("document.querySelector('#found ul.names button').focus(), true");
      browser.press("Enter");
      browser.await("document.querySelector('#traced ol.steps')");
      assertThat(page.text("traced")).contains("NOERROR", "10.52.1.7");

      trace(page, "nats.messaging.svc.any.internal");
      browser.await("document.getElementById('traced').textContent.includes('any.internal')");
      assertThat(page.text("traced")).contains("mn: local, 2 of 2 endpoints ready, answers");

      browser.evaluate("document.getElementById('part').select(), true");
      browser.evaluate("document.getElementById('part').focus(), true");
      browser.type("<b>none</b>");
      browser.press("Enter");
      browser.await("document.getElementById('found').textContent === 'No name has this in it.'");
      page.complainsOfNothing();
    }
  }

  @Test
  void showsTheFirstOfManyNamesWhateverTheyAreCalled() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 1);
        StatusPage page = StatusPage.open(profile, RegionPair.url(regions.mn(0)))) {
      Browser browser = page.browser();
      page.awaitCalm();
      browser.evaluate(
          """
          (() => {
            const asked = ask;
            ask = (path, signal) => !path.startsWith('/api/v1/names?') ? asked(path, signal) : Promise.resolve(new Response(JSON.stringify({
              bridge: 'mn', matched: 24021, unknown: ['hel1: its directory is not followed'],
              names: Array.from({ length: 20 }, (_, i) => ({ region: 'mn', name: 'a'.repeat(63) + '.' + 'b'.repeat(63) + '.svc.mn.internal', namespace: 'b',
                service: 'a', type: 'ClusterIP', endpoints: i, gives: 'pods', why: '<img src=x>' })) })));
            byId('part').value = 'a';
            byId('find').requestSubmit();
            return true;
          })()
          """);
      browser.await("document.querySelectorAll('#found ul.names li').length === 20");
      assertThat(page.text("found"))
          .contains(
              "24021 names, the first 20 are shown",
              "<img src=x>",
              "Names are not known of region hel1: its directory is not followed");
      page.looksWell("names-many");
      page.complainsOfNothing();
    }
  }

  /** One, three, twelve and fifty regions, and all of them gone: what the page looks like then. */
  @Test
  void looksWellWithFewRegionsAndWithMany() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 2);
        StatusPage page = StatusPage.open(profile, RegionPair.url(regions.fsn1()))) {
      page.awaitCalm();
      BridgeStatus seen = StatusJson.decode(regions.get("/api/v1/status").body().getBytes(UTF_8));
      for (int count : new int[] {1, 3, 12, 50}) {
        redraw(page.browser(), redrawn(seen, count, "up"));
        assertThat(page.text("attention-title")).isEqualTo("Nothing needs attention");
        page.looksWell("regions-" + count);
        redraw(page.browser(), redrawn(seen, count, "down"));
        assertThat(page.text("attention-title")).isEqualTo("One thing needs attention");
        assertThat(page.text("problems"))
            .contains(
                count == 1
                    ? "no reachable gateway of region region-0"
                    : "none of the %d regions is reachable".formatted(count));
        page.looksWell("regions-" + count + "-down");
      }
      page.complainsOfNothing();
    }
  }

  /** The script that shows so many peers, each with two gateways in one state. */
  private static String redrawn(BridgeStatus seen, int count, String state) {
    List<BridgeStatus.Peer> peers = new ArrayList<>();
    BridgeStatus.Peer mn = seen.peers().getFirst();
    String since = Instant.parse(seen.time()).minusSeconds(50).toString();
    for (int i = 0; i < count; i++) {
      String name = "region-" + i;
      boolean up = state.equals("up");
      List<BridgeStatus.Gateway> gateways = new ArrayList<>();
      for (int j = 0; j < 2; j++) {
        gateways.add(
            new BridgeStatus.Gateway(
                "100.64.%d.%d:1053".formatted(i, j + 1),
                state,
                since,
                "no answer in time",
                up ? 12.5 * (i + 1) + 30 * j : 0,
                Map.of(),
                null));
      }
      BridgeStatus.Condition reachable =
          new BridgeStatus.Condition(
              ConditionType.DNS_REACHABLE.text(),
              up ? "True" : "False",
              up ? "SomeGatewaysUp" : "NoGatewayUp",
              up ? "2 of 2 gateways answer" : "no reachable gateway of region " + name,
              since);
      peers.add(
          new BridgeStatus.Peer(
              name,
              name + ".internal",
              List.of("10.%d.0.0/16".formatted(100 + i)),
              List.of(),
              mn.sources(),
              true,
              0,
              List.of(reachable),
              gateways,
              null));
    }
    BridgeStatus changed = withPeers(seen, peers);
    return """
    Object.assign(status, %1$s);
    window.drawCharts ??= charts;
    charts = () => {};
    drawCharts({ end: status.time, stepSeconds: 5, queriesPerSecond: Array.from({ length: 120 }, (_, i) => 180 + 60 * Math.sin(i / 9)),
      cacheShare: Array.from({ length: 120 }, (_, i) => i %% 40 === 7 ? null : .7 + .2 * Math.sin(i / 15)),
      medianMillis: new Array(120).fill(.1), p99Millis: Array.from({ length: 120 }, (_, i) => i %% 30 < 3 ? 250 : 25),
      gateways: status.peers.flatMap((p, n) => p.gateways.map((g, j) => ({ region: p.name, address: g.address,
        states: '-'.repeat(8) + 'u'.repeat(60) + (j && n %% 4 === 0 ? 'd'.repeat(12) : 'u'.repeat(12)) + 'u'.repeat(30) + '%2$s'.repeat(10) }))) });
    """
        .formatted(
            new String(StatusJson.encode(changed.with(Faults.of(changed))), UTF_8),
            state.charAt(0));
  }

  private static BridgeStatus withPeers(BridgeStatus seen, List<BridgeStatus.Peer> peers) {
    return new BridgeStatus(
        seen.version(),
        seen.time(),
        Instant.parse(seen.time()).minus(Duration.ofDays(3)).toString(),
        seen.ready(),
        seen.notReady(),
        seen.region(),
        seen.dns(),
        seen.directory(),
        seen.conditions(),
        seen.gateways(),
        peers,
        seen.tunnels(),
        seen.policies(),
        List.of());
  }

  @Test
  void showsFiftyRegionsAtAGlanceAndWhateverTheyAreCalled() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 2);
        StatusPage page = StatusPage.open(profile, RegionPair.url(regions.fsn1()))) {
      Browser browser = page.browser();
      page.awaitCalm();
      redraw(
          browser,
          """
          status.peers = Array.from({ length: 50 }, (_, i) => ({ ...status.peers[0], name: 'r' + i, domain: `r${i}.internal`,
            podCIDRs: [`10.${60 + i}.0.0/16`], gateways: status.peers[0].gateways.map((g, j) => ({ ...g, address: `10.9.${i}.${j}:1053`,
              state: i % 9 === 8 && j === 0 ? 'down' : 'up', since: status.time })) }));
          """);
      page.looksWell("fifty");
      assertThat(browser.evaluate("document.querySelectorAll('#places > li').length").asInt())
          .isEqualTo(50);
      assertThat(page.text("places")).contains("2 gateways● up", "10.9.8.0:1053▲ down");
      String bottom = "document.getElementById('map').getBoundingClientRect().bottom";
      assertThat(browser.evaluate(bottom).asInt()).as("px, of two screens").isLessThan(1800);

      redraw(
          browser,
          """
          status.region.name = 'region-with-as-many-characters-as-a-label-may-have-and-that-is-63';
          status.peers[0].name = '<img src=x onerror=alert(1)>\\u202eevil\\u0007';
          status.peers[0].domain = '"><script>alert(1)</script>' + 'x'.repeat(200);
          status.peers[0].gateways[0].address = '[2001:db8:1234:5678:9abc:def0:1234:5678]:65535';
          status.peers[0].conditions[0].message = 'a\\u202eb';
          """);
      page.looksWell("hostile");
      assertThat(page.text("places")).contains("<img src=x onerror=alert(1)>\\u202eevil\\u0007");
      assertThat(page.text("conditions")).contains("a\\u202eb");
      assertThat(
              browser.evaluate("document.querySelectorAll('main img, main script').length").asInt())
          .isZero();
      page.complainsOfNothing();
    }
  }

  private static void traceByKeyboard(StatusPage page) {
    trace(page, "nats.messaging.svc.mn.internal");
    page.browser().await("document.querySelector('#traced ol.steps')");
    assertThat(page.text("traced"))
        .contains("zone", "mn.internal, of region mn", "NOERROR", "10.52.1.7", " ms");
    trace(page, "a..b");
    page.browser()
        .await("document.getElementById('traced').textContent.includes('is no domain name')");
    trace(page, "nats.messaging.svc.mn.internal");
    page.browser().await("document.querySelector('#traced ol.steps')");
  }

  private static void trace(StatusPage page, String name) {
    page.browser().evaluate("document.getElementById('question').select(), true");
    page.browser().evaluate("document.getElementById('question').focus(), true");
    page.browser().type(name);
    page.browser().press("Enter");
  }

  /** Somebody who asks for names all the time, so that there is something to see. */
  private static final class Load implements AutoCloseable {
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicBoolean asked = new AtomicBoolean();
    private final Thread thread;

    Load(RegionPair regions) {
      DnsClient client =
          new DnsClient(regions.fsn1().dnsAddresses().getFirst(), RegionPair.TIMEOUT);
      thread =
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                int n = 0;
                while (!over.get()) {
                  try {
                    String host = n++ % 3 == 0 ? "nats-" + n + "." : "";
                    client.ask(Name.fromString(host + "nats.messaging.svc.mn.internal."), Type.A);
                    asked.set(true);
                    Thread.sleep(4); // a pace, not a wait
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  } catch (InterruptedException e) {
                    return;
                  }
                }
              });
    }

    boolean asked() throws InterruptedException {
      long end = System.nanoTime() + RegionPair.TIMEOUT.toNanos();
      while (!asked.get() && System.nanoTime() < end) {
        thread.join(20);
      }
      return asked.get();
    }

    @Override
    public void close() {
      over.set(true);
      thread.interrupt();
    }
  }
}
