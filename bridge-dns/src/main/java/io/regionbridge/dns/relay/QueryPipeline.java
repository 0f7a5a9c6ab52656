package io.regionbridge.dns.relay;

import io.regionbridge.dns.cache.CachePolicy;
import io.regionbridge.dns.cache.CachedReply;
import io.regionbridge.dns.cache.ResponseCache;
import io.regionbridge.dns.net.PeerAddress;
import io.regionbridge.dns.socket.LoopSockets;
import io.regionbridge.dns.upstream.AnswerSink;
import io.regionbridge.dns.upstream.Asker;
import io.regionbridge.dns.upstream.Exchange;
import io.regionbridge.dns.upstream.GatewayHealth;
import io.regionbridge.dns.upstream.GatewayRegistry;
import io.regionbridge.dns.upstream.Prospect;
import io.regionbridge.dns.wire.Explanation;
import io.regionbridge.dns.wire.NameHash;
import io.regionbridge.dns.wire.Query;
import io.regionbridge.dns.wire.Reply;
import io.regionbridge.dns.wire.ReplyWriter;
import io.regionbridge.dns.zone.ClientPolicy.Standing;
import io.regionbridge.dns.zone.LocalAuthority;
import io.regionbridge.dns.zone.LocalZone;
import io.regionbridge.dns.zone.ReplicaZone;
import io.regionbridge.dns.zone.View;
import io.regionbridge.dns.zone.ZoneRoute;
import io.regionbridge.dns.zone.ZoneTable;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Rcode;

/**
 * The stages of a query on one event loop, in this order:
 *
 * <ol>
 *   <li>read the question ({@link Query});
 *   <li>who asks ({@link io.regionbridge.dns.zone.ClientPolicy}): strangers are refused;
 *   <li>which zone ({@link ZoneTable}): names of no zone are refused;
 *   <li>the local region's names: from the zone ({@link LocalAuthority});
 *   <li>a peer region's names where there is a current replica: from that, in the same way;
 *   <li>a peer region's names otherwise: from the cache ({@link ResponseCache}), else from the
 *       gateways ({@link Asker}), where the query waits, joining others with the same question;
 *       when they fail, from the cache past its time or the last replica, else SERVFAIL.
 * </ol>
 *
 * <p>All stages but the last end within the call and allocate nothing.
 */
public final class QueryPipeline implements AnswerSink {
  private static final int NO_ZONE = 0;

  /** What all loops share. */
  public record Shared(
      Supplier<ZoneTable> table,
      Supplier<PipelineSettings> settings,
      ResponseCache cache,
      RecentFailures failures,
      GatewayRegistry gateways,
      InflightClaims claims,
      LongSupplier clock,
      Supplier<@Nullable QuerySampler> tap,
      List<QueryPipeline> loops) {}

  /** Sends the replies of a turn when it ends. */
  public interface Flusher {
    /** Sends what is queued. */
    void flush();
  }

  private final int index;
  private final Shared shared;
  private final LoopSockets sockets;
  private final Asker asker;
  private final Flusher clients;
  private final LoopCounters counters = new LoopCounters();
  private final Query query = new Query();
  private final ReplyWriter reply = new ReplyWriter();
  private final LocalAuthority authority = new LocalAuthority();
  private final CachedReply cached = new CachedReply();
  private final ReplySender sender;
  private final RefusalLimiter refusals = new RefusalLimiter();
  private final WaitingRoom waiting = new WaitingRoom();
  private final AliasFollower aliases;
  private boolean closing;

  /**
   * As whom the client sees local names that an alias leads to; null: aliases are its to follow.
   */
  private @Nullable View followAs;

  private int turn;
  private boolean inTurn;
  private long now;

  /** Creates the pipeline of loop {@code index}; {@code clients} sends the replies of a turn. */
  public QueryPipeline(int index, Shared shared, LoopSockets sockets, Flusher clients) {
    this.index = index;
    this.shared = shared;
    this.sockets = sockets;
    this.clients = clients;
    this.sender = new ReplySender(reply, counters, shared.clock());
    this.aliases = new AliasFollower(reply, sender);
    this.asker = new Asker(shared.gateways(), this, sockets, shared.table(), shared.clock());
  }

