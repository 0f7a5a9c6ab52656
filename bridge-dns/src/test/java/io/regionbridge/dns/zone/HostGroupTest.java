package io.regionbridge.dns.zone;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.testing.Packet;
import io.regionbridge.dns.testing.Records;
import io.regionbridge.dns.wire.Query;
import io.regionbridge.dns.wire.ReplyWriter;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** A zone whose records are made when they are asked for says what one of encoded records says. */
class HostGroupTest {
  private static final String APEX = "fsn1.internal";
  private static final String SELF = "web.shop.svc." + APEX;
  private static final byte[] NAME = {3, 'w', 'e', 'b', 4, 's', 'h', 'o', 'p'};
  private static final List<String> LABELS = List.of("db-0", "db-1", "10-52-0-1", "a");
  private static final PortSet.Port HTTP = new PortSet.Port("http", "tcp", 80);
  private static final List<List<PortSet.Port>> PORTS =
      List.of(
          List.of(),
          List.of(HTTP),
          List.of(HTTP, new PortSet.Port("http", "tcp", 8080)),
          List.of(HTTP, new PortSet.Port("dns", "udp", 53)));

  private static final int MANY = 1500;

  private final Query query = new Query();
  private final ReplyWriter reply = new ReplyWriter();

  private record Host(InetAddress address, @Nullable String label, List<PortSet.Port> ports) {
    boolean wide() {
      return address.getAddress().length == 16;
    }

    String name() {
      if (label != null) {
        return label;
      }
      if (!wide()) {
        return address.getHostAddress().replace('.', '-');
      }
      // As RFC 5952 has it, of the few forms that these tests have.
      String text =
          address.getHostAddress().replaceFirst("(^|:)0(:0)+(:|$)", "::").replace(':', '-');
      String begun = text.startsWith("-") ? "0" + text : text;
      return begun.endsWith("-") ? begun + "0" : begun;
    }
  }

