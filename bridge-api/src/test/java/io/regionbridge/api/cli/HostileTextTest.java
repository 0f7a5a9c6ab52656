package io.regionbridge.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.ConditionType;
import io.regionbridge.api.status.StatusJson;
import io.regionbridge.api.status.TraceReport;
import io.regionbridge.router.diagnosis.Check;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What other regions write reaches the operator's terminal as text, and as nothing else. */
final class HostileTextTest {
  /** Hides what follows, sets the window's title, rings, goes home, turns the direction, ends. */
  private static final String HOSTILE =
      "a\u001B[8mb\u001B]0;title\u0007c\u009B2Jd\u202Ee\rf\ng\u2028h\u200Bi";

  private static final String HARMLESS =
      "a\\u001b[8mb\\u001b]0;title\\u0007c\\u009b2Jd\\u202ee\\u000df\\ng\\u2028h\\u200bi";
  private static final String LONG = "x".repeat(200);
  private static final String NOW = "2026-01-01T12:00:00Z";

  @Test
  void aTableShowsEscapesAsTheyAreWrittenAndStaysInPlace() {
    List<String> lines =
        new Columns()
            .row("NAME", "STATE", "FOR")
            .row("mn", "up", "5m")
            .row(HOSTILE, "down", "7s")
            .lines(200, false);
    assertThat(lines.get(2)).startsWith(HARMLESS + "  down");
    assertThat(lines.get(1)).startsWith("mn").endsWith("  up     5m");
    assertThat(lines.get(1).indexOf("up")).isEqualTo(lines.get(2).indexOf("down"));
  }

  @Test
  void aLongNameIsCutAndTheLastColumnGoesOnBelow() {
    List<String> lines =
        new Columns()
            .row("NAME", "STATE", "RANGES")
            .row(LONG, "up", "10.1.0.0/16, 10.2.0.0/16, 10.3.0.0/16, 10.4.0.0/16")
            .lines(80, false);
    assertThat(lines).allMatch(line -> line.length() <= 80);
    assertThat(lines.get(1)).contains("x…  up     10.1.0.0/16,");
    assertThat(lines.getLast().strip()).isEqualTo("10.4.0.0/16");
  }

  @Test
  void aCutTakesNoCharacterApart() {
    String wide = "\uD83C\uDF0D".repeat(5);
    assertThat(Paragraph.cut(wide, 6)).isEqualTo("\uD83C\uDF0D\uD83C\uDF0D…");
    assertThat(Paragraph.lines(wide, 5))
        .containsExactly("\uD83C\uDF0D\uD83C\uDF0D", "\uD83C\uDF0D\uD83C\uDF0D", "\uD83C\uDF0D");
    assertThat(Paragraph.lines(wide, 1)).hasSize(10);
  }

  @Test
  void statusStandsWhateverAPeerIsCalled() {
    for (boolean wide : new boolean[] {false, true}) {
      assertThat(StatusTable.of(status(HOSTILE), 80, wide, false))
          .noneMatch(HostileTextTest::harmful);
    }
    for (int columns = 40; columns <= 200; columns++) {
      int most = columns;
      assertThat(StatusTable.of(status(LONG), columns, false, false))
          .as("in %d columns", columns)
          .allMatch(line -> line.length() <= most);
    }
    assertThat(StatusTable.of(status(LONG), 80, true, false)).anyMatch(line -> line.contains(LONG));
  }

  @Test
  void traceAndDoctorStandWhateverTheyTell() {
    TraceReport report =
        new TraceReport(
            HOSTILE,
            HOSTILE,
            "A",
            "pods",
            new TraceReport.Zone(HOSTILE, "peer", HOSTILE, 0),
            new TraceReport.Cache("absent", 0, 0, 0),
            List.of(new TraceReport.Try(HOSTILE, HOSTILE, 0, 0, 0, HOSTILE)),
            new TraceReport.Answer(
                "relay",
                HOSTILE,
                false,
                List.of(new TraceReport.ResourceRecord(LONG, 5, "TXT", HOSTILE)),
                List.of(),
                List.of(HOSTILE),
                0));
    assertThat(TraceText.of(report, 80))
        .noneMatch(HostileTextTest::harmful)
        .allMatch(line -> line.length() <= 80);
    List<Check> checks = List.of(Check.failure(HOSTILE, HOSTILE, HOSTILE));
    assertThat(DoctorText.lines(checks)).hasSize(2).noneMatch(HostileTextTest::harmful);
    assertThat(DoctorText.folded(checks, 80, false)).noneMatch(HostileTextTest::harmful);
  }

  @Test
  void jsonAndYamlForProgramsAreEscapedAndSayTheSame() throws Exception {
    String tag = "\uDB40\uDC41"; // a format character beyond the first plane
    for (String name : List.of(HOSTILE, "zürich→mn", "two\nlines of " + HOSTILE, tag, "\uD800")) {
      BridgeStatus status = status(name);
      String json = StatusJson.pretty(status);
      assertThat(json.lines()).noneMatch(HostileTextTest::harmful);
      assertThat(json).doesNotContain(tag);
      assertThat(StatusJson.decode(json.getBytes(StandardCharsets.UTF_8))).isEqualTo(status);
      String yaml = StatusJson.yaml(status);
      assertThat(yaml.lines()).noneMatch(HostileTextTest::harmful);
      assertThat(yaml).doesNotContain(tag);
      if (!name.equals("\uD800")) { // no character: YAML has no way to write it
        assertThat(new YAMLMapper().readValue(yaml, BridgeStatus.class)).isEqualTo(status);
      }
    }
    assertThat(StatusJson.pretty(status("zürich→mn"))).contains("zürich→mn");
    assertThat(StatusJson.yaml(status("zürich→mn"))).contains("name: zürich→mn\n");
  }

  private static boolean harmful(String line) {
    return line.chars().anyMatch(c -> Character.isISOControl(c) || c == 0x202E || c == 0x2028);
  }

  private static BridgeStatus status(String name) {
    return new BridgeStatus(
        name,
        NOW,
        NOW,
        false,
        List.of(name),
        new BridgeStatus.Region(name, name, List.of(name), List.of(), List.of()),
        new BridgeStatus.Dns(List.of(name), Map.of(name, 1L), 0, 0, 0, 0, 0, List.of(), Map.of()),
        new BridgeStatus.Directory(true, 0, 0, List.of(), List.of(), List.of(), List.of()),
        List.of(BridgeStatus.Condition.no(ConditionType.DIRECTORY_LOADED, "X", name)),
        List.of(new BridgeStatus.LocalGateway(name, name, name, 1053, true, true)),
        List.of(
            new BridgeStatus.Peer(
                name,
                name,
                List.of(name),
                List.of(name),
                List.of(name),
                true,
                1,
                List.of(),
                List.of(new BridgeStatus.Gateway(name, "down", NOW, name, 0, Map.of(), null)),
                null)),
        List.of(new BridgeStatus.Tunnel(name, name, name, List.of(), "down", NOW, null, 0, 0)),
        List.of(new BridgeStatus.Policy(name, name, List.of(name, name), name, "blocked", name)),
        List.of());
  }
}