  /** What this loop counted. */
  public LoopCounters counters() {
    return counters;
  }

  /** Queries that wait for gateways. A moment late when read from elsewhere. */
  public int waiting() {
    return waiting.size();
  }

  /** Queries to gateways under way; a moment late when read from elsewhere. */
  public int exchanges() {
    return asker.size();
  }

  /** Answers a query, now or later, by {@code path}. On the loop. */
  public void handle(byte[] packet, int length, PeerAddress client, ReplyPath path) {
    handle(packet, length, client, path, true);
  }

  private void handle(
      byte[] packet, int length, PeerAddress client, ReplyPath path, boolean mayHandOver) {
    beginTurn();
    Query.Verdict verdict = query.parse(packet, length);
    if (verdict == Query.Verdict.IGNORE) {
      counters.countEvent(LoopCounters.Event.IGNORED);
      return;
    }
    ZoneTable table = table();
    Standing standing = table.clients().standing(client.high(), client.low());
    if (standing == Standing.REFUSED) {
      refuseStranger(client, path);
      return;
    }
    if (verdict != Query.Verdict.OK) {
      refuse(rcodeOf(verdict), null, client, path, NO_ZONE);
      return;
    }
    View view = standing == Standing.CLUSTER ? View.CLUSTER : View.PODS;
    // Who asks for others gets what is of this region, and follows aliases itself.
    boolean forOthers = standing == Standing.PEER || query.relayed() || query.fromSibling();
    followAs = forOthers ? null : view;
    answer(table, view, standing == Standing.PEER, client, path, mayHandOver);
  }

  /**
   * Answers the parsed query.
   *
   * @param peer whether another region asks
   */
  private void answer(
      ZoneTable table,
      View view,
      boolean peer,
      PeerAddress client,
      ReplyPath path,
      boolean mayHandOver) {
    ZoneRoute route = table.route(query);
    if (path instanceof TracePath trace) {
      trace.routed(route);
    }
    if (route instanceof ZoneRoute.Local local && (!peer || local.zone().isForPeers())) {
      int rcode = authority.answer(query, local.zone(), view, ++turn, reply);
      send(client, path, local.id() + 1, rcode, Source.LOCAL);
    } else if (route == null) {
      answerNobodys(table, client, path);
    } else if (peer || query.relayed()) {
      // Only ever for our own clients: what one region asks another goes no further.
      refuse(Rcode.REFUSED, Explanations.PROHIBITED, client, path, route.id() + 1);
    } else {
      answerForPeer(route, client, path, mayHandOver);
    }
  }

  /** The zones in force, which the asker follows. */
  private ZoneTable table() {
    ZoneTable table = shared.table().get();
    asker.follow(table);
    return table;
  }

  /** A name of a peer region: from its replica, or from the region itself. */
  private void answerForPeer(
      ZoneRoute route, PeerAddress client, ReplyPath path, boolean mayHandOver) {
    if (route instanceof ZoneRoute.Replica replica) {
      int rcode = authority.answerForPeer(query, replica.zone(), ++turn, reply);
      send(client, path, replica.id() + 1, rcode, Source.REPLICA);
    } else if (route instanceof ZoneRoute.Forward forward) {
      relay(forward, client, path, mayHandOver);
    }
  }

  private void beginTurn() {
    if (!inTurn) {
      inTurn = true;
      now = shared.clock().getAsLong();
      sender.beginTurn(now, shared.tap().get());
    }
  }

  @Override
  public void onTurnEnd() {
    for (AliasChase chase = aliases.next(); chase != null; chase = aliases.next()) {
      follow(chase);
    }
    asker.flush();
    clients.flush();
    if (inTurn) {
      inTurn = false;
      counters.recordTurn(shared.clock().getAsLong() - now);
    }
  }

