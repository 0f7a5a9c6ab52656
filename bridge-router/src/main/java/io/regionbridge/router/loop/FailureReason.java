package io.regionbridge.router.loop;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.regex.Pattern;

/** Describes failures in words, without names of exceptions. */
public final class FailureReason {
  /** What an exception's text begins with that was made of another one. */
  private static final Pattern NAME =
      Pattern.compile("^((?:[a-z]\\w*\\.)+[A-Z][\\w$]*(?:Exception|Error)(?:: |$))+");

  private FailureReason() {}

  /** One line that says why, from the first cause of a chain. */
  public static String of(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null && !isRefused(root)) {
      root = root.getCause();
    }
    String line = line(root);
    return switch (root) {
      // These have no message, or only a name.
      case UnresolvedAddressException _ -> "its name does not resolve";
      case UnknownHostException _ -> unlessSaid(line, "does not resolve");
      case ClosedChannelException _ -> "the connection was closed";
      case NoSuchFileException _ -> "there is no such file: " + line;
      case AccessDeniedException _ -> "no permission: " + line;
      case NotDirectoryException _ -> "it is no directory: " + line;
      case FileAlreadyExistsException _ -> "it exists already: " + line;
      case ConnectException _ when line.isEmpty() || line.equals("Connection refused") ->
          "connection refused";
      case NoRouteToHostException _ when line.isEmpty() || line.equals("No route to host") ->
          "no route to host";
      case PortUnreachableException _ when line.isEmpty() -> "nothing listens there";
      case SocketTimeoutException _ when line.isEmpty() -> "no answer in time";
      default -> line.isEmpty() ? "no reason is given" : line;
    };
  }

  /** The JDK's HTTP client says of a refused connection that its channel was closed. */
  private static boolean isRefused(Throwable error) {
    return error instanceof ConnectException && error.getCause() instanceof ClosedChannelException;
  }

  /**
   * One line that says what failed: the exception's own words where they are a sentence, else why
   * as {@link #of} has it.
   */
  public static String describe(Throwable error) {
    String line = line(error);
    boolean pathOnly = error instanceof FileSystemException;
    boolean ofCause =
        error.getCause() != null && error.getCause().toString().equals(error.getMessage());
    return line.contains(" ") && !pathOnly && !ofCause ? line : of(error);
  }

  private static String line(Throwable error) {
    String message = error.getMessage() == null ? "" : error.getMessage();
    return NAME.matcher(message.lines().findFirst().orElse("")).replaceFirst("").strip();
  }

  private static String unlessSaid(String line, String what) {
    return line.isEmpty() ? "its name " + what : line.contains(" ") ? line : line + " " + what;
  }
}
