package io.regionbridge.dns.upstream;

import io.netty.util.concurrent.ScheduledFuture;
import io.regionbridge.dns.net.HostPort;
import io.regionbridge.dns.net.PeerAddress;
import io.regionbridge.dns.socket.LoopSockets;
import io.regionbridge.dns.upstream.AnswerSink.Failure;
import io.regionbridge.dns.upstream.GatewayHealth.Outcome;
import io.regionbridge.dns.wire.Names;
import io.regionbridge.dns.wire.Octets;
import io.regionbridge.dns.wire.Query;
import io.regionbridge.dns.wire.Reply;
import io.regionbridge.dns.zone.Route;
import io.regionbridge.dns.zone.ZoneTable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Rcode;

/**
 * Asks gateways, for one event loop.
 *
 * <p>A question goes to the healthiest gateway. When the reply is later than that gateway's replies
 * usually are, the question goes to the next one as well, and so on until the exchange's time is
 * over or its tries are used up; whichever answers first is taken, and the earlier ones are still
 * listened to. A reply without an answer (SERVFAIL, REFUSED and their like) or word that nobody
 * listens sends it on at once. So a dead gateway costs a query a few milliseconds more than its
 * usual time, not a timeout. Where no gateway answers, another bridge of the own region is asked,
 * unless it is one that asks.
 */
public final class Asker {
  /** Turning the wheel later than this means that the loop was kept from running. */
  private static final long MOST_LAG = 4 * TimerWheel.TICK;

  /** Of the usual time a question with a poor prospect gets this part. */
  private static final int POOR_SHARE = 3;

  private final GatewayRegistry registry;
  private final AnswerSink sink;
  private final LongSupplier clock;
  private final LoopSockets sockets;
  private final UpstreamContext context;
  private final TimerWheel wheel;
  private final RetryBudget budget;
  private final Reply reply = new Reply();
  private final RouteBounds bounds = new RouteBounds();
  private final PeerAddress nobody = new PeerAddress();
  private final GatewayLinks links;
  private final ExchangeTable exchanges = new ExchangeTable();
  private final List<UpstreamSocket> toFlush = new ArrayList<>();
  private int idleTicks;
  private long lastTurned;
  private boolean heldBack;
  private @Nullable ScheduledFuture<?> ticking;

  /**
   * An asker for one loop.
   *
   * @param clock nanoseconds that never go back
   */
  public Asker(GatewayRegistry registry, AnswerSink sink, LoopSockets sockets, LongSupplier clock) {
    this.registry = registry;
    this.sink = sink;
    this.sockets = sockets;
    this.clock = clock;
    context = new UpstreamContext(sockets, this, registry);
    links = new GatewayLinks(registry, context);
    wheel = new TimerWheel(clock.getAsLong());
    budget = new RetryBudget(clock.getAsLong());
  }

  /** The exchange that already asks this, or null. */
  public @Nullable Exchange find(Query query, Route.Forward route) {
    return exchanges.find(query, route);
  }

  /** Exchanges under way. */
  public int size() {
    return exchanges.size();
  }

  /**
   * What a question to the region can hope for.
   *
   * @param fromSibling whether another bridge of the own region asks
   */
  public Prospect prospect(Route.Forward route, boolean fromSibling, long now) {
    return links.prospect(route, fromSibling, now);
  }

  /** Whether the probes find no way to the region now. */
  public boolean allDown(Route.Forward route) {
    return links.allDown(route);
  }

  /**
   * How often gateways of the route have recovered: another number when what failed before may
   * succeed now.
   */
  public int recoveries(Route.Forward route) {
    return links.recoveries(route);
  }

  /**
   * Starts to ask. The end comes through the sink, never before this returns.
   *
   * @param prospect how much time and how many gateways at once it is worth
   * @param now nanoseconds of the clock
   */
  public Exchange ask(Query query, Route.Forward route, Prospect prospect, long now) {
    long timeout = registry.settings().timeout();
    boolean poor = prospect == Prospect.POOR;
    Exchange e =
        exchanges.begin(query, route, prospect, now, now + (poor ? timeout / POOR_SHARE : timeout));
    budget.question();
    do {
      sendNext(e, now);
    } while (poor && e.triesLeft() && links.anyFresh(e));
    tick();
    return e;
  }

  /**
   * Sends the question once more, if there is a gateway and a try left, and sets the timer for what
   * comes after.
   */
  private void sendNext(Exchange e, long now) {
    GatewayLink link = links.choose(e);
    long wait = registry.settings().timeout();
    if (link != null) {
      Try t = e.nextTry();
      if (t != null) {
        long patience = link.patience(wait);
        wait = TrySpacing.after(e.tryCount(), patience, (long) link.usual(), e.deadline() - now);
        if (!link.send(t, now)) {
          e.fail("no socket to " + HostPort.text(link.health().address()) + " takes the question");
          link.unreachable();
        }
      }
    }
    wheel.set(e, Math.min(now + wait, e.deadline()));
  }