  /** Asks for the next part of an aliased answer. */
  private void follow(AliasChase chase) {
    ZoneTable table = shared.table().get();
    View view = Objects.requireNonNull(chase.client.followAs, "a client that does not follow");
    Query.Verdict verdict = query.parse(chase.packet(), chase.packetLength());
    ZoneRoute route = verdict == Query.Verdict.OK ? table.route(query) : null;
    ZoneRoute.Forward resolvers = route == null ? table.resolvers(query) : null;
    PeerAddress client = chase.client.client;
    if (closing) {
      aliases.fail(chase, Explanations.NOT_READY);
    } else if (route instanceof ZoneRoute.Local local) {
      int rcode = authority.answer(query, local.zone(), view, ++turn, reply);
      send(client, chase, local.id() + 1, rcode, Source.LOCAL);
    } else if (route != null) {
      answerForPeer(route, client, chase, false);
    } else if (!table.complete()) {
      aliases.fail(chase, Explanations.NOT_READY);
    } else if (resolvers != null) {
      relay(resolvers, client, chase, false);
    } else {
      aliases.endOpen(chase);
    }
  }

  // Refusing.

  private static int rcodeOf(Query.Verdict verdict) {
    return switch (verdict) {
      case NOT_IMPLEMENTED -> Rcode.NOTIMP;
      case BAD_VERSION -> Rcode.BADVERS;
      case COOKIE_ONLY, OK -> Rcode.NOERROR;
      case REFUSED -> Rcode.REFUSED;
      case FORMAT_ERROR, IGNORE -> Rcode.FORMERR;
    };
  }

  /**
   * Answers a name in none of the zones, so that the client asks again if a zone may be missing.
   */
  private void answerNobodys(ZoneTable table, PeerAddress client, ReplyPath path) {
    if (table.complete()) {
      refuse(Rcode.REFUSED, Explanations.NOT_AUTHORITATIVE, client, path, NO_ZONE);
    } else {
      refuse(Rcode.SERVFAIL, Explanations.NOT_READY, client, path, NO_ZONE);
    }
  }

  private void refuseStranger(PeerAddress client, ReplyPath path) {
    if (!path.tcp() && !refusals.permit(client, shared.settings().get().refusedPerSecond(), now)) {
      counters.countEvent(LoopCounters.Event.UNSENT_REFUSAL);
      return;
    }
    refuse(Rcode.REFUSED, Explanations.PROHIBITED, client, path, NO_ZONE);
  }

  private void refuse(
      int rcode, @Nullable Explanation why, PeerAddress client, ReplyPath path, int zone) {
    reply.begin(query, rcode, 0);
    reply.explain(why);
    send(client, path, zone, rcode, Source.REFUSED);
  }

  // Relaying.

  private void relay(
      ZoneRoute.Forward forward, PeerAddress client, ReplyPath path, boolean mayHandOver) {
    long millis = now / 1_000_000;
    boolean known = cached(forward);
    if (path instanceof TracePath trace) {
      trace.looked(known ? cached : null, millis);
    }
    if (known && cached.fresh(millis)) {
      cached.noteUse();
      reply.begin(query, cached.rcode(), ReplyWriter.RA);
      cached.writeTo(reply, millis, ++turn);
      int rcode = cached.rcode();
      boolean renew = shared.settings().get().cache().prefetch() && cached.claimPrefetch(millis);
      send(client, path, forward.id() + 1, rcode, Source.CACHE);
      if (renew && asked(forward, Prospect.FAIR)) {
        counters.countEvent(LoopCounters.Event.PREFETCH);
      }
      return;
    }
    Explanation failure = recentFailure(forward, millis);
    // A sibling wants to know whether there is a way from here; stale answers it has itself.
    if (known
        && cached.usable(millis)
        && !query.fromSibling()
        && (failure != null || asker.noneAnswers(forward, now))) {
      answerStale(forward, client, path, millis);
      if (failure == null) {
        refresh(forward);
      }
    } else if (forward.lastKnown() != null
        && !query.fromSibling()
        && asker.noneAnswers(forward, now)) {
      fail(forward, client, path, Explanations.noGateway(forward), Source.RELAY);
      if (failure == null) {
        refresh(forward);
      }
    } else if (failure != null) {
      fail(forward, client, path, failure, Source.CACHE);
    } else {
      await(forward, client, path, mayHandOver);
    }
  }