  private static List<Host> hosts(Random random) throws IOException {
    Map<String, Host> distinct = new HashMap<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      String end = Integer.toString(random.nextInt(4));
      InetAddress address =
          InetAddress.getByName(
              switch (random.nextInt(5)) {
                case 0 -> "fd52::" + end;
                case 1 -> "fd52:1:2:3:4:5:6:" + (1 + random.nextInt(2));
                case 2 -> "::" + (1 + random.nextInt(9)) + ":1";
                default -> "10.52.0." + end;
              });
      String label = random.nextBoolean() ? LABELS.get(random.nextInt(LABELS.size())) : null;
      // An address has no label, or several.
      if (label == null
          ? distinct.values().stream().noneMatch(h -> h.address().equals(address))
          : distinct.values().stream()
              .noneMatch(h -> h.address().equals(address) && h.label() == null)) {
        distinct.put(
            address + " " + label,
            new Host(address, label, PORTS.get(random.nextInt(PORTS.size()))));
      }
    }
    return distinct.values().stream()
        .sorted(
            Comparator.comparing(Host::wide)
                .thenComparing(h -> h.address().getAddress(), Arrays::compareUnsigned)
                .thenComparing(h -> String.valueOf(h.label())))
        .toList();
  }

  private static HostSet packed(List<Host> hosts) {
    ByteBuffer wide = ByteBuffer.allocate(16 * hosts.size());
    hosts.stream().filter(Host::wide).forEach(h -> wide.put(h.address().getAddress()));
    long[] v6 = new long[wide.position() / 8];
    wide.flip().asLongBuffer().get(v6);
    return HostSet.of(
        hosts.stream()
            .filter(h -> !h.wide())
            .mapToInt(h -> ByteBuffer.wrap(h.address().getAddress()).getInt())
            .toArray(),
        v6,
        hosts.isEmpty()
            ? new PortSet[] {PortSet.NONE}
            : hosts.stream().map(h -> PortSet.of(h.ports())).toArray(PortSet[]::new),
        hosts.stream()
            .map(h -> h.label() == null ? null : h.label().getBytes(StandardCharsets.US_ASCII))
            .toArray(byte[][]::new));
  }

  /** What the names of a group say, as records. */
  private static Map<Name, Set<Record>> records(List<Host> hosts) {
    Map<Name, Set<Record>> records = new HashMap<>();
    Name self = Records.name(SELF);
    records.put(self, new LinkedHashSet<>());
    for (Host host : hosts) {
      Name name = Records.name(host.name() + "." + SELF);
      add(records, self, address(self, host));
      add(records, name, address(name, host));
    }
    for (String port : List.of("_http._tcp", "_dns._udp")) {
      Name owner = Records.name(port + "." + SELF);
      Set<String> targets = new LinkedHashSet<>();
      for (Host host : hosts) {
        for (PortSet.Port p : host.ports()) {
          if (port.equals("_" + p.service() + "._" + p.protocol())) {
            targets.add(p.number() + " " + host.name() + "." + SELF);
          }
        }
      }
      for (String target : targets) {
        String[] parts = target.split(" ", -1);
        add(
            records,
            owner,
            new SRVRecord(
                owner,
                DClass.IN,
                5,
                0,
                Math.max(1, 100 / targets.size()),
                Integer.parseInt(parts[0]),
                Records.name(parts[1])));
      }
    }
    return records;
  }

  private static void add(Map<Name, Set<Record>> records, Name name, Record record) {
    records.computeIfAbsent(name, _ -> new LinkedHashSet<>()).add(record);
  }

  private static Record address(Name name, Host host) {
    return host.wide()
        ? new AAAARecord(name, DClass.IN, 5, host.address())
        : new ARecord(name, DClass.IN, 5, host.address());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void saysWhatEncodedRecordsSay(long seed) throws IOException {
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      List<Host> inside = hosts(random);
      List<Host> outside =
          random.nextBoolean()
              ? inside
              : inside.stream().filter(_ -> random.nextBoolean()).toList();
      var soa = Records.soa(APEX, 5, 1, 5);
      LocalZone empty = LocalZone.empty(Records.name(APEX), "svc", soa);
      HostGroup group =
          HostGroup.of(
              NAME,
              new HostGroup.Side(packed(inside)),
              new HostGroup.Side(packed(outside)),
              PortSet.NONE);
      LocalZone made = empty.with(List.of(new LocalZone.Change(NAME, group)), 1).loadedFully();
      Map<Name, Set<Record>> cluster = records(inside);
      Map<Name, Set<Record>> pods = records(outside);
      Map<Name, @Nullable ZoneNode> nodes = new HashMap<>();
      cluster.forEach((name, all) ->
          nodes.put(
              name, ZoneNode.of(List.copyOf(all), List.copyOf(pods.getOrDefault(name, Set.of())))));
      LocalZone encoded = empty.with(nodes, soa).loadedFully();
      for (String name : names(inside)) {
        for (View view : View.values()) {
          for (int type : new int[] {Type.A, Type.AAAA, Type.SRV, Type.TXT, Type.ANY}) {
            assertThat(ask(made, view, name, type))
                .as("%s %s %s of %s, %s", view, name, Type.string(type), inside, outside)
                .isEqualTo(ask(encoded, view, name, type));
          }
        }
      }
    }
  }

  private static Set<String> names(List<Host> hosts) {
    Set<String> names = new TreeSet<>();
    for (String below :
        List.of("", "_http._tcp.", "_dns._udp.", "_tcp.", "_udp.", "x._tcp.", "_http._udp.")) {
      names.add(below + "web.shop.svc." + APEX);
      names.add(below + "web.shop." + APEX);
    }
    for (Host host : hosts) {
      names.add(host.name() + "." + SELF);
      names.add(host.name() + ".web.shop." + APEX);
      names.add("x." + host.name() + "." + SELF);
      if (!host.wide()) {
        names.add(host.address().getHostAddress() + "." + SELF);
      }
    }
    for (String label :
        List.of(
            "db-0",
            "a",
            "10-52-0-1",
            "10-52-0-01",
            "10-52-0-1-",
            "-10-52-0-1",
            "fd52--1",
            "fd52-0-0-0-0-0-0-1",
            "fd52--01",
            "0--1-1",
            "--1-1",
            "fd52--0",
            "fd52-0--1",
            "z",
            "-")) {
      names.add(label + "." + SELF);
    }
    names.add("shop.svc." + APEX);
    return names;
  }

  private String ask(LocalZone zone, View view, String name, int type) throws IOException {
    byte[] packet = Packet.query(name, type, 0).done();
    assertThat(query.parse(packet, packet.length)).isEqualTo(Query.Verdict.OK);
    new LocalAuthority().answer(query, zone, view, 3, reply);
    int length = reply.finish(ReplyWriter.MAX_MESSAGE, true, false, 0, new byte[0], 0);
    Message m = new Message(Arrays.copyOf(reply.out(), length));
    return m.getRcode()
        + m.getSection(Section.ANSWER).stream()
            .map(Record::toString)
            .sorted()
            .collect(Collectors.joining(", "))
        + m.getSection(Section.AUTHORITY);
  }

  @Test
  void addressesBeginWithAnotherOneAtEachTurnAndAsManyAreGivenAsFit() {
    int[] many = new int[5000];
    Arrays.setAll(many, i -> 0x0A340000 + i);
    HostSet hosts = HostSet.of(many, new long[0], new PortSet[] {PortSet.NONE}, null);
    byte[] out = new byte[ReplyWriter.MAX_MESSAGE];
    int count = hosts.writeAddresses(Type.A, RecordSet.QUESTION, 5, 4999, out, 0, 1000);
    assertThat(count).isEqualTo(62);
    assertThat(ByteBuffer.wrap(out).getInt(12)).isEqualTo(0x0A340000 + 4999);
    assertThat(ByteBuffer.wrap(out).getInt(28)).isEqualTo(0x0A340000);
  }

  /** SRV records of one port, more than a message holds, in every form that a zone has for them. */
  static List<Arguments> zonesWithLargeServices() throws IOException {
    PortSet[] http = {PortSet.of(List.of(HTTP))};
    int[] first = new int[MANY];
    int[] second = new int[MANY];
    Arrays.setAll(first, i -> 0x0A340000 + i);
    Arrays.setAll(second, i -> 0x0A350000 + i);
    HostSet here = HostSet.of(first, new long[0], http, null);
    HostSet there = HostSet.of(second, new long[0], http, null);
    HostGroup.Side side = new HostGroup.Side(here);
    HostsElsewhere next = HostsElsewhere.of(NAME, place("sgp"), there, there, true, null);
    HostsElsewhere both = HostsElsewhere.of(NAME, place("mn"), here, here, true, next);
    var soa = Records.soa(APEX, 5, 1, 5);
    LocalZone empty = LocalZone.empty(Records.name(APEX), "svc", soa).loadedFully();
    Name port = Records.name("_http._tcp." + SELF);
    List<Record> records = new ArrayList<>();
    for (int i = 0; i < MANY / 2; i++) {
      records.add(
          new SRVRecord(port, DClass.IN, 5, 0, 1, 80, Records.name("pod-" + i + "." + SELF)));
    }
    HostGroup group = HostGroup.of(NAME, side, side, PortSet.NONE);
    return List.of(
        Arguments.of(empty.with(List.of(new LocalZone.Change(NAME, group)), 1), MANY),
        Arguments.of(empty.with(List.of(new LocalZone.Change(NAME, both)), 1), 2 * MANY),
        Arguments.of(empty.with(Map.of(port, ZoneNode.of(records)), soa), MANY / 2));
  }

  private static HostsElsewhere.Place place(String region) throws IOException {
    byte[] label = new byte[region.length() + 1];
    label[0] = (byte) region.length();
    System.arraycopy(region.getBytes(StandardCharsets.US_ASCII), 0, label, 1, region.length());
    return new HostsElsewhere.Place(
        label, Records.name("svc." + region + ".internal").toWireCanonical());
  }

  /** No record is left out of every answer, and what is cut begins with another one each time. */
  @ParameterizedTest
  @MethodSource("zonesWithLargeServices")
  void noServiceIsAlwaysLeftOut(LocalZone zone, int all) throws IOException {
    Set<Name> whole = new HashSet<>();
    Set<Name> cut = new HashSet<>();
    for (int turn = 0; turn < 2 * MANY; turn += 50) {
      List<Name> targets = targets(zone, turn, ReplyWriter.MAX_MESSAGE);
      assertThat(targets).hasSizeGreaterThan(700).doesNotHaveDuplicates();
      whole.addAll(targets);
      cut.add(targets(zone, turn, 512).getFirst());
    }
    assertThat(whole).hasSize(all);
    assertThat(cut).hasSizeGreaterThanOrEqualTo(15);
  }

  private List<Name> targets(LocalZone zone, int turn, int limit) throws IOException {
    byte[] packet = Packet.query("_http._tcp." + SELF, Type.SRV, 0).done();
    assertThat(query.parse(packet, packet.length)).isEqualTo(Query.Verdict.OK);
    new LocalAuthority().answer(query, zone, View.PODS, turn, reply);
    int length = reply.finish(limit, true, false, 0, new byte[0], 0);
    List<Name> targets = new ArrayList<>();
    for (Record r : new Message(Arrays.copyOf(reply.out(), length)).getSection(Section.ANSWER)) {
      targets.add(((SRVRecord) r).getTarget());
    }
    return targets;
  }

  @Test
  void addressesLeadBackToTheNamesOfHosts() throws IOException {
    var soa = Records.soa(APEX, 5, 1, 5);
    byte[][] labels = {null, {'d', 'b'}, {'d', 'c'}, null};
    HostSet hosts =
        HostSet.of(
            new int[] {0x0A340001, 0x0A340002, 0x0A340002},
            new long[] {0xFD52L << 48, 9},
            new PortSet[] {PortSet.NONE},
            labels);
    byte[] other = {1, 'b', 4, 's', 'h', 'o', 'p'};
    HostSet second =
        HostSet.of(new int[] {0x0A340002}, new long[0], new PortSet[] {PortSet.NONE}, null);
    LocalZone zone =
        LocalZone.empty(Records.name(APEX), "svc", soa)
            .with(
                List.of(
                    new LocalZone.Change(
                        NAME,
                        HostGroup.of(
                            NAME,
                            new HostGroup.Side(hosts),
                            new HostGroup.Side(HostSet.NONE),
                            PortSet.NONE)),
                    new LocalZone.Change(
                        other,
                        HostGroup.of(
                            other,
                            new HostGroup.Side(second),
                            new HostGroup.Side(second),
                            PortSet.NONE))),
                1);
    AddressTree<byte[][]> narrow =
        AddressTree.<byte[][]>empty(false)
            .with(0, 0x0A340001, new byte[][] {NAME})
            .with(0, 0x0A340002, new byte[][] {other, NAME});
    AddressTree<byte[][]> wide =
        AddressTree.<byte[][]>empty(true).with(0xFD52L << 48, 9, new byte[][] {NAME});
    LocalZone reverse = reverse("10.in-addr.arpa", new Pointers(narrow, zone, View.CLUSTER));
    assertThat(pointers(reverse, "1.0.52.10.in-addr.arpa")).containsExactly("10-52-0-1." + SELF);
    assertThat(pointers(reverse, "2.0.52.10.in-addr.arpa"))
        .containsExactly("db." + SELF, "dc." + SELF, "10-52-0-2.b.shop.svc." + APEX);
    LocalZone six = reverse("2.5.d.f.ip6.arpa", new Pointers(wide, zone, View.CLUSTER));
    String name = ReverseMap.fromAddress("fd52::9").toString(true);
    assertThat(pointers(six, name)).containsExactly("fd52--9." + SELF);

    assertThat(ask(reverse, View.PODS, "0.52.10.in-addr.arpa", Type.PTR)).startsWith("0[");
    assertThat(ask(reverse, View.PODS, "1.52.10.in-addr.arpa", Type.PTR)).startsWith("3[");
    assertThat(ask(reverse, View.PODS, "3.0.52.10.in-addr.arpa", Type.PTR)).startsWith("3[");
    assertThat(ask(reverse, View.PODS, "01.0.52.10.in-addr.arpa", Type.PTR)).startsWith("3[");
    assertThat(ask(reverse, View.PODS, "x.1.0.52.10.in-addr.arpa", Type.PTR)).startsWith("3[");
    assertThat(ask(reverse, View.PODS, "1.0.52.10.in-addr.arpa", Type.A)).startsWith("0[");
    assertThat(ask(six, View.PODS, name.substring(2), Type.PTR)).startsWith("0[");
    assertThat(ask(six, View.PODS, "1" + name.substring(1), Type.PTR)).startsWith("3[");
  }

  private static LocalZone reverse(String apex, Pointers pointers) {
    return LocalZone.empty(Records.name(apex), null, Records.soa(apex, 5, 1, 5))
        .with(pointers)
        .loadedFully();
  }

  private List<String> pointers(LocalZone zone, String name) throws IOException {
    byte[] packet = Packet.query(name, Type.PTR, 0).done();
    assertThat(query.parse(packet, packet.length)).isEqualTo(Query.Verdict.OK);
    new LocalAuthority().answer(query, zone, View.PODS, 0, reply);
    int length = reply.finish(ReplyWriter.MAX_MESSAGE, true, false, 0, new byte[0], 0);
    List<String> targets = new ArrayList<>();
    for (Record r : new Message(Arrays.copyOf(reply.out(), length)).getSection(Section.ANSWER)) {
      targets.add(((PTRRecord) r).getTarget().toString(true));
    }
    return targets;
  }
}
