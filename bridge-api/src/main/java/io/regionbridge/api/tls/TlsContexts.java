package io.regionbridge.api.tls;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509TrustManager;

/** TLS as this bridge speaks it: 1.2 and 1.3 of the Java runtime, names checked (RFC 8310). */
final class TlsContexts {
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  /** Fails every handshake: better no answer than one from anybody. */
  static final SslContext NOBODY = build(SslContextBuilder.forClient().trustManager(new Nobody()));

  private TlsContexts() {}

  static SslContext server(KeyAndChain shown) {
    return build(
        SslContextBuilder.forServer(shown.key(), shown.chain().toArray(X509Certificate[]::new)));
  }

  static SslContext believing(List<X509Certificate> authorities) {
    return build(
        SslContextBuilder.forClient()
            .trustManager(authorities.toArray(X509Certificate[]::new))
            .endpointIdentificationAlgorithm("HTTPS"));
  }

  static SslContext believingThePlatform() {
    return build(SslContextBuilder.forClient().endpointIdentificationAlgorithm("HTTPS"));
  }

  private static SslContext build(SslContextBuilder builder) {
    try {
      return builder.sslProvider(SslProvider.JDK).protocols(PROTOCOLS).build();
    } catch (SSLException e) {
      // Keys and certificates were checked; what remains is a runtime without TLS.
      throw new IllegalStateException("this Java runtime has no usable TLS", e);
    }
  }

  private static final class Nobody implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw new CertificateException("no certificate authority is configured");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw new CertificateException("the region's authority could not be read");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