  /** Why the question failed a moment ago, or null if it did not. */
  private @Nullable Explanation recentFailure(ZoneRoute.Forward forward, long millis) {
    return shared
        .failures()
        .find(
            query.name(),
            query.nameLength(),
            query.nameHash(),
            query.type(),
            forward.epoch(),
            asker.recoveries(forward),
            millis);
  }

  private boolean cached(ZoneRoute.Forward forward) {
    return shared
        .cache()
        .find(
            query.name(),
            query.nameLength(),
            query.nameHash(),
            query.type(),
            forward.epoch(),
            cached);
  }

  private void answerStale(
      ZoneRoute.Forward forward, PeerAddress client, ReplyPath path, long millis) {
    reply.begin(query, cached.rcode(), ReplyWriter.RA);
    cached.writeTo(reply, millis, ++turn);
    reply.explain(Explanations.STALE_ANSWER);
    send(client, path, forward.id() + 1, cached.rcode(), Source.STALE);
  }

  /**
   * A stale answer was given: asks for a fresh one. While that fails, {@link RecentFailures} keeps
   * it to once a second.
   */
  private void refresh(ZoneRoute.Forward forward) {
    Prospect prospect = asker.prospect(forward, false, now);
    PipelineSettings settings = shared.settings().get();
    if (prospect != Prospect.NONE
        && asker.size() < settings.maxInflight() / shared.loops().size() / 2) {
      asked(forward, prospect);
    }
  }

  /** Asks the question without anyone waiting for it; false if it is asked already. */
  private boolean asked(ZoneRoute.Forward forward, Prospect prospect) {
    if (asker.find(query, forward) != null
        || shared.claims().claim(claimHash(query.nameHash(), query.type()), index) != index) {
      return false;
    }
    asker.ask(query, forward, prospect, now);
    return true;
  }

  private static long claimHash(long nameHash, int type) {
    return NameHash.withType(nameHash, type);
  }

  /**
   * Lets the query wait for the exchange that asks its question, which may be under way already.
   */
  private void await(
      ZoneRoute.Forward forward, PeerAddress client, ReplyPath path, boolean mayHandOver) {
    if (waiting.full(client, shared.settings().get(), shared.loops().size())) {
      counters.countEvent(LoopCounters.Event.SHED);
      fail(forward, client, path, Explanations.OVERLOADED, Source.RELAY);
      return;
    }
    Prospect prospect = asker.prospect(forward, query.fromSibling(), now);
    if (prospect != Prospect.FAIR && !worthALook(prospect)) {
      fail(forward, client, path, Explanations.noGateway(forward), Source.RELAY);
      return;
    }
    Exchange exchange = asker.find(query, forward);
    if (exchange == null) {
      int owner = shared.claims().claim(claimHash(query.nameHash(), query.type()), index);
      if (owner >= 0 && owner != index && mayHandOver) {
        handOver(owner, client, path);
        return;
      }
      exchange = asker.ask(query, forward, prospect, now);
    }
    int limit = ReplySender.limit(query, path);
    waiting.enter(exchange, query, client, path, limit, followAs, now);
  }

  /**
   * Whether to ask a region that nobody has reached for a while: unless such questions would take
   * the places of others', and not for a sibling, which asks the gateways itself.
   */
  private boolean worthALook(Prospect prospect) {
    return prospect == Prospect.POOR
        && !query.fromSibling()
        && !waiting.crowded(shared.settings().get(), shared.loops().size());
  }

  /** Another loop asks this question just now: it answers this client as well. */
  private void handOver(int owner, PeerAddress client, ReplyPath path) {
    byte[] copy = Arrays.copyOf(query.packet(), query.length());
    PeerAddress from = new PeerAddress();
    from.set(client);
    QueryPipeline other = shared.loops().get(owner);
    ReplyPath itsPath = path.onLoop(owner);
    other
        .sockets
        .loop()
        .execute(() -> {
          other.handle(copy, copy.length, from, itsPath, false);
          other.onTurnEnd();
        });
  }

  @Override
  public void onAnswer(Exchange exchange, Reply answer, GatewayHealth gateway) {
    beginTurn();
    if (answer.dropped() > 0) {
      counters.countEvent(LoopCounters.Event.CONTAINED);
    }
    long millis = now / 1_000_000;
    keep(exchange, answer, millis);
    if (!finishByReplica(exchange, latest(exchange), millis)) {
      finish(exchange, Source.RELAY, answer.rcode(), null, true, null, millis);
    }
  }

