package io.regionbridge.api.config;

import io.regionbridge.api.text.DurationText;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.net.Parsed;
import io.regionbridge.router.net.RegionDomain;
import io.regionbridge.router.net.SocketLiteral;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The notations of the configuration's values. */
final class Notations {
  private Notations() {}

  /** A switch: what YAML 1.1 takes for one, such as on, is one. */
  static final Notation<Boolean> SWITCH =
      new Notation.OfKind<>(
          Notation.Kind.SWITCH,
          "write true or false",
          text ->
              switch (text.toLowerCase(Locale.ROOT)) {
                case "true", "on", "yes", "y" -> Parsed.valid(true);
                case "false", "off", "no", "n" -> Parsed.valid(false);
                default -> Parsed.invalid("true or false is needed", "write true or false");
              });

  /** A name as Kubernetes gives to namespaces: an RFC 1123 label in lower case. */
  static final Notation<String> LABEL =
      text -> {
        Optional<String> flaw =
            HostNames.labelFlaw(text)
                .or(() ->
                    text.equals(text.toLowerCase(Locale.ROOT))
                        ? Optional.empty()
                        : Optional.of("has capital letters"));
        String advice = "write 1 to 63 small letters, digits and inner hyphens, such as fsn1";
        return flaw.<Parsed<String>>map(reason -> Parsed.invalid(reason, advice))
            .orElseGet(() -> Parsed.valid(text));
      };

  /** The name of a host, such as that in a certificate; in lower case, without a final dot. */
  static final Notation<String> HOST_NAME = HostNames::parse;

  /** A domain for a region, by the rules of the border, which hold for every source. */
  static final Notation<RegionDomain> REGION_DOMAIN =
      text ->
          HOST_NAME
              .except(
                  name -> ("." + name).endsWith(".cluster.local"),
                  "every cluster answers cluster.local itself",
                  "give the region a domain of its own, such as mn.internal")
              .read(text)
              .flatMap(RegionDomain::parse);

  /** A region's domain, or nothing in quotes. */
  static Notation<Optional<RegionDomain>> domainOrNothing() {
    return text ->
        text.isEmpty()
            ? Parsed.valid(Optional.empty())
            : REGION_DOMAIN.read(text).flatMap(domain -> Parsed.valid(Optional.of(domain)));
  }

  /** An amount of memory in octets, such as {@code 48MiB}; at most seven digits fit any unit. */
  static Notation<Long> memory(long least, long most) {
    Pattern memory = Pattern.compile("([0-9]{1,7})([KMG])iB");
    String advice = "write a number and KiB, MiB or GiB, such as 48MiB";
    Notation<Long> any =
        text -> {
          Matcher parts = memory.matcher(text);
          return parts.matches()
              ? Parsed.valid(
                  Long.parseLong(parts.group(1))
                      << 10 * ("KMG".indexOf(parts.group(2).charAt(0)) + 1))
              : Parsed.invalid("an amount of memory is needed", advice);
        };
    return any.except(
        octets -> octets < least || octets > most,
        "must be from %d MiB to %d GiB".formatted(least >> 20, most >> 30),
        advice);
  }

  static final Notation<Cidr> CIDR = Cidr::parse;

  /** The range of a region's pods or Services. */
  static final Notation<Cidr> REGION_CIDR =
      CIDR.except(
          cidr -> cidr.prefixLength() == 0,
          "the range is every address there is",
          "write the region's own range");

  /** A host's own address on the overlay with the length of the overlay's prefix. */
  static final Notation<HostInNetwork> HOST_IN_NETWORK =
      text -> {
        int slash = text.indexOf('/');
        Optional<InetAddress> address =
            slash < 0 ? Optional.empty() : IpLiteral.parse(text.substring(0, slash));
        String length = slash < 0 ? "" : text.substring(slash + 1);
        if (address.isEmpty() || !length.matches("[0-9]{1,3}")) {
          return Parsed.invalid(
              "is no address with a prefix length", "write for instance 100.99.0.1/24");
        }
        int bits = Integer.parseInt(length);
        return bits <= 8 * address.get().getAddress().length
            ? Parsed.valid(new HostInNetwork(address.get(), bits))
            : Parsed.invalid("the prefix is longer than the address", "write for instance /24");
      };

  /** A Curve25519 public key: 32 octets in base64. */
  static final Notation<String> WIREGUARD_KEY =
      matching(
          "[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=",
          "is no WireGuard key",
          "write the 44 characters that \"wg pubkey\" prints");

  /** What a gateway is known by on the overlay: a WireGuard key, or a node ID of tailscaled. */
  static final Notation<String> OVERLAY_KEY =
      matching(
          "[A-Za-z0-9+/=_-]{1,64}",
          "is neither a WireGuard key nor a node ID",
          "write the 44 characters that \"wg show\" prints for the peer");

  /** A Linux network interface: what dev_valid_name() of the kernel takes. */
  static final Notation<String> INTERFACE =
      matching(
          "(?!\\.{1,2}$)[^/:\\s\\p{Cntrl}]{1,15}",
          "is no name of a network interface",
          "write 1 to 15 characters without spaces, slashes and colons, such as wt0");

