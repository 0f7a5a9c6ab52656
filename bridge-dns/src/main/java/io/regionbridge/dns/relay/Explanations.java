package io.regionbridge.dns.relay;

import io.regionbridge.dns.upstream.AnswerSink.Failure;
import io.regionbridge.dns.upstream.Exchange;
import io.regionbridge.dns.wire.Explanation;
import io.regionbridge.dns.zone.ZoneRoute;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.ExtendedErrorCodeOption;

/** Extended errors: why an answer is not what the client asked for (RFC 8914). */
final class Explanations {
  static final Explanation STALE_ANSWER = Explanation.of(ExtendedErrorCodeOption.STALE_ANSWER, "");
  static final Explanation PROHIBITED = Explanation.of(ExtendedErrorCodeOption.PROHIBITED, "");
  static final Explanation NOT_AUTHORITATIVE =
      Explanation.of(ExtendedErrorCodeOption.NOT_AUTHORITATIVE, "");

  /** Not all zones are known yet. */
  static final Explanation NOT_READY = Explanation.of(ExtendedErrorCodeOption.NOT_READY, "");

  static final Explanation OVERLOADED = unreachable("too many queries are waiting", null);

  private Explanations() {}

  static Explanation of(Failure failure, Exchange exchange) {
    String region = name(exchange.route());
    return switch (failure) {
      case TIMEOUT, NO_GATEWAY -> noGateway(exchange.route());
      case NO_ANSWER ->
          unreachable(
              "no gateway of " + region + " had an answer, last: " + exchange.failure(),
              exchange.said());
      case CONTAINED ->
          unreachable(region + " answered with an address outside its own ranges", null);
    };
  }

  private static String name(ZoneRoute.Forward route) {
    return route.zone().isResolvers() ? "dns.upstream" : "region " + route.zone().region();
  }

  static Explanation noGateway(ZoneRoute.Forward route) {
    return unreachable(
        route.zone().isResolvers()
            ? "no resolver of dns.upstream answers"
            : "no reachable gateway of " + name(route),
        null);
  }

  private static Explanation unreachable(String text, @Nullable Explanation said) {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    return new Explanation(ExtendedErrorCodeOption.NO_REACHABLE_AUTHORITY, octets, said);
  }
}