  /** The way to the exchange's zone by the table in force, which may have a newer replica. */
  private ZoneRoute.Forward latest(Exchange exchange) {
    return shared.table().get().latest(exchange.route());
  }

  /**
   * Answers from the replica if one has become current since the question was sent: others have
   * been answered from it, and a gateway's reply may be older. Returns false if there is none.
   */
  private boolean finishByReplica(Exchange exchange, ZoneRoute.Forward route, long millis) {
    ReplicaZone replica = route.zone().replica();
    if (replica == null) {
      return false;
    }
    boolean ended = route.epoch() != exchange.route().epoch() && !exchange.fromSibling();
    if (replica.current() || ended) {
      Source source = replica.current() ? Source.REPLICA : Source.STALE;
      finish(exchange, source, Rcode.NOERROR, null, false, replica.zone(), millis);
      return true;
    }
    return false;
  }

  @Override
  public void onLateAnswer(Exchange exchange, Reply answer) {
    beginTurn();
    long millis = now / 1_000_000;
    boolean newer =
        shared
                .cache()
                .find(
                    exchange.question(),
                    exchange.nameLength(),
                    exchange.nameHash(),
                    exchange.type(),
                    exchange.route().epoch(),
                    cached)
            && cached.age(millis) < millis - exchange.startedAt() / 1_000_000;
    if (!newer) {
      keep(exchange, answer, millis);
    }
  }

  /** Keeps an answer in the cache, as its policy says, and in {@link #cached} in any case. */
  private void keep(Exchange exchange, Reply answer, long millis) {
    CachePolicy policy = shared.settings().get().cache();
    shared
        .cache()
        .store(
            exchange.question(),
            exchange.nameLength(),
            exchange.nameHash(),
            exchange.type(),
            exchange.route().epoch(),
            answer,
            cached,
            millis,
            policy.freshFor(answer),
            policy.staleFor());
  }

  @Override
  public void onFailure(Exchange exchange, Failure failure) {
    beginTurn();
    long millis = now / 1_000_000;
    Explanation why = Explanations.of(failure, exchange);
    remember(exchange, why, millis);
    if (failure == Failure.CONTAINED) {
      counters.countEvent(LoopCounters.Event.CONTAINED);
    }
    ZoneRoute.Forward route = latest(exchange);
    if (finishByReplica(exchange, route, millis)) {
      return;
    }
    if (failure != Failure.CONTAINED
        && !exchange.fromSibling()
        && shared
            .cache()
            .find(
                exchange.question(),
                exchange.nameLength(),
                exchange.nameHash(),
                exchange.type(),
                route.epoch(),
                cached)
        && cached.usable(millis)) {
      finish(exchange, Source.STALE, cached.rcode(), null, true, null, millis);
      return;
    }
    LocalZone last = route.lastKnown();
    if (failure != Failure.CONTAINED && !exchange.fromSibling() && last != null) {
      finish(exchange, Source.STALE, Rcode.NOERROR, why, false, last, millis);
      return;
    }
    int rcode = rcodeOfFailure(exchange.route(), exchange.type());
    finish(exchange, Source.RELAY, rcode, why, false, null, millis);
  }

  /** A sibling's question says nothing of what our own clients get: for them siblings are asked. */
  private void remember(Exchange exchange, Explanation why, long millis) {
    if (!exchange.fromSibling()) {
      ZoneRoute.Forward route = exchange.route();
      shared
          .failures()
          .add(
              exchange.question(),
              exchange.nameLength(),
              exchange.nameHash(),
              exchange.type(),
              route.epoch(),
              asker.recoveries(route),
              millis,
              why);
    }
  }

