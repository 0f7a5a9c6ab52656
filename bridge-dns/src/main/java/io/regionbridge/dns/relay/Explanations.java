package io.regionbridge.dns.relay;

import io.regionbridge.dns.upstream.AnswerSink.Failure;
import io.regionbridge.dns.upstream.Exchange;
import io.regionbridge.dns.zone.Route;
import java.nio.charset.StandardCharsets;
import org.xbill.DNS.ExtendedErrorCodeOption;

/** What clients are told of answers that are not what they hoped for (RFC 8914). */
final class Explanations {
  static final int STALE_ANSWER = ExtendedErrorCodeOption.STALE_ANSWER;
  static final int NO_REACHABLE_AUTHORITY = ExtendedErrorCodeOption.NO_REACHABLE_AUTHORITY;
  static final int PROHIBITED = ExtendedErrorCodeOption.PROHIBITED;
  static final int NOT_AUTHORITATIVE = ExtendedErrorCodeOption.NOT_AUTHORITATIVE;

  /** Not all zones are known yet. */
  static final int NOT_READY = ExtendedErrorCodeOption.NOT_READY;

  /** The rcode says it all. */
  static final int NONE = -1;

  static final byte[] OVERLOADED = text("too many queries are waiting");

  private Explanations() {}

  static byte[] of(Failure failure, Exchange exchange) {
    String region = name(exchange.route());
    return switch (failure) {
      case TIMEOUT, NO_GATEWAY -> noGateway(exchange.route());
      case NO_ANSWER ->
          text("no gateway of " + region + " had an answer, last: " + exchange.failure());
      case CONTAINED -> text(region + " answered with an address outside its own ranges");
    };
  }

  private static String name(Route.Forward route) {
    return route.zone().isResolvers() ? "dns.upstream" : "region " + route.zone().region();
  }

  static byte[] noGateway(Route.Forward route) {
    return route.zone().isResolvers()
        ? text("no resolver of dns.upstream answers")
        : text("no reachable gateway of " + name(route));
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