  /**
   * Another table is in force. Closes links to gateways that it does not name any more; their
   * exchanges go on with others.
   */
  public void follow(ZoneTable table) {
    links.keepOnly(table.ways());
    bounds.follow(table);
  }

  void flushLater(UpstreamSocket socket) {
    toFlush.add(socket);
  }

  /** Sends what is queued. Called at the end of each turn of the loop. */
  public void flush() {
    for (int i = 0; i < toFlush.size(); i++) {
      toFlush.get(i).flush();
    }
    toFlush.clear();
    context.nextTurn();
  }

  /** A batch of replies is through. */
  void turnEnds() {
    sink.turnEnds();
  }

  /** Nanoseconds within which a question is answered. */
  long timeout() {
    return registry.settings().timeout();
  }

  PeerAddress nobody() {
    return nobody;
  }

  // Replies.

  /** A message with the ID of an open try arrived from that try's gateway. */
  void replied(Try t, byte[] message, int length, boolean tcp) {
    Exchange e = t.exchange;
    GatewayLink link = link(t);
    int questionEnd = Query.HEADER + e.questionLength();
    // What does not match is ignored, not believed and not an error: the true reply may still come
    // (RFC 5452 section 9.1).
    boolean response = (message[2] & 0xF8) == 0x80;
    if (!response
        || length < questionEnd
        || Octets.get16(message, 4) != 1
        || !Names.equal(message, Query.HEADER, e.question(), 0, e.questionLength())) {
      return;
    }
    long now = clock.getAsLong();
    Reply.Verdict verdict = reply.inspect(message, length, questionEnd, bounds.of(e.route()));
    boolean truncated = (message[2] & 2) != 0;
    if (!truncated
        && verdict != Reply.Verdict.MALFORMED
        && !link.cookieFits(message, reply.cookieAt(), reply.cookieLength())) {
      return;
    }
    close(t);
    end(t, "a truncated reply", now);
    link.took(now - t.sentAt, now);
    link.noteAnswer(now);
    if (truncated && !tcp) {
      if (!link.askOverTcp(t)) {
        failTry(t, Outcome.FAILED, "its TCP connection takes no more questions", now);
      }
      return;
    }
    // With the upper bits of EDNS: BADVERS alone looks like NOERROR.
    int rcode = reply.rcode();
    if (rcode != Rcode.NOERROR && rcode != Rcode.NXDOMAIN) {
      boolean worthRepeating = rcode == Rcode.FORMERR && link.speakPlainly(t);
      failTry(t, Outcome.FAILED, Rcode.string(rcode), now, worthRepeating);
    } else if (truncated) {
      failTry(t, Outcome.FAILED, "a truncated reply", now);
    } else {
      judge(t, verdict, now);
    }
  }

  private void judge(Try t, Reply.Verdict verdict, long now) {
    Exchange e = t.exchange;
    GatewayLink link = link(t);
    switch (verdict) {
      case BELIEVED -> accept(t, reply, now);
      case CONTAINED -> {
        if (e.route().hasFamily(e.type())) {
          end(t, "answered with addresses outside the region", now);
          link.health().count(Outcome.CONTAINED);
          finish(e, null, Failure.CONTAINED, link);
        } else {
          accept(t, reply, now);
        }
      }
      case UNRELATED ->
          failTry(t, Outcome.FAILED, "an answer without a record of the question's name", now);
      case ALIAS_LOOP -> failTry(t, Outcome.FAILED, "aliases that lead nowhere", now);
      case TOO_DEAR -> failTry(t, Outcome.FAILED, "a reply that is too dear to read", now);
      case MALFORMED -> failTry(t, Outcome.FAILED, "a malformed reply", now);
    }
  }

  private void accept(Try t, Reply answer, long now) {
    Exchange e = t.exchange;
    GatewayLink link = link(t);
    end(t, "answered", now);
    link.health().count(answer.dropped() > 0 ? Outcome.CONTAINED : Outcome.ANSWERED);
    for (int i = 0; i < e.tryCount(); i++) {
      Try other = e.tryAt(i);
      if (other.open && other.link != null && other.link != link) {
        other.link.outrun(now - other.sentAt);
      }
    }
    finish(e, answer, Failure.NO_ANSWER, link);
  }

  /** The socket that the try was sent from does not reach the gateway (any more). */
  void unreachable(Try t, String why) {
    long now = clock.getAsLong();
    close(t);
    failTry(t, Outcome.UNREACHABLE, why, now);
  }

  private void failTry(Try t, Outcome outcome, String why, long now) {
    failTry(t, outcome, why, now, false);
  }

