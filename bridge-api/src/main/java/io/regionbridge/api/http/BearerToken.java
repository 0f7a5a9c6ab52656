package io.regionbridge.api.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A secret that a client has to show (RFC 6750), kept in a file: the token, and perhaps the end of
 * the line. Never printed.
 */
public final class BearerToken {
  /** What a person would not guess. */
  static final int LEAST = 16;

  private static final Pattern SYNTAX = Pattern.compile("[A-Za-z0-9._~+/-]+=*");
  private static final String SCHEME = "Bearer ";

  private final FileBacked<byte[]> token;

  private BearerToken(FileBacked<byte[]> token) {
    this.token = token;
  }

  /**
   * The token in a file, which is read again when it changes.
   *
   * @throws IOException naming the file and the problem
   */
  public static BearerToken in(Path file) throws IOException {
    return new BearerToken(
        FileBacked.read(List.of(file), contents -> checked(file, contents.getFirst())));
  }

  private static byte[] checked(Path file, byte[] content) throws IOException {
    String text = new String(content, StandardCharsets.US_ASCII).strip();
    if (text.length() < LEAST || !SYNTAX.matcher(text).matches()) {
      throw new IOException(
          file
              + " holds no token of "
              + LEAST
              + " or more letters, digits and ._~+/-; make one with: openssl rand -hex 32");
    }
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Whether an Authorization header shows any token. */
  static boolean anyIn(String authorization) {
    return authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
  }

  /** Whether an Authorization header shows the token. Takes the same time wherever it differs. */
  boolean shownIn(String authorization) {
    return anyIn(authorization)
        && MessageDigest.isEqual(
            authorization.substring(SCHEME.length()).strip().getBytes(StandardCharsets.ISO_8859_1),
            token.get());
  }
}
