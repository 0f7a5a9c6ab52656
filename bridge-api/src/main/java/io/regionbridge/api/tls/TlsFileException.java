package io.regionbridge.api.tls;

import java.nio.file.Path;

/** A file that cannot be used, why, and what to do; caught where the last good one is kept. */
final class TlsFileException extends Exception {
  private static final long serialVersionUID = 1L;

  TlsFileException(Path file, String reason, String advice) {
    super(file + ": " + reason + "; " + advice, null, false, false);
  }

  String text() {
    return String.valueOf(getMessage());
  }
}
