package io.regionbridge.router.tunnel;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.wireguard.PeerEndpoint;
import io.regionbridge.router.wireguard.PrivateKey;
import io.regionbridge.router.wireguard.PublicKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One region's end of the tunnel, in a process of its own, because a process has one network
 * namespace: reads a command a line and answers each with a line after {@code "> "}.
 *
 * <p>Arguments: interface, directory of keys, listen port, MTU, overlay address, keepalive.
 */
final class TunnelAgent {
  private final KeyStore keys;
  private final TunnelActuator actuator;
  private final TunnelObserver observer;
  private final String[] arguments;

  private TunnelAgent(String[] arguments) throws IOException {
    this.arguments = arguments;
    keys = new FileKeyStore(Path.of(arguments[1]));
    actuator =
        new TunnelActuator(
            LinuxTunnelHost.open(List.of("wireguard-go"), true), keys, Clock.systemUTC());
    observer = TunnelObserver.start(arguments[0], TunnelObserver.REFRESH, _ -> {}, new Loops());
  }

  public static void main(String[] arguments) throws IOException {
    TunnelAgent agent = new TunnelAgent(arguments);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      System.out.println("> " + agent.answer(line));
      System.out.flush();
    }
    agent.observer.close();
    agent.actuator.close();
  }

  private String answer(String line) throws IOException {
    String[] words = line.split(" ", -1);
    return switch (words[0]) {
      case "key" -> {
        try (PrivateKey key = keys.current()) {
          yield key.publicKey().toString();
        }
      }
      case "prepare" -> {
        try (PrivateKey key = keys.prepareNext()) {
          yield key.publicKey().toString();
        }
      }
      case "promote" -> {
        keys.promoteNext();
        yield "promoted";
      }
      case "plan" -> plan(List.of(words).subList(1, words.length));
      case "health" ->
          observer
              .health()
              .of(key(words[1]))
              .map(h -> h.state() + " " + h.latestHandshake().isPresent())
              .orElse("no such peer");
      case "routes" -> observer.view().routes().toString();
      case "problems" -> observer.view().problems().toString();
      default -> "what?";
    };
  }

  private String plan(List<String> gateways) throws IOException {
    PublicKey own;
    try (PrivateKey key = keys.current()) {
      own = key.publicKey();
    }
    String[] address = arguments[4].split("/", -1);
    LocalTunnel local =
        new LocalTunnel(
            arguments[0],
            own,
            Integer.parseInt(arguments[2]),
            0,
            Integer.parseInt(arguments[3]),
            List.of(
                new OverlayAddress(
                    IpLiteral.parse(address[0]).orElseThrow(), Integer.parseInt(address[1]))),
            Integer.parseInt(arguments[5]));
    List<RemoteGateway> remote = new ArrayList<>();
    for (String gateway : gateways) {
      remote.add(gateway(gateway));
    }
    observer.lookAgain();
    TunnelPlanner.Planned planned = TunnelPlanner.plan(local, remote, observer.view().device());
    TunnelActuator.Outcome outcome = actuator.actuate(planned.plan());
    return outcome.applied().size()
        + " applied "
        + outcome.remaining()
        + " remain "
        + outcome.problem().map(TunnelProblem::message).orElse("fine")
        + planned.conflicts();
  }

  /** {@code region,name,key,next key,overlay address,endpoint,active,range range}. */
  private static RemoteGateway gateway(String text) {
    String[] f = text.split(",", -1);
    return new RemoteGateway(
        f[0],
        f[1],
        key(f[2]),
        PublicKey.parse(f[3]),
        IpLiteral.parse(f[4]).orElseThrow(),
        PeerEndpoint.parse(f[5]),
        Optional.empty(),
        Boolean.parseBoolean(f[6]),
        Stream.of(f[7].split(";", -1)).map(Cidr::of).toList());
  }

  private static PublicKey key(String text) {
    return PublicKey.parse(text).orElseThrow();
  }
}
