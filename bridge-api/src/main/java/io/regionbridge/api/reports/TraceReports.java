package io.regionbridge.api.reports;

import io.regionbridge.api.status.TraceReport;
import io.regionbridge.api.text.ExtendedErrors;
import io.regionbridge.dns.relay.Trace;
import io.regionbridge.dns.upstream.GatewayHealth;
import io.regionbridge.dns.upstream.TryReport;
import io.regionbridge.router.net.SocketLiteral;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Tells the data plane's traces in the words of the interface. Pure. */
final class TraceReports {
  private static final double NANOS = 1e6;

  private TraceReports() {}

  /** Reports a trace in the local region {@code region}. */
  static TraceReport of(
      String region, TraceQuestion question, Trace trace, Collection<GatewayHealth> gateways) {
    return new TraceReport(
        region,
        question.name().toString(true),
        Type.string(question.type()),
        trace.view().name().toLowerCase(Locale.ROOT),
        zone(region, trace),
        cache(trace),
        tries(trace, gateways),
        answer(trace));
  }

  private static TraceReport.Zone zone(String region, Trace trace) {
    double at = millis(trace.routedAfter());
    if (trace.zone() == null) {
      return new TraceReport.Zone("", "none", "", at);
    }
    return trace.region() == null
        ? new TraceReport.Zone(trace.zone(), "local", region, at)
        : new TraceReport.Zone(trace.zone(), "peer", trace.region(), at);
  }

  private static TraceReport.Cache cache(Trace trace) {
    if (trace.cachedAfter() < 0) {
      return new TraceReport.Cache("unused", 0, 0, millis(trace.routedAfter()));
    }
    double at = millis(trace.cachedAfter());
    if (trace.cacheAge() < 0) {
      return new TraceReport.Cache("absent", 0, 0, at);
    }
    String state = trace.cacheLeft() > 0 ? "fresh" : "expired";
    return new TraceReport.Cache(state, trace.cacheAge(), trace.cacheLeft(), at);
  }

  /**
   * Who was asked. Where nobody was, because no gateway answers, each with why it is not asked
   * again: that is why the answer is old, or none.
   */
  private static List<TraceReport.Try> tries(Trace trace, Collection<GatewayHealth> gateways) {
    boolean fresh = trace.cacheAge() >= 0 && trace.cacheLeft() > 0;
    if (!trace.tries().isEmpty() || trace.region() == null || trace.cachedAfter() < 0 || fresh) {
      return trace.tries().stream().map(t -> attempt(trace, t, gateways)).toList();
    }
    return gateways.stream()
        .filter(gateway -> gateway.region().equals(trace.region()))
        .map(gateway ->
            new TraceReport.Try(
                SocketLiteral.format(gateway.address()),
                word(gateway),
                millis(gateway.rtt()),
                millis(trace.cachedAfter()),
                0,
                "not asked now: " + gateway.reason()))
        .toList();
  }

  private static String word(GatewayHealth gateway) {
    return gateway.state().name().toLowerCase(Locale.ROOT);
  }

  private static TraceReport.Try attempt(
      Trace trace, TryReport report, Collection<GatewayHealth> gateways) {
    // An alias of this region leads to gateways of another one.
    Optional<GatewayHealth> health =
        gateways.stream()
            .filter(g -> g.address().equals(report.gateway()))
            .min(Comparator.comparing(g -> !g.region().equals(trace.region())));
    return new TraceReport.Try(
        SocketLiteral.format(report.gateway()),
        health.map(TraceReports::word).orElse("unknown"),
        health.map(g -> millis(g.rtt())).orElse(0.0),
        millis(trace.exchangeAfter() + report.after()),
        millis(report.took()),
        report.outcome());
  }

  private static TraceReport.Answer answer(Trace trace) {
    Message message = trace.answer();
    return new TraceReport.Answer(
        trace.source().label(),
        Rcode.string(message.getRcode()),
        message.getHeader().getFlag(Flags.AA),
        records(message, Section.ANSWER),
        records(message, Section.AUTHORITY),
        ExtendedErrors.of(message),
        millis(trace.took()));
  }

  private static List<TraceReport.ResourceRecord> records(Message message, int section) {
    List<TraceReport.ResourceRecord> records = new ArrayList<>();
    for (Record record : message.getSection(section)) {
      records.add(
          new TraceReport.ResourceRecord(
              record.getName().toString(true),
              record.getTTL(),
              Type.string(record.getType()),
              record.rdataToString()));
    }
    return records;
  }

  private static double millis(long nanos) {
    return Math.round(nanos / NANOS * 1000) / 1000.0;
  }
}
