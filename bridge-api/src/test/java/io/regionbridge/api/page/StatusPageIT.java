package io.regionbridge.api.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.regionbridge.api.assembly.RegionPair;
import io.regionbridge.api.demo.DnsClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
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
@Timeout(240)
final class StatusPageIT {
  private static final Path PICTURES = Path.of("target/screenshots");
  private static final int WIDTH = 1200;
  private static final int PHONE = 390;

  @TempDir Path profile;
  @TempDir Path directory;

  @Test
  void showsAnOperatorWhatIsAndWhatGoesWrong() throws Exception {
    try (Browser browser = Browser.start(profile);
        RegionPair regions = RegionPair.start(directory, 2);
        Load load = new Load(regions)) {
      browser.view(WIDTH, 900, false);
      browser.open(RegionPair.url(regions.fsn1()) + "/");
      browser.await("document.getElementById('name')?.textContent === 'fsn1'");
      browser.await("document.querySelectorAll('[data-gateway][data-state=up]').length === 2");
      browser.await("document.querySelectorAll('#ways path.up').length === 2");
      browser.await("document.getElementById('ready').textContent === '● all well'");
      assertThat(text(browser, "attention-title")).isEqualTo("Nothing needs attention");
      assertThat(text(browser, "plan")).contains("10.42.0.0/16", "10.52.0.0/16");
      assertThat(load.asked()).isTrue();

      trace(browser);
      browser.await("document.getElementById('p99-curve').getAttribute('d').length > 60");
      isAccessible(browser, "light");
      browser.screenshot(PICTURES.resolve("light.png"), 1150);
      browser.view(WIDTH, 900, true);
      isAccessible(browser, "dark");
      browser.screenshot(PICTURES.resolve("dark.png"), 1150);
      browser.view(PHONE, 844, false);
      isAccessible(browser, "phone");
      assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
          .as("width of the page on a phone")
          .isLessThanOrEqualTo(PHONE);
      browser.screenshot(PICTURES.resolve("phone.png"), 1200);

      browser.view(WIDTH, 900, false);
      regions.mn(0).close();
      browser.await("document.querySelectorAll('[data-gateway][data-state=down]').length === 1");
      browser.await("document.querySelectorAll('#ways path.down').length === 1");
      assertThat(text(browser, "attention-title")).isEqualTo("One thing needs attention");
      assertThat(text(browser, "problems"))
          .contains(
              "mn: gateway for ", "127.0.0.1:", " is down: ", "still resolve by the other gateway");
      isAccessible(browser, "with a gateway down");
      browser.screenshot(PICTURES.resolve("gateway-down.png"), 700);

      regions.mn(1).close();
      browser.await("document.getElementById('ready').textContent === '▲ ready, with faults'");
      assertThat(text(browser, "problems")).contains("no reachable gateway of region mn");
      // The browser itself reports the answer 400 to a name that is none.
      assertThat(browser.errors()).filteredOn(e -> !e.contains("name=a..b")).isEmpty();
    }
  }

  @Test
  void asksForATokenWhereOneIsNeeded() throws Exception {
    try (Browser browser = Browser.start(profile);
        RegionPair regions = RegionPair.withToken(directory, "0123456789abcdef")) {
      browser.view(WIDTH, 900, false);
      browser.open(RegionPair.url(regions.fsn1()) + "/");
      browser.await("document.getElementById('key')?.hidden === false");
      isAccessible(browser, "asking for a token");
      browser.evaluate(
          "document.getElementById('token').value = '0123456789abcdef',"
              + " document.getElementById('key-form').requestSubmit()");
      browser.await("document.getElementById('name')?.textContent === 'fsn1'");
      browser.await("document.getElementById('key').hidden");
      trace(browser);
    }
  }

  private static void trace(Browser browser) {
    browser.evaluate(
        "document.getElementById('question').value = 'nats.messaging.svc.mn.internal',"
            + " document.getElementById('trace').requestSubmit()");
    browser.await("document.querySelector('#traced ol.steps')");
    assertThat(text(browser, "traced"))
        .contains("zone", "mn.internal, of region mn", "NOERROR", "10.52.1.7", " ms");
    browser.evaluate(
        "document.getElementById('question').value = 'a..b',"
            + " document.getElementById('trace').requestSubmit()");
    browser.await("document.getElementById('traced').textContent.includes('is no domain name')");
    browser.evaluate(
        "document.getElementById('question').value = 'nats.messaging.svc.mn.internal',"
            + " document.getElementById('trace').requestSubmit()");
    browser.await("document.querySelector('#traced ol.steps')");
  }

  private static String text(Browser browser, String id) {
    return browser.evaluate("document.getElementById('" + id + "').textContent").asText();
  }

  /** What axe finds: WCAG 2.2 A and AA, and what it calls best practices. */
  private static void isAccessible(Browser browser, String what) throws IOException {
    try (InputStream axe = StatusPageIT.class.getResourceAsStream("/axe.min.js")) {
      browser.evaluate(
          new String(Objects.requireNonNull(axe, "axe-core").readAllBytes(), StandardCharsets.UTF_8)
              + "; true");
    }
    JsonNode violations =
        browser.evaluate(
            "axe.run().then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html)))");
    assertThat(violations).as("violations, %s", what).isEmpty();
  }

  /** Somebody who asks for names all the time, so that there is something to see. */
  private static final class Load implements AutoCloseable {
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicBoolean asked = new AtomicBoolean();
    private final Thread thread;

    Load(RegionPair regions) {
      DnsClient client =
          new DnsClient(regions.fsn1().dnsAddresses().getFirst(), RegionPair.PATIENCE);
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
      long end = System.nanoTime() + RegionPair.PATIENCE.toNanos();
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
