package io.regionbridge.api.reports;

import io.regionbridge.api.http.BadRequestException;
import io.regionbridge.api.http.Parameters;
import io.regionbridge.dns.zone.View;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.xbill.DNS.Name;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.Type;

/**
 * A question to trace.
 *
 * @param name absolute
 * @param type a number of {@link Type} that stands for records, or ANY
 */
public record TraceQuestion(Name name, int type, View view) {
  private static final int FIRST_META = 128; // to 255: RFC 6895, section 3.1

  /**
   * Reads the parameters {@code name}, {@code type} and {@code view} of a request. An address in
   * place of a name asks for its PTR records.
   *
   * @throws BadRequestException if they are invalid
   */
  public static TraceQuestion of(Map<String, List<String>> query) throws BadRequestException {
    String text =
        Parameters.one(query, "name")
            .orElseThrow(() ->
                new BadRequestException(
                    "name is missing; write ?name=nats.messaging.svc.mn.internal&type=A"));
    Optional<String> type = Parameters.one(query, "type");
    Optional<InetAddress> address = address(text);
    if (address.isPresent() && type.isEmpty()) {
      return new TraceQuestion(ReverseMap.fromAddress(address.get()), Type.PTR, view(query));
    }
    return new TraceQuestion(Parameters.name("name", text), type(type.orElse("A")), view(query));
  }

  private static Optional<InetAddress> address(String text) {
    try {
      return Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static int type(String text) throws BadRequestException {
    int type = Type.value(text.toUpperCase(Locale.ROOT), true);
    if (type < 0 || type > 0xFFFF) {
      throw new BadRequestException(
          "type \"" + text + "\" is no record type; write one such as A, AAAA, SRV, PTR or TYPE65");
    }
    boolean meta = type == 0 || type == Type.OPT || (type >= FIRST_META && type <= Type.ANY);
    if (meta && type != Type.ANY) {
      throw new BadRequestException("type " + text + " asks for something other than records");
    }
    return type;
  }

  private static View view(Map<String, List<String>> query) throws BadRequestException {
    String view = Parameters.one(query, "view").orElse("pods");
    return switch (view) {
      case "pods" -> View.PODS;
      case "cluster" -> View.CLUSTER;
      default ->
          throw new BadRequestException(
              "view \""
                  + view
                  + "\" is neither cluster, as clients in the cluster are answered,"
                  + " nor pods, as all others are");
    };
  }
}
