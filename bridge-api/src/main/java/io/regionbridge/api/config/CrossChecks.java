package io.regionbridge.api.config;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.net.SocketLiteral;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What must hold between values of different keys. Collects the good ones as they are read, each
 * with its place, so that a bad neighbour hides nothing. Of two values that clash the later one is
 * told, naming the earlier.
 */
final class CrossChecks {
  private final List<Located<String>> names = new ArrayList<>();
  private final List<Located<Domain>> domains = new ArrayList<>();
  private final List<Claim<Cidr>> ranges = new ArrayList<>();
  private final List<Located<InetSocketAddress>> listeners = new ArrayList<>();
  private final List<Claim<InetSocketAddress>> gateways = new ArrayList<>();
  private final List<Located<String>> overlayNodes = new ArrayList<>();
  private final List<Located<BridgeConfig.HostInNetwork>> overlayAddresses = new ArrayList<>();
  private final List<Located<Path>> files = new ArrayList<>();
  private final List<ConfigProblem> problems = new ArrayList<>();
  private final List<ConfigProblem> warnings = new ArrayList<>();

  /** A value that is to be one region's alone. */
  private record Claim<T>(String region, Located<T> located) {}

  void name(Located<String> name) {
    check(name, names, String::equals, n -> n, "is also the name at", "give each its own name");
  }

  /** Names below one region's domain would have to be asked of two regions. */
  void domain(Located<Domain> domain) {
    check(
        domain,
        domains,
        (a, b) -> a.isWithin(b) || b.isWithin(a),
        Domain::name,
        "is the same domain, or one inside the other, as",
        "give each region a domain of its own");
  }

  /**
   * An address has to belong to one region, and to pods or Services. What two regions claim is
   * neither's; the rest of both goes on.
   *
   * @param region the path of its name
   */
  void range(String region, Located<Cidr> range) {
    first(ranges, other -> other.located().value().overlaps(range.value()))
        .map(other ->
            problem(
                range,
                other.located(),
                Cidr::toString,
                "overlaps",
                "regions that reach each other need ranges that do not overlap",
                !other.region().equals(region)))
        .ifPresent(problem -> (problem.clash() ? warnings : problems).add(problem));
    ranges.add(new Claim<>(region, range));
  }

  /** DNS listens by TCP as well, so HTTP cannot share its port. */
  void listen(Located<InetSocketAddress> listener) {
    check(
        listener,
        listeners,
        (a, b) -> a.equals(b) && a.getPort() != 0,
        SocketLiteral::format,
        "is taken by",
        "write another address or port");
  }

  /**
   * A gateway that is listed twice is asked as one.
   *
   * @param region the path of its name
   */
  void gateway(String region, Located<InetSocketAddress> gateway) {
    first(gateways, other -> other.located().value().equals(gateway.value()))
        .map(other ->
            problem(
                gateway,
                other.located(),
                SocketLiteral::format,
                "is also",
                "a gateway belongs to one region and is listed once",
                !other.region().equals(region)))
        .ifPresent(warnings::add);
    gateways.add(new Claim<>(region, gateway));
  }

  void overlayNode(Located<String> node) {
    check(node, overlayNodes, String::equals, n -> n, "is also the node at", "list it once");
  }

  void overlayAddress(Located<BridgeConfig.HostInNetwork> host) {
    check(
        host,
        overlayAddresses,
        (a, b) -> a.address().equals(b.address()),
        h -> IpLiteral.format(h.address()),
        "is also",
        "give each node an address of its own");
  }

  void file(Located<Path> file) {
    check(file, files, Path::equals, Path::toString, "is also", "list it once");
  }

  /** Of two values that only make sense together, one is there. */
  void together(
      Optional<? extends Located<?>> one,
      String onePath,
      Optional<? extends Located<?>> other,
      String otherPath) {
    if (one.isPresent() != other.isPresent()) {
      String missing = one.isPresent() ? otherPath : onePath;
      String present = one.isPresent() ? onePath : otherPath;
      problems.add(
          new ConfigProblem(
              missing, "is missing, though " + present + " is there", null, "write both, or none"));
    }
  }

  /** All that clashes. */
  List<ConfigProblem> problems() {
    List<ConfigProblem> all = new ArrayList<>(problems);
    for (Claim<InetSocketAddress> claim : gateways) {
      Located<InetSocketAddress> gateway = claim.located();
      for (Located<InetSocketAddress> listener : listeners) {
        if (gateway.value().equals(listener.value())) {
          all.add(
              new ConfigProblem(
                  gateway.path(),
                  "is this bridge itself, by " + listener.path(),
                  SocketLiteral.format(gateway.value()),
                  "write the address of the peer's bridge"));
        }
      }
    }
    return all;
  }

  /** What is strange, and what clashes but can be run with. */
  List<ConfigProblem> warnings() {
    return warnings;
  }

  private static <T> Optional<Claim<T>> first(List<Claim<T>> earlier, Predicate<Claim<T>> clash) {
    return earlier.stream().filter(clash).findFirst();
  }

  private <T> void check(
      Located<T> value,
      List<Located<T>> earlier,
      BiPredicate<T, T> clash,
      Function<T, String> words,
      String relation,
      String advice) {
    for (Located<T> other : earlier) {
      if (clash.test(value.value(), other.value())) {
        problems.add(problem(value, other, words, relation, advice, false));
        break;
      }
    }
    earlier.add(value);
  }

  private static <T> ConfigProblem problem(
      Located<T> value,
      Located<T> other,
      Function<T, String> words,
      String relation,
      String advice,
      boolean clash) {
    String text = words.apply(value.value());
    String otherText = words.apply(other.value());
    String named = otherText.equals(text) ? "" : " (" + otherText + ")";
    String reason = relation + " " + other.path() + named;
    return new ConfigProblem(value.path(), reason, text, advice, clash);
  }
}