  /** A label selector with one requirement: {@code key} or {@code key=value}. */
  static final Notation<String> NODE_LABEL =
      matching(
          "([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?"
              + "[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
              + "(=([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?)?",
          "is no node label",
          "write key=value or key, such as netbird-router=true");

  /** A whole number within limits. */
  static Notation<Integer> number(int min, int max) {
    String advice = "write a whole number from " + min + " to " + max;
    return new Notation.OfKind<>(
        Notation.Kind.NUMBER,
        advice,
        text -> {
          if (!text.matches("-?(0|[1-9][0-9_]{0,17})")) {
            return Parsed.invalid("is no whole number", advice);
          }
          long value = Long.parseLong(text.replace("_", ""));
          return value >= min && value <= max
              ? Parsed.valid((int) value)
              : Parsed.invalid(
                  value < 0 ? "is negative" : "is not within " + min + " to " + max, advice);
        });
  }

  /** A path of the file system, relative to a directory unless it is absolute. */
  static Notation<Path> path(Path directory) {
    return text ->
        text.isEmpty() || text.indexOf('\0') >= 0
            ? Parsed.invalid("is no path", "write the path of a file")
            : Parsed.valid(directory.resolve(text).normalize());
  }

  /** An address to listen on. */
  static Notation<InetSocketAddress> listener(int defaultPort) {
    return socket(defaultPort)
        .except(
            address -> address.getAddress().isAnyLocalAddress(),
            "the wildcard would listen on every network of the node",
            "write the addresses to listen on")
        .except(Notations::isNoHost, "no host has this address", "write an address of this host");
  }

  /** The address of a peer's gateway. */
  static Notation<InetSocketAddress> gateway(int defaultPort) {
    return socket(defaultPort)
        .except(
            address -> address.getAddress().isAnyLocalAddress() || isNoHost(address),
            "no host has this address",
            "write the gateway's overlay address")
        .except(
            address -> address.getPort() == 0,
            "port 0 cannot be asked",
            "write a port from 1 to 65535");
  }

  /** The address of a resolver, at the port of DNS. */
  static final Notation<InetSocketAddress> RESOLVER =
      text -> {
        Parsed<InetSocketAddress> parsed = gateway(53).read(text);
        return parsed instanceof Parsed.Invalid<InetSocketAddress>(String reason, _)
            ? Parsed.invalid(reason, "write addresses such as 192.168.1.1 or [fd00::1]:53, or off")
            : parsed;
      };

  /** A span of time within limits. */
  static Notation<Duration> duration(Duration min, Duration max) {
    Notation<Duration> any =
        text ->
            parsed(
                DurationText.read(text),
                "is no duration",
                "write a whole number and a unit, such as 1500ms, 5s, 2m or 1h");
    return any.except(
        value -> value.compareTo(min) < 0 || value.compareTo(max) > 0,
        "is not within %s to %s".formatted(DurationText.format(min), DurationText.format(max)),
        "write a duration within that");
  }

  /** A span of time that DNS can carry, which counts in seconds (RFC 1035, section 3.2.1). */
  static Notation<Duration> ttl(Duration max) {
    return text -> {
      Parsed<Duration> parsed = duration(Duration.ZERO, max).read(text);
      if (parsed instanceof Parsed.Valid<Duration>(Duration value) && value.toMillisPart() != 0) {
        String roundedUp = DurationText.format(Duration.ofSeconds(value.toSeconds() + 1));
        return Parsed.invalid("a TTL is whole seconds", "write for instance " + roundedUp);
      }
      return parsed;
    };
  }

  /** One of a few words: the constants of an enum, in lower case. */
  static <E extends Enum<E>> Notation<E> word(Class<E> type) {
    List<E> all = List.of(type.getEnumConstants());
    String words = all.stream().map(Notations::word).collect(Collectors.joining(", "));
    return text ->
        parsed(
            all.stream().filter(constant -> word(constant).equals(text)).findFirst(),
            "is none of " + words,
            "write one of these words");
  }

  /** How a constant is written. */
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static Notation<InetSocketAddress> socket(int defaultPort) {
    return text -> SocketLiteral.parse(text, defaultPort);
  }

  private static Notation<String> matching(String regex, String reason, String advice) {
    Predicate<String> good = Pattern.compile(regex).asMatchPredicate();
    return text -> parsed(Optional.of(text).filter(good), reason, advice);
  }

  private static <T> Parsed<T> parsed(Optional<T> value, String reason, String advice) {
    return value.map(Parsed::valid).orElseGet(() -> Parsed.invalid(reason, advice));
  }

  private static boolean isNoHost(InetSocketAddress address) {
    byte[] octets = address.getAddress().getAddress();
    boolean broadcast = octets.length == 4 && Arrays.equals(octets, new byte[] {-1, -1, -1, -1});
    return broadcast || address.getAddress().isMulticastAddress();
  }
}
