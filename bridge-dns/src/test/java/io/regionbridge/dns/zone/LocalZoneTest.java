package io.regionbridge.dns.zone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regionbridge.dns.testing.Records;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Name;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Type;

class LocalZoneTest {
  private static final String APEX = "fsn1.internal";
  private static final SOARecord SOA = Records.soa(APEX, 5, 1, 5);

  private static LocalZone zone(String... names) {
    return change(LocalZone.empty(Records.name(APEX), "svc", SOA), true, names);
  }

  private static LocalZone change(LocalZone zone, boolean there, String... names) {
    Map<Name, @Nullable ZoneNode> changes = new HashMap<>();
    for (String name : names) {
      Name absolute = Records.name(name + "." + APEX);
      changes.put(
          absolute,
          there ? ZoneNode.of(java.util.List.of(Records.a(absolute, 5, "10.42.0.1"))) : null);
    }
    return zone.with(changes, SOA);
  }

  private static @Nullable ZoneNode find(LocalZone zone, String name) {
    byte[] wire = Records.name(name.isEmpty() ? APEX : name + "." + APEX).toWireCanonical();
    return zone.find(wire, 0, wire.length - zone.apexLength());
  }

  private static boolean exists(LocalZone zone, String name) {
    return find(zone, name) != null;
  }

  private static boolean holds(LocalZone zone, String name) {
    ZoneNode node = find(zone, name);
    return node != null && node.hasRecords();
  }

  @Test
  void anEmptyZoneHasItsApexAlone() {
    LocalZone zone = zone();
    assertThat(zone.loaded()).isFalse();
    assertThat(holds(zone, "")).isTrue();
    assertThat(exists(zone, "svc")).isFalse();
    assertThat(zone.loadedFully().loaded()).isTrue();
    assertThat(zone.names()).isOne();
  }

  @Test
  void namesAboveANameExistWithoutRecords() {
    LocalZone zone = zone("_http._tcp.web.shop.svc");
    for (String name :
        new String[] {"_tcp.web.shop.svc", "web.shop.svc", "shop.svc", "svc", "shop", "web.shop"}) {
      assertThat(exists(zone, name)).as(name).isTrue();
      assertThat(holds(zone, name)).as(name).isFalse();
    }
    assertThat(exists(zone, "other.svc")).isFalse();
    assertThat(exists(zone, "a._http._tcp.web.shop.svc")).isFalse();
  }

  @Test
  void namesAboveANameVanishWithTheLastNameBelow() {
    LocalZone both = zone("a.shop.svc", "b.shop.svc");
    LocalZone one = change(both, false, "a.shop.svc");
    assertThat(exists(one, "shop.svc")).isTrue();
    assertThat(exists(one, "a.shop.svc")).isFalse();
    LocalZone none = change(one, false, "b.shop.svc");
    assertThat(exists(none, "shop.svc")).isFalse();
    assertThat(exists(none, "svc")).isFalse();
    assertThat(none.names()).isOne();
    assertThat(exists(both, "a.shop.svc")).as("the version before").isTrue();
  }

  @Test
  void aNameWithNamesBelowStaysWithoutItsRecords() {
    LocalZone zone = change(zone("web.shop.svc", "pod.web.shop.svc"), false, "web.shop.svc");
    assertThat(exists(zone, "web.shop.svc")).isTrue();
    assertThat(holds(zone, "web.shop.svc")).isFalse();
    assertThat(holds(zone, "pod.web.shop.svc")).isTrue();
    assertThat(exists(change(zone, false, "pod.web.shop.svc"), "web.shop.svc")).isFalse();
  }

  @Test
  void takingAwayWhatIsNotThereChangesNothing() {
    LocalZone zone = change(zone("web.shop.svc"), false, "no.shop.svc", "shop.svc", "no");
    assertThat(holds(zone, "web.shop.svc")).isTrue();
    assertThat(exists(zone, "shop.svc")).isTrue();
    assertThat(zone.names()).isEqualTo(zone("web.shop.svc").names());
  }

  @Test
  void theShortFormFindsWhatTheLongOneHolds() {
    LocalZone zone = zone("web.shop.svc");
    assertThat(find(zone, "web.shop")).isSameAs(find(zone, "web.shop.svc"));
    assertThat(exists(zone, "web.shop.svc.svc")).isFalse();
  }

  @Test
  void aNamespaceCalledSvcIsReachedInBothForms() {
    LocalZone zone = zone("web.svc.svc");
    assertThat(holds(zone, "web.svc.svc")).isTrue();
    assertThat(find(zone, "web.svc")).isSameAs(find(zone, "web.svc.svc"));
    assertThat(exists(zone, "svc.svc")).isTrue();
    LocalZone shadowed = change(zone, true, "db.web.svc");
    assertThat(exists(shadowed, "web.svc")).isTrue();
    assertThat(holds(shadowed, "web.svc")).as("namespace web comes first as it stands").isFalse();
    assertThat(holds(shadowed, "db.web")).isTrue();
    assertThat(holds(shadowed, "web.svc.svc")).isTrue();
  }

