package io.regionbridge.router.wireguard;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.wireguard.ConfigProblem.Reason;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one configuration file, line by line, and goes on after a problem to find them all. */
final class WgConfigParser {
  private static final String INTERFACE = "Interface";
  private static final String PEER = "Peer";

  private static final List<String> INTERFACE_KEYS = List.of("PrivateKey", "ListenPort", "FwMark");
  private static final List<String> PEER_KEYS =
      List.of("PublicKey", "PresharedKey", "Endpoint", "AllowedIPs", "PersistentKeepalive");
  private static final List<String> QUICK_KEYS =
      List.of(
          "Address", "DNS", "MTU", "Table", "PreUp", "PostUp", "PreDown", "PostDown", "SaveConfig");

  private final List<ConfigProblem> problems = new ArrayList<>();
  private final List<PeerUpdate> peers = new ArrayList<>();
  private final Set<PublicKey> peerKeys = new HashSet<>();
  private final Set<String> keysOfSection = new HashSet<>();

  private @Nullable PrivateKey privateKey;
  private @Nullable Integer listenPort;
  private @Nullable Integer fwmark;

  private int line;
  private String section = "";
  private String key = "";
  private PeerSection peer = new PeerSection(0);

  /** What has been read of the present peer. */
  private static final class PeerSection {
    final int line;
    @Nullable PublicKey publicKey;
    @Nullable PresharedKey presharedKey;
    @Nullable Endpoint endpoint;
    int persistentKeepalive;
    final List<Cidr> allowedIps = new ArrayList<>();

    PeerSection(int line) {
      this.line = line;
    }
  }

  WgConfig.Parsed parse(String text) {
    for (String raw : text.lines().toList()) {
      line++;
      key = "";
      // As wg(8) reads: a comment may start anywhere and spaces mean nothing, even within a value.
      int comment = raw.indexOf('#');
      String content = (comment < 0 ? raw : raw.substring(0, comment)).replaceAll("\\s+", "");
      if (content.startsWith("[")) {
        startSection(content);
      } else if (!content.isEmpty()) {
        assignment(content);
      }
    }
    endSection();
    WgConfig config =
        new WgConfig(
            Optional.ofNullable(privateKey),
            Optional.ofNullable(listenPort),
            Optional.ofNullable(fwmark),
            peers);
    if (problems.isEmpty()) {
      return new WgConfig.Parsed.Valid(config);
    }
    config.close();
    return new WgConfig.Parsed.Invalid(problems);
  }

  private void startSection(String content) {
    endSection();
    keysOfSection.clear();
    String name = content.endsWith("]") ? content.substring(1, content.length() - 1) : "";
    if (name.equalsIgnoreCase(INTERFACE)) {
      section = INTERFACE;
    } else if (name.equalsIgnoreCase(PEER)) {
      section = PEER;
      peer = new PeerSection(line);
    } else {
      section = name;
      problem(Reason.UNKNOWN_SECTION, "a section is [Interface] or [Peer], not " + content);
    }
  }

  private void endSection() {
    if (!section.equals(PEER)) {
      return;
    }
    if (peer.publicKey == null) {
      if (!keysOfSection.contains("PublicKey")) {
        problems.add(
            new ConfigProblem(
                peer.line,
                PEER,
                "PublicKey",
                Reason.MISSING_KEY,
                "is missing; a peer is known by its public key"));
      }
      return;
    }
    PeerUpdate.Builder update =
        PeerUpdate.add(peer.publicKey)
            .replaceAllowedIps(peer.allowedIps)
            .persistentKeepalive(peer.persistentKeepalive);
    if (peer.presharedKey != null) {
      update.presharedKey(peer.presharedKey);
    }
    if (peer.endpoint != null) {
      update.endpoint(peer.endpoint);
    }
    peers.add(update.build());
  }

  private void assignment(String content) {
    int equals = content.indexOf('=');
    if (equals < 1) {
      problem(Reason.MALFORMED_LINE, "expected a section or \"key = value\"");
      return;
    }
    String word = content.substring(0, equals);
    String value = content.substring(equals + 1);
    if (section.isEmpty()) {
      problem(Reason.OUTSIDE_SECTION, word + " stands before [Interface] or [Peer]");
      return;
    }
    List<String> known =
        switch (section) {
          case INTERFACE -> INTERFACE_KEYS;
          case PEER -> PEER_KEYS;
          default -> List.of(); // an unknown section was reported; its keys say nothing more
        };
    if (known.isEmpty()) {
      return;
    }
    key = spelling(known, word).orElse(word);
    if (!known.contains(key)) {
      unknown(known, word);
    } else if (!keysOfSection.add(key) && !key.equals("AllowedIPs")) {
      problem(Reason.DUPLICATE_KEY, "stands twice in this section; keep one");
    } else {
      assign(value);
    }
  }

