package io.regionbridge.dns.socket;

import io.netty.handler.ssl.NotSslRecordException;
import java.util.regex.Pattern;

/** The reason of a socket failure in words, without names of exceptions and system calls. */
public final class SocketFailure {
  /** What Netty's native transport writes before the text of the errno. */
  private static final Pattern CALL =
      Pattern.compile("^\\w+\\(\\.\\.\\) failed(?: with error\\(-?\\d+\\))?: ");

  /** What an exception's text begins with that was made of another one. */
  private static final Pattern NAME =
      Pattern.compile("^((?:[a-z]\\w*\\.)+[A-Z][\\w$]*(?:Exception|Error)(?:: |$))+");

  private SocketFailure() {}

  /** One line, from the first cause of a chain. */
  public static String reason(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    if (root instanceof NotSslRecordException) {
      return "it does not speak TLS"; // its message has the octets that it spoke instead
    }
    String line = root.getMessage() == null ? "" : root.getMessage().lines().findFirst().orElse("");
    line = CALL.matcher(NAME.matcher(line).replaceFirst("")).replaceFirst("").strip();
    return line.isEmpty() ? "the connection failed" : line;
  }
}
