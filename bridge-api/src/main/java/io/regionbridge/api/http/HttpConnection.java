package io.regionbridge.api.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundInvoker;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of a client: its requests one after the other, with a limit to everything that it
 * could keep or make wait. Lives on the server's thread.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(HttpConnection.class);

  /** Nobody has anything to send here; some clients do all the same. */
  private static final int MAX_BODY = 4096;

  /** From one response, or the start, until the next request is there as a whole. */
  private static final Duration REQUEST = Duration.ofSeconds(15);

  /** How long a client may take to read what it asked for. */
  private static final Duration READ = Duration.ofSeconds(10);

  private final Router router;
  private final int maxConnections;
  private final AtomicInteger open;
  private @Nullable HttpRequest request;
  private int received;
  private boolean ended;

  /** What came in while a response is awaited: at most what one read brings. */
  private final Deque<Object> behind = new ArrayDeque<>();

  private Response.@Nullable Later awaited;
  private @Nullable Deadline deadline;
  private @Nullable EventStream events;

  HttpConnection(Router router, int maxConnections, AtomicInteger open) {
    this.router = router;
    this.maxConnections = maxConnections;
    this.open = open;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    deadline = new Deadline(ctx.executor());
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    if (open.incrementAndGet() > maxConnections) {
      finish(ctx, Problem.unavailable("too many connections are open", List.of()));
    } else {
      limit(ctx, REQUEST);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    open.decrementAndGet();
    deadline().clear();
    if (events != null) {
      events.end();
    }
    ended = true;
    awaited = null;
    for (Object message : behind) {
      ReferenceCountUtil.release(message);
    }
    behind.clear();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (awaited != null) {
      behind.add(message);
    } else {
      read(ctx, message);
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
      ctx.writeAndFlush(
              new DefaultFullHttpResponse(
                  HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER))
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
    switch (response(head)) {
      case Response.Content content -> respond(ctx, content, HttpUtil.isKeepAlive(head), head);
      case Response.Events stream -> stream(ctx, head, stream);
      case Response.Later later -> await(ctx, head, later);
    }
  }

  /** Reads nothing more until the response is there, so that responses keep their order. */
  private void await(ChannelHandlerContext ctx, HttpRequest head, Response.Later later) {
    awaited = later;
    ctx.channel().config().setAutoRead(false);
    Response.Content late = Problem.late(later.atMost());
    deadline().set(later.atMost(), () -> arrived(ctx, head, later, late));
    var _ =
        later
            .content()
            .handleAsync(
                (made, failure) -> {
                  arrived(ctx, head, later, content(head, made, failure));
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
  private void arrived(
      ChannelHandlerContext ctx, HttpRequest head, Response.Later later, Response.Content content) {
    if (!later.equals(awaited)) {
      return; // the client has gone, or has been told
    }
    awaited = null;
    respond(ctx, content, HttpUtil.isKeepAlive(head), head);
    while (awaited == null && !behind.isEmpty()) {
      read(ctx, behind.remove());
    }
    if (awaited == null) {
      ctx.channel().config().setAutoRead(true);
    }
  }

  private Response response(HttpRequest head) {
    try {
      return router.answer(RequestHead.request(head));
    } catch (IllegalArgumentException e) {
      return Problem.badRequest("the path or the query is not percent-encoded as it should be");
    }
  }

  /** The last response on this connection: what comes after it cannot be told apart, or is late. */
  private void finish(ChannelHandlerContext ctx, Response response) {
    ended = true;
    if (response instanceof Response.Content content) {
      respond(ctx, content, false, request);
    }
  }

  private void respond(
      ChannelHandlerContext ctx,
      Response.Content content,
      boolean keepAlive,
      @Nullable HttpRequest head) {
    ended |= !keepAlive;
    ByteBuf body = Unpooled.wrappedBuffer(content.body());
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(content.status()), body);
    HttpHeaders headers = response.headers();
    headers.set(HttpHeaderNames.CONTENT_LENGTH, content.body().length);
    headers.set(HttpHeaderNames.CONTENT_TYPE, content.mediaType());
    common(headers);
    content.headers().forEach(headers::set);
    if (head != null) {
      HttpUtil.setKeepAlive(headers, head.protocolVersion(), keepAlive);
    } else {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    limit(ctx, READ);
    ctx.writeAndFlush(response)
        .addListener((ChannelFuture sent) -> {
          if (!sent.isSuccess() || !keepAlive) {
            close(sent.channel());
          } else if (events == null) {
            limit(ctx, REQUEST);
          }
        });
  }

  private static void common(HttpHeaders headers) {
    headers.set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
    headers.set("x-content-type-options", "nosniff");
  }

  private void stream(ChannelHandlerContext ctx, HttpRequest head, Response.Events stream) {
    ended = true;
    HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, MediaType.EVENTS);
    common(response.headers());
    boolean chunked = head.protocolVersion().equals(HttpVersion.HTTP_1_1);
    if (chunked) {
      HttpUtil.setTransferEncodingChunked(response, true);
    } else {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    ctx.write(response).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    if (head.method().equals(HttpMethod.HEAD)) {
      ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT)
          .addListener(ChannelFutureListener.CLOSE);
      return;
    }
    deadline().clear();
    events = new EventStream(ctx, stream, deadline(), READ, () -> close(ctx));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // Clients come and go as they like; the rest is ours.
    if (cause instanceof DecoderException) {
      // Its message holds what was sent, in hex: a token too, if that came in the clear.
      log.warn(
          "closed the connection of {}: it does not speak TLS as it should ({})",
          ctx.channel().remoteAddress(),
          (cause.getCause() == null ? cause : cause.getCause()).getClass().getSimpleName());
    } else if (!(cause instanceof IOException)) {
      log.warn("closed the connection of {}", ctx.channel().remoteAddress(), cause);
    }
    close(ctx);
  }

  /** Closes the connection if nothing else is heard of it for so long. */
  private void limit(ChannelHandlerContext ctx, Duration time) {
    deadline().set(time, () -> close(ctx));
  }

  private Deadline deadline() {
    return Objects.requireNonNull(deadline, "in no pipeline");
  }

  @SuppressWarnings("FutureReturnValueIgnored") // nothing is done once it is closed, or was
  private static void close(ChannelOutboundInvoker connection) {
    connection.close();
  }
}