  /**
   * Answers all that wait for the exchange: from the entry in {@link #cached}, from a replica, or
   * with an error.
   *
   * @param body whether the entry has the answer
   * @param zone the replica that has it, or null
   */
  private void finish(
      Exchange exchange,
      Source source,
      int rcode,
      @Nullable Explanation why,
      boolean body,
      @Nullable LocalZone zone,
      long millis) {
    shared.claims().release(claimHash(exchange.nameHash(), exchange.type()), index);
    Waiter w = (Waiter) exchange.waiters();
    while (w != null) {
      ReplyPath path = w.path;
      if (path != null) {
        ReplyPath whole = path instanceof AliasChase chase ? chase.client.path : path;
        if (whole instanceof TracePath trace) {
          trace.tried(exchange.startedAt(), asker.reports(exchange));
        }
        reply.begin(
            w.id,
            w.flags,
            w.question(exchange.question()),
            exchange.questionLength(),
            rcode,
            ReplyWriter.RA);
        if (body) {
          cached.writeTo(reply, millis, ++turn);
        }
        int sentRcode = rcode;
        if (zone != null) {
          sentRcode = answer(exchange, source, zone);
        } else if (source == Source.STALE) {
          reply.explain(Explanations.STALE_ANSWER);
        } else if (!body) {
          reply.explain(why);
        }
        boolean open =
            path instanceof AliasChase chase
                ? aliases.add(chase, sentRcode, source)
                : aliases.takes(w, exchange, sentRcode, source);
        if (open) {
          turn--; // a whole answer takes one turn, or pairs of addresses would not rotate
        } else if (!(path instanceof AliasChase)) {
          sender.send(w, path, exchange, sentRcode, source);
        }
      }
      w = waiting.leave(w);
    }
    exchange.setWaiters(null);
  }

  private int answer(Exchange exchange, Source source, LocalZone zone) {
    byte[] name = exchange.question();
    int length = exchange.nameLength();
    return source == Source.REPLICA
        ? authority.answerForPeer(name, length, exchange.type(), zone, ++turn, reply)
        : authority.answerStale(name, length, exchange.type(), zone, ++turn, reply);
  }

  /** Nobody can be asked: what the region is last known to have, if that is known, or an error. */
  private void fail(
      ZoneRoute.Forward forward,
      PeerAddress client,
      ReplyPath path,
      Explanation why,
      Source source) {
    LocalZone last = forward.lastKnown();
    if (last != null && !query.fromSibling()) {
      reply.begin(query, Rcode.NOERROR, ReplyWriter.RA);
      int stale =
          authority.answerStale(
              query.name(), query.nameLength(), query.type(), last, ++turn, reply);
      send(client, path, forward.id() + 1, stale, Source.STALE);
      return;
    }
    int rcode = rcodeOfFailure(forward, query.type());
    reply.begin(query, rcode, ReplyWriter.RA);
    reply.explain(why);
    send(client, path, forward.id() + 1, rcode, source);
  }

  /**
   * Of a question that nobody answered: of a family that the region does not have, there is nothing
   * for certain. Clients that ask for both families fail when one of them does.
   */
  private static int rcodeOfFailure(ZoneRoute.Forward route, int type) {
    return route.hasFamily(type) ? Rcode.SERVFAIL : Rcode.NOERROR;
  }

  private void send(PeerAddress client, ReplyPath path, int zone, int rcode, Source source) {
    boolean open =
        path instanceof AliasChase chase
            ? aliases.add(chase, rcode, source)
            : aliases.takes(query, client, path, zone, rcode, source, followAs, now);
    if (open) {
      turn--; // as in finish
    } else if (!(path instanceof AliasChase)) {
      sender.send(query, client, path, zone, rcode, source);
    }
  }

  /** Answers a query as it would be answered to a client, and returns each step. On the loop. */
  public void trace(byte[] packet, View view, CompletableFuture<Trace> result) {
    beginTurn();
    TracePath path = new TracePath(view, shared.clock(), now, result);
    Query.Verdict verdict = query.parse(packet, packet.length);
    if (verdict == Query.Verdict.OK) {
      followAs = view;
      answer(table(), view, false, new PeerAddress(), path, false);
    } else {
      refuse(rcodeOf(verdict), null, new PeerAddress(), path, NO_ZONE);
    }
    onTurnEnd();
  }

  /** Closes the pipeline; waiting queries are answered SERVFAIL. On the loop. */
  public void close() {
    closing = true;
    asker.close();
    onTurnEnd();
  }
}
