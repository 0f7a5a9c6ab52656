package io.regionbridge.api.http;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundInvoker;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of a client: its requests one after the other, with a limit to everything that it
 * could keep or make wait. While a response is awaited or on its way nothing more is read, so a
 * client that does not read what it asked for cannot ask for more. Lives on the site's thread.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter implements Connections.Guest {
  private static final Logger log = LoggerFactory.getLogger(HttpConnection.class);

  /** Nobody has anything to send here; some clients do all the same. */
  private static final int MAX_BODY = 4096;

  private final Router router;
  private final Connections connections;
  private final ProtocolErrorLog errors;
  private final ClientTimeouts timeouts;
  private @Nullable ChannelHandlerContext context;
  private @Nullable Deadline deadline;
  private @Nullable HttpRequest request;
  private int received;

  /** What came in while a response is owed: at most what one read brings. */
  private final Deque<Object> behind = new ArrayDeque<>();

  /** From a request's end until its response is sent. */
  private boolean owes;

  /** Whether no further request is read. */
  private boolean ended;

  /** Whether the client has half-closed; it may still read. */
  private boolean silent;

  private Response.@Nullable Later awaited;
  private @Nullable EventStream events;
  private @Nullable PieceStream pieces;

  HttpConnection(
      Router router, Connections connections, ProtocolErrorLog errors, ClientTimeouts timeouts) {
    this.router = router;
    this.connections = connections;
    this.errors = errors;
    this.timeouts = timeouts;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    deadline = new Deadline(ctx.executor());
  }

  @Override
  public Object address() {
    SocketAddress remote = context().channel().remoteAddress();
    return remote instanceof InetSocketAddress internet ? internet.getAddress() : remote;
  }

  @Override
  public Connections.Claim claim() {
    if (events != null || pieces != null) {
      return Connections.Claim.EVENTS;
    }
    return owes ? Connections.Claim.ANSWER : Connections.Claim.NOTHING;
  }

  @Override
  public void leave() {
    close(context());
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    switch (connections.enter(this)) {
      case SERVED -> limit(ctx, timeouts.request());
      case REJECTED -> finish(ctx, Problem.unavailable("too many connections are open", List.of()));
      case NONE -> close(ctx);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    connections.left(this);
    deadline().clear();
    if (events != null) {
      events.end();
    }
    if (pieces != null) {
      pieces.end();
    }
    ended = true;
    awaited = null;
    for (Object message : behind) {
      ReferenceCountUtil.release(message);
    }
    behind.clear();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      silent = true;
      if (!owes) {
        close(ctx);
      }
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (pieces != null && ctx.channel().isWritable()) {
      pieces.send();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    behind.add(message);
    readQueued(ctx);
  }

  /** Takes what has come in, up to a request that is not answered at once. */
  private void readQueued(ChannelHandlerContext ctx) {
    while ((ended || !owes) && !behind.isEmpty()) {
      read(ctx, behind.remove());
    }
    if (silent && !owes) {
      close(ctx);
    } else {
      // Who has ended still has to read what the client is sending, or it would not get to reading.
      ctx.channel().config().setAutoRead(ended || !owes);
    }
  }

  private void read(ChannelHandlerContext ctx, Object message) {
    try {
      if (!ended && message instanceof HttpRequest head) {
        begin(ctx, head);
      }
      if (!ended && request != null && message instanceof HttpContent body) {
        take(ctx, request, body);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void begin(ChannelHandlerContext ctx, HttpRequest head) {
    request = head;
    received = 0;
    Optional<Response.Content> flaw = RequestHead.flaw(head, MAX_BODY);
    if (flaw.isPresent()) {
      finish(ctx, flaw.get());
    } else if (RequestHead.awaitsContinue(head)) {
      ctx.writeAndFlush(ResponseMessages.goOn())
          .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }
  }

  private void take(ChannelHandlerContext ctx, HttpRequest head, HttpContent body) {
    received += body.content().readableBytes();
    if (body.decoderResult().isFailure()) {
      finish(ctx, Problem.badRequest("the body is not as HTTP/1.1 frames it"));
    } else if (received > MAX_BODY) {
      finish(ctx, Problem.contentTooLarge(MAX_BODY));
    } else if (body instanceof LastHttpContent) {
      request = null;
      answer(ctx, head);
    }
  }

  private void answer(ChannelHandlerContext ctx, HttpRequest head) {
    owes = true;
    switch (response(head)) {
      case Response.Content content -> respond(ctx, content, HttpUtil.isKeepAlive(head), head);
      case Response.Events stream -> stream(ctx, head, stream);
      case Response.Stream stream -> stream(ctx, head, stream);
      case Response.Later later -> await(ctx, head, later);
    }
  }

  private void await(ChannelHandlerContext ctx, HttpRequest head, Response.Later later) {
    awaited = later;
    Response.Content late = Problem.late(later.atMost());
    deadline().set(later.atMost(), () -> respondLater(ctx, head, later, late));
    var _ =
        later
            .content()
            .handleAsync(
                (made, failure) -> {
                  respondLater(ctx, head, later, content(head, made, failure));
                  return null;
                },
                ctx.executor());
  }

  private static Response.Content content(
      HttpRequest head, @Nullable Supplier<Response.Content> made, @Nullable Throwable failure) {
    try {
      if (made != null) {
        return made.get();
      }
      log.error("cannot answer {} {}", head.method(), head.uri(), failure);
    } catch (RuntimeException e) {
      log.error("cannot answer {} {}", head.method(), head.uri(), e);
    }
    return Problem.internalError();
  }

  /** The response, or that there is none in time, whichever comes first. */
  private void respondLater(
      ChannelHandlerContext ctx, HttpRequest head, Response.Later later, Response.Content content) {
    if (!later.equals(awaited)) {
      return; // the client has gone, or has its error
    }
    awaited = null;
    respond(ctx, content, HttpUtil.isKeepAlive(head), head);
  }

  private Response response(HttpRequest head) {
    try {
      return router.answer(RequestHead.request(head, address()));
    } catch (IllegalArgumentException e) {
      return Problem.badRequest("the path or the query is not percent-encoded as it should be");
    }
  }

  /**
   * The last response on this connection: where the next request begins is not known, or it is
   * late.
   */
  private void finish(ChannelHandlerContext ctx, Response.Content content) {
    respond(ctx, content, false, request);
  }

  private void respond(
      ChannelHandlerContext ctx,
      Response.Content content,
      boolean keepAlive,
      @Nullable HttpRequest head) {
    owes = true;
    ended |= !keepAlive;
    limit(ctx, timeouts.reading());
    ctx.writeAndFlush(ResponseMessages.whole(content, keepAlive, head))
        .addListener((ChannelFuture sent) -> {
          if (!sent.isSuccess()) {
            close(ctx);
          } else {
            // Others come first: who asks for many things at once has the thread once a turn.
            var _ =
                ctx.executor()
                    .schedule(() -> finishResponse(ctx, keepAlive), 0, TimeUnit.NANOSECONDS);
          }
        });
  }

  private void finishResponse(ChannelHandlerContext ctx, boolean keepAlive) {
    if (!ctx.channel().isOpen()) {
      return;
    }
    owes = false;
    if (keepAlive) {
      limit(ctx, timeouts.request());
    } else {
      closeOutput(ctx);
    }
    readQueued(ctx);
  }

  /**
   * Closes this side alone at first. A socket that is closed while something is unread resets the
   * connection, and the client loses the response (RFC 9112, section 9.6).
   */
  private void closeOutput(ChannelHandlerContext ctx) {
    if (ctx.channel() instanceof DuplexChannel socket
        && ctx.pipeline().get(SslHandler.class) == null) {
      var _ = socket.shutdownOutput();
      limit(ctx, timeouts.leaving());
    } else {
      close(ctx);
    }
  }

  private void stream(ChannelHandlerContext ctx, HttpRequest head, Response.Events stream) {
    if (begun(ctx, head, ResponseMessages.beforeEvents(head, MediaType.EVENTS))) {
      events = new EventStream(ctx, stream, deadline(), timeouts.reading(), () -> close(ctx));
    }
  }

  private void stream(ChannelHandlerContext ctx, HttpRequest head, Response.Stream stream) {
    if (begun(ctx, head, ResponseMessages.beforeStream(head, stream.mediaType()))) {
      boolean zipped = ResponseMessages.zips(head);
      pieces =
          new PieceStream(ctx, stream, zipped, deadline(), timeouts.reading(), () -> close(ctx));
    }
  }

  /** Begins a body that has no end; false if the client wants none. */
  private boolean begun(ChannelHandlerContext ctx, HttpRequest head, HttpResponse before) {
    ended = true;
    ctx.write(before).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    if (head.method().equals(HttpMethod.HEAD)) {
      ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT)
          .addListener(ChannelFutureListener.CLOSE);
      return false;
    }
    deadline().clear();
    return true;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // Clients come and go as they like; the rest is ours.
    if (cause instanceof DecoderException garbled) {
      errors.report(ctx.channel().remoteAddress(), garbled);
    } else if (!(cause instanceof IOException)) {
      log.warn("closed the connection of {}", ctx.channel().remoteAddress(), cause);
    }
    close(ctx);
  }

  /** Closes the connection if nothing happens on it for so long. */
  private void limit(ChannelHandlerContext ctx, Duration time) {
    deadline().set(time, () -> close(ctx));
  }

  private ChannelHandlerContext context() {
    return Objects.requireNonNull(context, "in no pipeline");
  }

  private Deadline deadline() {
    return Objects.requireNonNull(deadline, "in no pipeline");
  }

  @SuppressWarnings("FutureReturnValueIgnored") // nothing is done once it is closed, or was
  private static void close(ChannelOutboundInvoker connection) {
    connection.close();
  }
}
