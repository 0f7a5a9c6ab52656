package io.regionbridge.router.kubernetes;

import io.fabric8.kubernetes.client.Config;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import java.net.InetAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The proxy by which an API server is asked. It is chosen as kubectl chooses it ({@code
 * golang.org/x/net/http/httpproxy}): {@code proxy-url} of the kubeconfig, else {@code HTTPS_PROXY}
 * or {@code HTTP_PROXY}, by the scheme of the server, unless {@code NO_PROXY} has the server. Each
 * variable may be in lower case. Loopback addresses are no exception. fabric8's own reading of
 * these variables knows no lower case and no {@code *}, and throws on what it does not know.
 *
 * @param server the URL of the API server
 * @param source what names it: the variable, or {@code proxy-url of the kubeconfig}
 * @param shown its text without a password
 * @param url where it is; empty: it is no HTTP proxy, and the server is asked directly
 * @param credentials user and password, separated by a colon
 */
record ApiProxy(
    URI server, String source, String shown, Optional<URI> url, Optional<String> credentials) {
  private static final Pattern NOTATION =
      Pattern.compile("(?:([a-z0-9+.-]+)://)?(?:(.*)@)?([^@/?#]*)(?:[/?#].*)?");
  private static final int MAX_PORT = 65_535;

  /** Those that fabric8 reads a proxy from. */
  private static final List<String> VARIABLES = List.of("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY");

  private static final String OF_KUBECONFIG = "proxy-url of the kubeconfig";

  /**
   * The proxy for a client; empty: its API server is asked directly.
   *
   * @param config as fabric8 has configured it: what it has of proxies is of the same variables, or
   *     of the kubeconfig
   * @param environment the variables of the process
   */
  static Optional<ApiProxy> of(Config config, Map<String, String> environment) {
    URI server = URI.create(config.getMasterUrl());
    if (server.getHost() == null) {
      return Optional.empty();
    }
    Optional<String> ofKubeconfig =
        Stream.of(config.getHttpsProxy(), config.getHttpProxy())
            .filter(text -> text != null && !text.isBlank())
            .filter(
                text -> VARIABLES.stream().noneMatch(name -> text.equals(environment.get(name))))
            .findFirst();
    if (ofKubeconfig.isPresent()) {
      return Optional.of(read(server, OF_KUBECONFIG, ofKubeconfig.get().strip()));
    }
    String spared = variable(environment, "NO_PROXY").map(Map.Entry::getValue).orElse("");
    return variable(environment, isTls(server) ? "HTTPS_PROXY" : "HTTP_PROXY")
        .filter(_ -> Arrays.stream(spared.split(",", -1)).noneMatch(entry -> spares(entry, server)))
        .map(variable -> read(server, variable.getKey(), variable.getValue()));
  }

  /** What a condition says of it, beside what is wrong with the API server. */
  String describe() {
    if (url.isEmpty()) {
      return "%s names %s, which is no HTTP proxy: the API server is asked directly"
          .formatted(source, shown);
    }
    String remedy =
        source.equals(OF_KUBECONFIG) ? "remove it" : "add " + server.getHost() + " to NO_PROXY";
    return "the API server is asked by way of the proxy %s, as %s says: %s to ask it directly"
        .formatted(shown, source, remedy);
  }

  /** Lets a client use this proxy and nothing that it finds by itself. */
  static void apply(Optional<ApiProxy> proxy, Config config) {
    String url = proxy.flatMap(ApiProxy::url).map(URI::toString).orElse(null);
    config.setHttpProxy(url);
    config.setHttpsProxy(url);
    config.setNoProxy(new String[0]);
    String[] credentials = proxy.flatMap(ApiProxy::credentials).orElse("").split(":", 2);
    config.setProxyUsername(credentials[0].isEmpty() ? null : credentials[0]);
    config.setProxyPassword(credentials.length == 1 ? null : credentials[1]);
  }

  private static Optional<Map.Entry<String, String>> variable(
      Map<String, String> environment, String name) {
    return Stream.of(name, name.toLowerCase(Locale.ROOT))
        .map(spelled -> Map.entry(spelled, environment.getOrDefault(spelled, "").strip()))
        .filter(variable -> !variable.getValue().isEmpty())
        .findFirst();
  }

  private static ApiProxy read(URI server, String source, String text) {
    Matcher parts = NOTATION.matcher(text);
    if (!parts.matches()) {
      return new ApiProxy(
          server, source, "a text of several lines", Optional.empty(), Optional.empty());
    }
    String scheme = Optional.ofNullable(parts.group(1)).orElse("http");
    String place = parts.group(3);
    String shown = scheme.startsWith("http") ? place : scheme + "://" + place;
    return new ApiProxy(
        server,
        source,
        KubeconfigContext.shown(shown),
        url(scheme, place),
        Optional.ofNullable(parts.group(2)));
  }

  private static Optional<URI> url(String scheme, String place) {
    if (!scheme.equals("http") && !scheme.equals("https")) {
      return Optional.empty();
    }
    try {
      URI uri = URI.create(scheme + "://" + place);
      if (uri.getHost() == null || uri.getPort() > MAX_PORT || uri.getPort() == 0) {
        return Optional.empty();
      }
      return Optional.of(
          uri.getPort() > 0 ? uri : URI.create(uri + (scheme.equals("http") ? ":80" : ":443")));
    } catch (IllegalArgumentException noUri) {
      return Optional.empty();
    }
  }

  /**
   * One entry of {@code NO_PROXY}: {@code *}, a range, an address, or a domain; the last two may
   * have a port.
   */
  private static boolean spares(String text, URI server) {
    String entry = text.strip().toLowerCase(Locale.ROOT);
    String host = server.getHost().toLowerCase(Locale.ROOT).replaceAll("^\\[|]$", "");
    Optional<InetAddress> address = IpLiteral.parse(host);
    if (entry.isEmpty() || entry.equals("*")) {
      return !entry.isEmpty();
    }
    Optional<Cidr> range = Cidr.around(entry);
    if (range.isPresent()) {
      return address.filter(range.get()::contains).isPresent();
    }
    Matcher ported = Pattern.compile("(.*[^:]|\\[.*]):(\\d{1,5})").matcher(entry);
    boolean hasPort = ported.matches() && IpLiteral.parse(entry).isEmpty();
    if (hasPort && Integer.parseInt(ported.group(2)) != port(server)) {
      return false;
    }
    String name =
        (hasPort ? ported.group(1) : entry).replaceAll("^\\[|]$", "").replaceFirst("^\\*\\.", ".");
    return IpLiteral.parse(name).isPresent()
        ? IpLiteral.parse(name).equals(address)
        : host.endsWith(name.startsWith(".") ? name : "." + name) || host.equals(name);
  }

  private static int port(URI server) {
    return server.getPort() >= 0 ? server.getPort() : isTls(server) ? 443 : 80;
  }

  private static boolean isTls(URI server) {
    return "https".equals(server.getScheme());
  }
}
