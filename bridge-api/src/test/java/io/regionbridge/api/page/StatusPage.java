package io.regionbridge.api.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The status page of a bridge as an operator has it before their eyes, in Chromium. Leaves pictures
 * in {@code target/screenshots}.
 */
public final class StatusPage implements AutoCloseable {
  static final int DESKTOP = 1200;

  /** A large screen. */
  static final int WIDE = 1920;

  static final int TABLET = 768;

  /** The narrowest that is sold. */
  static final int PHONE = 360;

  private static final Path PICTURES = Path.of("target/screenshots");

  private static final String ALL_RULES = "{}";

  /**
   * A way to see the page, and what axe looks for in it. A look at a large page costs axe seconds;
   * colours depend on dark and light alone, and all else on the width alone, and only phones have
   * another layout than the others.
   */
  private enum Look {
    DESKTOP_LIGHT("-light", DESKTOP, false, ALL_RULES),
    DESKTOP_DARK("-dark", DESKTOP, true, "{runOnly: ['color-contrast']}"),
    WIDE_DARK("-wide-dark", WIDE, true, null),
    TABLET_LIGHT("-tablet-light", TABLET, false, null),
    PHONE_LIGHT("-phone-light", PHONE, false, ALL_RULES),
    PHONE_DARK("-phone-dark", PHONE, true, null);

    private final String suffix;
    private final int width;
    private final boolean dark;
    private final @Nullable String rules;

    Look(String suffix, int width, boolean dark, @Nullable String rules) {
      this.suffix = suffix;
      this.width = width;
      this.dark = dark;
      this.rules = rules;
    }
  }

  private final Browser browser;

  private StatusPage(Browser browser) {
    this.browser = browser;
  }

  /**
   * Opens the page; skips the test where there is no browser.
   *
   * @param profile a directory for the browser
   * @param url of the bridge, without a path
   */
  public static StatusPage open(Path profile, String url) throws Exception {
    StatusPage page = new StatusPage(Browser.start(profile));
    page.browser.view(DESKTOP, 900, false);
    page.browser.open(url + "/");
    return page;
  }

  Browser browser() {
    return browser;
  }

  /** Waits until the page says that all is well. */
  public void awaitCalm() {
    browser.await("document.getElementById('ready')?.textContent === '● all well'");
    assertThat(text("attention-title")).isEqualTo("Nothing needs attention");
  }

  /**
   * Waits until the page tells of a fault, and looks whether it says since when and what to do.
   *
   * @param title in the page's own words, with the region
   * @param message a part of what is wrong
   * @param remedy a part of what to do
   */
  public void tells(String title, String message, String remedy) {
    String item =
        "[...document.querySelectorAll('#problems > li')]"
            + ".find(li => li.querySelector('.word').textContent.endsWith(%s) && li.textContent.includes(%s))"
                .formatted(quoted(title), quoted(message));
    browser.await(item);
    assertThat(browser.evaluate(item + ".innerText").asText().replaceAll("\\s+", " "))
        .contains("What to do: ", remedy)
        .containsPattern("since .*\\d\\d:\\d\\d:\\d\\d \\S+, for \\d+ s");
    assertThat(browser.evaluate("document.title").asText()).matches("[▲○] [1-9]\\d* · .*");
    browser.await("document.getElementById('spoken').textContent.includes(" + quoted(title) + ")");
    assertThat(browser.evaluate(item + ".getBoundingClientRect().top").asInt())
        .as("seen without scrolling")
        .isLessThan(900);
  }

  /** Waits until a part of the page shows a text. */
  public void shows(String selector, String text) {
    browser.await(
        "document.querySelector(%s)?.innerText.replaceAll(/\\s+/g, ' ').includes(%s)"
            .formatted(quoted(selector), quoted(text)));
  }

  /**
   * Looks at the page as it is now in each way that people have it: from phones to large screens,
   * dark and light, on paper. Nothing may stick out, and axe must find nothing: WCAG 2.2 A and AA,
   * and what it calls best practices.
   *
   * @param name of the pictures
   */
  public void looksWell(String name) throws IOException {
    for (Look look : Look.values()) {
      browser.view(look.width, look.width == PHONE ? 780 : 900, look.dark);
      if (look.rules != null) {
        isAccessible(name + look.suffix, look.rules);
      }
      assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
          .as("width of the page, %s", name + look.suffix)
          .isLessThanOrEqualTo(look.width);
      browser.screenshot(PICTURES.resolve(name + look.suffix + ".png"), 2400);
    }
    browser.print();
    browser.screenshot(PICTURES.resolve(name + "-print.png"), 2400);
    browser.view(DESKTOP, 900, false);
  }

  /** Writes a picture of the upper part of the page. */
  void picture(String name, int height) throws IOException {
    browser.screenshot(PICTURES.resolve(name + ".png"), height);
  }

  /** All that can be used is reached by the tabulator, in the order of the page, and shows it. */
  void isUsableByKeyboard() {
    String usable =
        "[...document.querySelectorAll('a[href], button, input, select, summary,"
            + " [tabindex=\"0\"]')].filter(e => e.checkVisibility())";
    List<String> meant = new ArrayList<>();
    browser
        .evaluate(usable + ".map((e, i) => e.dataset.order = String(i))")
        .forEach(order -> meant.add(order.asText()));
    assertThat(meant).hasSizeGreaterThan(6);
    browser.evaluate("document.querySelector('[data-order=\"0\"]').focus(), true");
    List<String> reached = new ArrayList<>();
    for (int i = 0; i < meant.size(); i++) {
      reached.add(browser.evaluate("document.activeElement.dataset.order ?? ''").asText());
      assertThat(browser.evaluate("getComputedStyle(document.activeElement).outlineStyle").asText())
          .as("mark of the focus on the element of that number: %s", reached)
          .isNotEqualTo("none");
      browser.press("Tab");
    }
    assertThat(reached).isEqualTo(meant);
  }

  /** What axe finds. */
  void isAccessible(String what) throws IOException {
    isAccessible(what, ALL_RULES);
  }

  private void isAccessible(String what, String rules) throws IOException {
    if (!browser.evaluate("'axe' in window").asBoolean()) {
      try (InputStream axe = StatusPage.class.getResourceAsStream("/axe.min.js")) {
        byte[] script = Objects.requireNonNull(axe, "axe-core").readAllBytes();
        browser.evaluate(new String(script, StandardCharsets.UTF_8) + "; true");
      }
    }
    JsonNode violations =
        browser.evaluate(
            "axe.run({...%s, resultTypes: ['violations']})".formatted(rules)
                + ".then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html)))");
    assertThat(violations).as("violations, %s", what).isEmpty();
  }

  /**
   * The console is empty, but for what the browser itself says of requests that were meant to fail.
   */
  public void complainsOfNothing(String... meant) {
    assertThat(browser.errors())
        .filteredOn(error -> List.of(meant).stream().noneMatch(error::contains))
        .isEmpty();
  }

  String text(String id) {
    return browser.evaluate("document.getElementById('" + id + "').textContent").asText();
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }

  @Override
  public void close() {
    browser.close();
  }
}
