package io.regionbridge.api.http;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What a server proves itself with. */
public final class ServerTls {
  private ServerTls() {}

  /**
   * The certificate chain and the key in PEM files, read again when they change: TLS 1.2 and 1.3.
   *
   * @param key unencrypted, PKCS #8
   * @throws IOException naming the files and what is wrong with them
   */
  public static FileBacked<SslContext> in(Path certificate, Path key) throws IOException {
    return FileBacked.read(
        List.of(certificate, key),
        contents -> {
          try {
            return SslContextBuilder.forServer(
                    new ByteArrayInputStream(contents.getFirst()),
                    new ByteArrayInputStream(contents.getLast()))
                .sslProvider(SslProvider.JDK)
                .protocols("TLSv1.3", "TLSv1.2")
                .build();
          } catch (IllegalArgumentException e) {
            throw new IOException(
                "%s and %s are no certificate chain and its PKCS #8 key in PEM"
                    .formatted(certificate, key),
                e);
          }
        });
  }
}