  private void unknown(List<String> known, String word) {
    if (section.equals(INTERFACE) && spelling(QUICK_KEYS, word).isPresent()) {
      problem(
          Reason.WG_QUICK_KEY, "is a key of wg-quick(8), which wg(8) does not know; take it out");
    } else {
      problem(Reason.UNKNOWN_KEY, "is no key of this section; known are " + known);
    }
  }

  private void assign(String value) {
    switch (key) {
      case "PrivateKey" -> privateKey = secret(PrivateKey.parse(value));
      case "ListenPort" -> listenPort = number(value, 0xffff);
      case "FwMark" -> fwmark = mark(value);
      case "PublicKey" -> peer.publicKey = publicKey(value);
      case "PresharedKey" -> peer.presharedKey = secret(PresharedKey.parse(value));
      case "Endpoint" -> peer.endpoint = endpoint(value);
      case "PersistentKeepalive" -> {
        Integer seconds = off(value) ? Integer.valueOf(0) : number(value, 0xffff);
        peer.persistentKeepalive = seconds == null ? 0 : seconds;
      }
      case "AllowedIPs" -> allowedIps(value);
      default -> throw new IllegalStateException("a known key without a meaning: " + key);
    }
  }

  /** The value is not quoted: even a mistyped secret is most of a secret. */
  private <T extends SecretKey> @Nullable T secret(Optional<T> parsed) {
    if (parsed.isEmpty()) {
      problem(
          Reason.INVALID_KEY, "is no key: 32 octets in base64, 44 characters that end in \"=\"");
    }
    return parsed.orElse(null);
  }

  private @Nullable PublicKey publicKey(String value) {
    Optional<PublicKey> parsed = PublicKey.parse(value);
    if (parsed.isEmpty()) {
      problem(
          Reason.INVALID_KEY,
          "\"" + value + "\" is no key: 32 octets in base64, 44 characters that end in \"=\"");
    } else if (!peerKeys.add(parsed.get())) {
      problem(Reason.DUPLICATE_PEER, value + " is the key of an earlier peer; merge the two");
    }
    return parsed.orElse(null);
  }

  private @Nullable Endpoint endpoint(String value) {
    Optional<Endpoint> parsed = Endpoint.parse(value);
    if (parsed.isEmpty()) {
      problem(
          Reason.INVALID_ENDPOINT,
          "\"" + value + "\" is no endpoint; write 192.0.2.1:51820 or [2001:db8::1]:51820");
    }
    return parsed.orElse(null);
  }

  private @Nullable Integer number(String value, int most) {
    Optional<Integer> parsed = Numbers.parse(value, 0, most);
    if (parsed.isEmpty()) {
      problem(Reason.INVALID_NUMBER, "\"" + value + "\" is no number from 0 to " + most);
    }
    return parsed.orElse(null);
  }

  private @Nullable Integer mark(String value) {
    if (off(value)) {
      return 0;
    }
    boolean hex = value.regionMatches(true, 0, "0x", 0, 2);
    String digits = hex ? value.substring(2) : value;
    try {
      if (!digits.isEmpty() && Character.digit(digits.charAt(0), 16) >= 0) {
        return Integer.parseUnsignedInt(digits, hex ? 16 : 10);
      }
    } catch (NumberFormatException e) {
      // reported below, with the sign that parseUnsignedInt would have taken
    }
    problem(
        Reason.INVALID_NUMBER,
        "\"" + value + "\" is no mark: a 32-bit number, in hexadecimal after 0x, or off");
    return null;
  }

  private void allowedIps(String value) {
    for (String text : value.split(",", -1)) {
      allowedIp(text)
          .ifPresentOrElse(
              peer.allowedIps::add,
              () ->
                  problem(
                      Reason.INVALID_ALLOWED_IP,
                      "\"" + text + "\" is no address range; write 10.42.0.0/16 or an address"));
    }
  }

  /** As wg(8) reads it: a bare address is a range of one, bits after the prefix are cleared. */
  private static Optional<Cidr> allowedIp(String text) {
    int slash = text.indexOf('/');
    Optional<InetAddress> address = IpLiteral.parse(slash < 0 ? text : text.substring(0, slash));
    if (address.isEmpty()) {
      return Optional.empty();
    }
    int bits = address.get().getAddress().length * Byte.SIZE;
    Optional<Integer> prefix =
        slash < 0 ? Optional.of(bits) : Numbers.parse(text.substring(slash + 1), 0, bits);
    return prefix.map(length -> Cidr.containing(address.get(), length));
  }

  private static boolean off(String value) {
    return value.toLowerCase(Locale.ROOT).equals("off");
  }

  private static Optional<String> spelling(List<String> known, String word) {
    return known.stream().filter(word::equalsIgnoreCase).findFirst();
  }

  private void problem(Reason reason, String detail) {
    problems.add(new ConfigProblem(line, section, key, reason, detail));
  }
}
