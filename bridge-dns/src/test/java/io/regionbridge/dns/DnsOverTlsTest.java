package io.regionbridge.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.regionbridge.dns.cache.CachePolicy;
import io.regionbridge.dns.net.AddressSet;
import io.regionbridge.dns.net.Prefix;
import io.regionbridge.dns.relay.PipelineSettings;
import io.regionbridge.dns.server.TcpLimits;
import io.regionbridge.dns.socket.ClientTls;
import io.regionbridge.dns.upstream.RelaySettings;
import io.regionbridge.dns.zone.BelievedAddresses;
import io.regionbridge.dns.zone.ClientPolicy;
import io.regionbridge.dns.zone.ForwardZone;
import io.regionbridge.dns.zone.LocalZone;
import io.regionbridge.dns.zone.ZoneNode;
import io.regionbridge.dns.zone.ZoneTable;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/** Two regions whose bridges talk over TLS: real sockets, real certificates. */
class DnsOverTlsTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  private static final String GATEWAY = "gateway.mn.internal";

  private X509Bundle authority;
  private DnsBridge mn;
  private DnsBridge fsn;
  private InetSocketAddress mnTls;
  private final AtomicReference<SslContext> certificate = new AtomicReference<>();

  @BeforeEach
  void startServingOverTls() throws Exception {
    authority = ca();
    certificate.set(signedBy(authority));
    Name apex = Name.fromString("mn.internal.");
    Name nats = Name.fromString("nats.messaging.svc", apex);
    SOARecord soa = new SOARecord(apex, DClass.IN, 5, apex, apex, 1, 7200, 1800, 86_400, 5);
    ARecord address = new ARecord(nats, DClass.IN, 5, InetAddress.getByName("10.52.0.7"));
    LocalZone zone =
        LocalZone.empty(apex, "svc", soa)
            .with(Map.of(nats, ZoneNode.of(List.of(address))), soa)
            .loadedFully();
    mn = start(ZoneTable.empty().next(List.of(zone), List.of(), loopback()));
    mnTls = mn.listenTls(ANY_PORT, certificate::get);
    ForwardZone forward =
        new ForwardZone(
            "mn",
            apex,
            List.of(mnTls),
            new BelievedAddresses(AddressSet.NONE, false, AddressSet.NONE));
    fsn = start(ZoneTable.empty().next(List.of(), List.of(forward), loopback()));
  }

  @AfterEach
  void stop() {
    fsn.close();
    mn.close();
  }

  private static X509Bundle ca() throws Exception {
    return new CertificateBuilder()
        .ecp256()
        .subject("CN=region-bridge test authority")
        .setIsCertificateAuthority(true)
        .buildSelfSigned();
  }

  private static SslContext signedBy(X509Bundle ca) throws Exception {
    X509Bundle leaf =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=" + GATEWAY)
            .addSanDnsName(GATEWAY)
            .buildIssuedBy(ca);
    return SslContextBuilder.forServer(leaf.getKeyPair().getPrivate(), leaf.getCertificatePath())
        .build();
  }

  private static ClientPolicy loopback() throws Exception {
    Prefix all = new Prefix(InetAddress.getByName("127.0.0.0"), 8);
    return ClientPolicy.of(List.of(all), List.of(), List.of());
  }

  private static DnsBridge start(ZoneTable table) throws Exception {
    CachePolicy policy = new CachePolicy(30_000, 5000, 0, false);
    DnsSettings settings =
        new DnsSettings(
            new PipelineSettings(policy, 100, 100, 50),
            new RelaySettings(1_000_000_000L, 100_000_000L),
            new TcpLimits(10, 10, 10_000));
    return DnsBridge.start(1, 100, List.of(ANY_PORT), settings, table);
  }

  private ClientTls trusting(X509Bundle ca, String serverName) throws Exception {
    SslContext context =
        SslContextBuilder.forClient()
            .trustManager(ca.getCertificate())
            .endpointIdentificationAlgorithm("HTTPS")
            .build();
    return new ClientTls(context, serverName);
  }

  private Message ask() throws Exception {
    SimpleResolver resolver = new SimpleResolver(fsn.addresses().getFirst());
    Name name = Name.fromString("nats.messaging.svc.mn.internal.");
    return resolver.send(Message.newQuery(Record.newRecord(name, Type.A, DClass.IN)));
  }

  /**
   * Asks until there is an answer: on a busy machine a handshake may take longer than a client
   * waits, and the next query finds the connection that came of it.
   */
  private Message askUntilAnswered() throws Exception {
    Message answer = ask();
    for (int i = 0; i < 10 && answer.getRcode() == Rcode.SERVFAIL; i++) {
      answer = ask();
    }
    return answer;
  }

  @Test
  void relaysOverTlsToAGatewayWithTheRightCertificate() throws Exception {
    fsn.secure(Map.of("mn", trusting(authority, GATEWAY)));

    Message answer = askUntilAnswered();

    assertThat(answer.getRcode()).isEqualTo(Rcode.NOERROR);
    assertThat(answer.getSection(Section.ANSWER).getFirst().rdataToString()).isEqualTo("10.52.0.7");
    assertThat(mn.connections()).isPositive();
  }

  @Test
  void believesNobodyWhoseCertificateBearsAnotherName() throws Exception {
    fsn.secure(Map.of("mn", trusting(authority, "gateway.fsn1.internal")));

    assertThat(ask().getRcode()).isEqualTo(Rcode.SERVFAIL);
  }

  @Test
  void believesNobodyWhomItsAuthorityDoesNotVouchFor() throws Exception {
    fsn.secure(Map.of("mn", trusting(ca(), GATEWAY)));

    assertThat(ask().getRcode()).isEqualTo(Rcode.SERVFAIL);
  }

  @Test
  void presentsARenewedCertificateToTheNextClient() throws Exception {
    X509Bundle renewed = ca();
    certificate.set(signedBy(renewed));
    fsn.secure(Map.of("mn", trusting(renewed, GATEWAY)));

    assertThat(askUntilAnswered().getRcode()).isEqualTo(Rcode.NOERROR);
  }
}
