package io.regionbridge.api.reports;

import io.regionbridge.api.status.QueryLogReport;
import io.regionbridge.api.zones.ClientRanges;
import io.regionbridge.dns.DnsBridge;
import io.regionbridge.dns.net.AddressSet;
import io.regionbridge.dns.relay.QuerySample;
import io.regionbridge.dns.relay.QuerySampler;
import io.regionbridge.router.net.SocketLiteral;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

/**
 * Tells of some queries in the log, one line for each, for a while, when an operator asks for it.
 * Lines are written by a thread of its own: where the log cannot be written as fast, lines are lost
 * and no query waits.
 *
 * <p>Thread-safe.
 */
public final class QueryLog implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(QueryLog.class);
  private static final int MOST_WAITING = 256;

  /** Lines for those who follow: of ten seconds at the highest rate. */
  private static final int MOST_KEPT = 1000;

  private static final double NANOS_PER_MILLI = 1e6;

  private final DnsBridge dns;
  private final Clock clock;
  private @Nullable Run current;
  private @Nullable Run last;

  public QueryLog(DnsBridge dns, Clock clock) {
    this.dns = dns;
    this.clock = clock;
  }

  /** Starts to log these queries and no others. */
  public synchronized QueryLogReport start(QuerySelection wanted) {
    stop();
    Run run = new Run(wanted);
    current = run;
    log.info(
        "query log on: queries {}, {} a second at most, until {}",
        wanted,
        wanted.perSecond(),
        run.until);
    run.writer.start();
    dns.tap(run.sampler);
    return report();
  }

  /** Logs no more queries; does nothing if it logs none. */
  public synchronized QueryLogReport stop() {
    Run run = current;
    if (run != null) {
      end(run);
      run.writer.interrupt();
    }
    return report();
  }

  /** The current or last report. */
  public QueryLogReport report() {
    return report(Long.MAX_VALUE);
  }

  /** The report with the lines that are kept after the first {@code after} lines. */
  public synchronized QueryLogReport report(long after) {
    Run run = current == null ? last : current;
    return run == null ? QueryLogReport.NEVER : run.report(run.equals(current), after);
  }

  private synchronized void end(Run run) {
    if (run.equals(current)) {
      dns.tap(null);
      current = null;
      last = run;
      QueryLogReport done = report();
      log.info("query log off: {} of {} queries logged", done.logged(), done.matched());
    }
  }

  @Override
  public void close() {
    stop();
  }

  /** From one start to the end. */
  private final class Run {
    private final QuerySelection wanted;
    private final Instant until;
    private final BlockingQueue<QuerySample> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final Deque<String> lines = new ArrayDeque<>();
    private long logged;
    private final QuerySampler sampler;
    private final Thread writer;

    Run(QuerySelection wanted) {
      this.wanted = wanted;
      until = clock.instant().plus(wanted.time()).truncatedTo(ChronoUnit.MILLIS);
      sampler =
          new QuerySampler(
              AddressSet.of(ClientRanges.prefixes(wanted.client().stream().toList())),
              wanted.zone().orElse(null),
              wanted.failed(),
              wanted.perSecond(),
              System::nanoTime,
              waiting::offer);
      writer = Thread.ofVirtual().name("query-log").unstarted(this::write);
    }

    private void write() {
      long end = System.nanoTime() + wanted.time().toNanos();
      try {
        for (long left = wanted.time().toNanos(); left > 0; left = end - System.nanoTime()) {
          QuerySample sample = waiting.poll(left, TimeUnit.NANOSECONDS);
          if (sample != null) {
            String line = line(sample);
            log.atInfo()
                .addKeyValue("client", SocketLiteral.format(sample.client()))
                .addKeyValue("name", sample.name())
                .addKeyValue("type", Type.string(sample.type()))
                .addKeyValue("rcode", Rcode.string(sample.rcode()))
                .addKeyValue("source", sample.source().label())
                .log(line);
            keep(line);
          }
        }
        end(this);
      } catch (InterruptedException e) {
        // It was stopped, and that has been logged.
      }
    }

    private void keep(String line) {
      synchronized (lines) {
        if (lines.size() == MOST_KEPT) {
          lines.removeFirst();
        }
        lines.addLast(line);
        logged++;
      }
    }

    QueryLogReport report(boolean active, long after) {
      List<String> asked;
      long count;
      synchronized (lines) {
        count = logged;
        long unseen = Math.clamp(count - after, 0, lines.size());
        asked = lines.stream().skip(lines.size() - unseen).toList();
      }
      return new QueryLogReport(
          active,
          wanted.client().map(Object::toString).orElse(null),
          wanted.zone().map(name -> name.toString(name.labels() > 1)).orElse(null),
          wanted.perSecond(),
          until.toString(),
          sampler.matched(),
          count,
          wanted.failed(),
          asked);
    }
  }

  /** Who asked what, over which transport, and what became of it after how long. */
  static String line(QuerySample sample) {
    return "query from %s over %s: %s %s, %s (%s) after %.2f ms"
        .formatted(
            SocketLiteral.format(sample.client()),
            sample.tcp() ? "TCP" : "UDP",
            sample.name().isEmpty() ? "(unreadable)" : sample.name(),
            Type.string(sample.type()),
            Rcode.string(sample.rcode()),
            sample.source().label(),
            sample.nanos() / NANOS_PER_MILLI);
  }
}
