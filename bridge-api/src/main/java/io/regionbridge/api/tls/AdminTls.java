package io.regionbridge.api.tls;

import io.netty.handler.ssl.SslContext;
import io.regionbridge.api.http.FileBacked;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The TLS certificate of the admin address. */
public final class AdminTls {
  private static final Logger log = LoggerFactory.getLogger(AdminTls.class);

  private AdminTls() {}

  /**
   * The certificate chain and key in PEM files, read again when they change: TLS 1.2 and 1.3. An
   * expired one is served all the same, with a warning, so that operators can still look.
   *
   * @param key unencrypted: PKCS #8, or the older forms of RSA and EC
   * @throws IOException naming the file and the problem
   */
  public static FileBacked<SslContext> in(Path certificate, Path key, Clock clock)
      throws IOException {
    PemReader reader = new PemReader(clock);
    return FileBacked.read(
        List.of(certificate, key),
        contents -> {
          try {
            KeyAndChain read =
                PemReader.keyAndChain(certificate, contents.getFirst(), key, contents.getLast());
            reader
                .expired(certificate, read)
                .ifPresent(problem -> log.warn("admin address: {}", problem.text()));
            return TlsContexts.server(read);
          } catch (TlsFileException e) {
            throw new IOException(e.text(), e);
          }
        });
  }
}