  @Test
  void aNameOutsideSvcHasNoLongForm() {
    LocalZone zone = zone("ns.dns");
    assertThat(holds(zone, "ns.dns")).isTrue();
    assertThat(exists(zone, "ns.dns.svc")).isFalse();
  }

  @Test
  void octetsThatLookLikeSvcInsideALabelAreNotIt() {
    LocalZone zone = zone("web.shop.svc");
    byte[] apex = Records.name(APEX).toWireCanonical();
    // One label of the octets 3 's' 'v' 'c', instead of a label "svc" behind another.
    byte[] odd = new byte[5 + apex.length];
    System.arraycopy(new byte[] {4, 3, 's', 'v', 'c'}, 0, odd, 0, 5);
    System.arraycopy(apex, 0, odd, 5, apex.length);
    assertThat(zone.find(odd, 0, 5)).isNull();
  }

  @Test
  void aZoneWithoutAnOmittableLabelHasNoShortForms() {
    LocalZone zone =
        LocalZone.empty(Records.name("42.10.in-addr.arpa"), null, SOA)
            .with(
                Collections.singletonMap(
                    Records.name("7.0.42.10.in-addr.arpa"),
                    ZoneNode.of(java.util.List.of(Records.txt("7.0.42.10.in-addr.arpa", 5, "x")))),
                SOA);
    byte[] wire = Records.name("7.0.42.10.in-addr.arpa").toWireCanonical();
    assertThat(zone.find(wire, 0, wire.length - zone.apexLength())).isNotNull();
    byte[] between = Records.name("0.42.10.in-addr.arpa").toWireCanonical();
    assertThat(zone.find(between, 0, between.length - zone.apexLength())).isNotNull();
  }

  @Test
  void aNameOutsideTheZoneIsAMistakeOfTheCaller() {
    assertThatThrownBy(
            () -> zone().with(Collections.singletonMap(Records.name("mn.internal"), null), SOA))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("mn.internal. is not within the zone fsn1.internal.");
  }

  @Test
  void theApexAlwaysServesTheSoaOfItsVersion() {
    SOARecord next = Records.soa(APEX, 5, 2, 5);
    LocalZone zone = zone("web.shop.svc").with(Map.of(), next);
    assertThat(serial(zone)).isEqualTo(2);
    Map<Name, @Nullable ZoneNode> bare =
        Collections.singletonMap(
            Records.name(APEX), ZoneNode.of(java.util.List.of(Records.txt(APEX, 5, "apex"))));
    LocalZone own = zone.with(bare, Records.soa(APEX, 5, 3, 5));
    assertThat(serial(own)).isEqualTo(3);
    assertThat(apex(own).find(View.PODS, Type.TXT)).isNotNull();
    LocalZone removed =
        own.with(Collections.singletonMap(Records.name(APEX), null), Records.soa(APEX, 5, 4, 5));
    assertThat(serial(removed)).isEqualTo(4);
    assertThat(apex(removed).find(View.PODS, Type.TXT)).isNull();
  }

  private static ZoneNode.Encoded apex(LocalZone zone) {
    if (find(zone, "") instanceof ZoneNode.Encoded node) {
      return node;
    }
    throw new AssertionError("no apex");
  }

  private static long serial(LocalZone zone) {
    RecordSet soa = apex(zone).find(View.CLUSTER, Type.SOA);
    if (soa == null) {
      throw new AssertionError("no SOA at the apex");
    }
    byte[] encoded = soa.encoded();
    assertThat(encoded).isEqualTo(zone.soa().encoded());
    return encoded[encoded.length - 17];
  }

  /** Random changes against a set of names: what exists is what holds, and all above it. */
  @Test
  void randomChangesAgreeWithTheDefinition() {
    Random random = new Random(10);
    LocalZone zone = zone();
    Set<String> model = new TreeSet<>();
    for (int step = 0; step < 3_000; step++) {
      String name =
          "abc".charAt(random.nextInt(3))
              + (random.nextBoolean() ? "." + "abc".charAt(random.nextInt(3)) : "")
              + (random.nextBoolean() ? "." + "ab".charAt(random.nextInt(2)) : "")
              + ".svc";
      boolean there = random.nextBoolean();
      zone = change(zone, there, name);
      if (there) {
        model.add(name);
      } else {
        model.remove(name);
      }
      if (step % 50 == 0) {
        check(zone, model);
      }
    }
    check(zone, model);
  }

  private static void check(LocalZone zone, Set<String> model) {
    Map<String, Boolean> expected = new TreeMap<>();
    for (String name : model) {
      String[] labels = name.split("\\.", -1);
      for (int i = 0; i < labels.length; i++) {
        String above = String.join(".", Arrays.copyOfRange(labels, i, labels.length));
        expected.merge(above, i == 0, Boolean::logicalOr);
      }
    }
    // The apex is a name as well; "svc" counts when something is below it.
    assertThat(zone.names()).isEqualTo(expected.size() + 1);
    expected.forEach((name, holds) -> {
      assertThat(exists(zone, name)).as(name).isTrue();
      assertThat(holds(zone, name)).as(name).isEqualTo(holds);
    });
  }
}