  /**
   * Notes a failed try and goes on to the next gateway at once, or to the same one if that is all
   * there is and {@code worthRepeating}.
   */
  private void failTry(Try t, Outcome outcome, String why, long now, boolean worthRepeating) {
    Exchange e = t.exchange;
    GatewayLink link = link(t);
    link.health().count(outcome);
    end(t, why, now);
    e.fail(why);
    if ((worthRepeating || links.anyFresh(e)) && now < e.deadline()) {
      sendNext(e, now);
    } else if (e.open() == 0) {
      finish(e, null, Failure.NO_ANSWER, link);
    }
  }

  private static void end(Try t, String outcome, long now) {
    t.endedAt = now;
    t.outcome = outcome;
  }

  /**
   * How the exchange went, in the order of its tries. To be called by the sink while it is told of
   * the end.
   */
  public List<TryReport> reports(Exchange e) {
    List<TryReport> reports = new ArrayList<>();
    long now = clock.getAsLong();
    for (int i = 0; i < e.tryCount(); i++) {
      Try t = e.tryAt(i);
      GatewayLink link = t.link;
      if (link != null) {
        boolean ended = t.endedAt != 0;
        reports.add(
            new TryReport(
                link.health().address(),
                t.sentAt - e.startedAt(),
                (ended ? t.endedAt : now) - t.sentAt,
                ended ? t.outcome : "no reply"));
      }
    }
    return reports;
  }

  private void close(Try t) {
    if (t.open) {
      t.open = false;
      t.exchange.closed();
      TryTable table = t.table;
      if (table != null) {
        table.remove(t);
      }
    }
  }

  private static GatewayLink link(Try t) {
    GatewayLink link = t.link;
    if (link == null) {
      throw new IllegalStateException("a try that was not sent");
    }
    return link;
  }

  // Time.

  /** Does what is due. */
  public void advance(long now) {
    wheel.advance(now, this::due);
  }

  private void due(Exchange e, long now) {
    boolean suspicionOnly = false;
    for (int i = 0; i < e.tryCount(); i++) {
      Try t = e.tryAt(i);
      GatewayLink link = t.link;
      if (t.open
          && link != null
          && now - t.sentAt >= link.patience(registry.settings().timeout())) {
        if (!t.missed) {
          link.health().count(Outcome.TIMEOUT);
        }
        link.missed(t, now);
        suspicionOnly |= !link.silent() && !link.down();
      }
    }
    if (now >= e.deadline()) {
      finish(e, null, e.failure() == null ? Failure.TIMEOUT : Failure.NO_ANSWER, null);
    } else if (suspicionOnly && !budget.take(now)) {
      // Its gateway answers others. Soon we know more: the reply is here, or the gateway is silent.
      wheel.set(e, Math.min(now + 2 * TimerWheel.TICK, e.deadline()));
    } else {
      sendNext(e, now);
    }
  }

  /**
   * The wheel is turned by a timer of the loop while there is anything on it, and a while longer.
   */
  private void tick() {
    idleTicks = 0;
    if (ticking == null || ticking.isDone()) {
      lastTurned = clock.getAsLong();
      ticking =
          sockets
              .loop()
              .scheduleAtFixedRate(
                  this::turnWheel, TimerWheel.TICK, TimerWheel.TICK, TimeUnit.NANOSECONDS);
    }
  }

  private void turnWheel() {
    long now = clock.getAsLong();
    // A loop that comes late has replies waiting in its sockets: they are read before anyone is
    // called silent.
    boolean late = now - lastTurned > MOST_LAG;
    lastTurned = now;
    // Once: a loop that always comes late must not keep its clients waiting for ever.
    heldBack = late && !heldBack;
    if (!heldBack) {
      advance(now);
    }
    sink.turnEnds();
    var timer = ticking;
    if (exchanges.size() == 0 && ++idleTicks > 64 && timer != null) {
      timer.cancel(false);
      ticking = null;
    }
  }

  // The end.

  private void finish(
      Exchange e, @Nullable Reply answer, Failure failure, @Nullable GatewayLink link) {
    wheel.clear(e);
    exchanges.remove(e);
    for (int i = 0; i < e.tryCount(); i++) {
      close(e.tryAt(i));
    }
    if (answer != null && link != null) {
      sink.answered(e, answer, link.health());
    } else {
      boolean poor = e.prospect() == Prospect.POOR && failure != Failure.CONTAINED;
      sink.failed(e, poor ? Failure.NO_GATEWAY : failure);
    }
    for (int i = 0; i < e.tryCount(); i++) {
      e.tryAt(i).link = null;
    }
    exchanges.recycle(e);
  }

  /** Ends everything: exchanges fail, sockets close. */
  public void close() {
    exchanges.forEach(e -> finish(e, null, Failure.TIMEOUT, null));
    links.close();
    var timer = ticking;
    if (timer != null) {
      timer.cancel(false);
    }
  }
}
