package io.regionbridge.router.uapi;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.wireguard.DeviceUpdate;
import io.regionbridge.router.wireguard.PeerUpdate;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** Writes requests. The bytes of one may hold secrets: who has them sent wipes them. */
final class UapiEncoder extends ByteArrayOutputStream {
  private UapiEncoder() {
    super(1024);
  }

  static byte[] get() {
    return "get=1\n\n".getBytes(US_ASCII);
  }

  static byte[] set(DeviceUpdate update) {
    UapiEncoder request = new UapiEncoder();
    request.line("set", "1");
    update.privateKey().ifPresent(key -> request.line("private_key", key.hex()));
    update.listenPort().ifPresent(port -> request.line("listen_port", port.toString()));
    update.fwmark().ifPresent(m -> request.line("fwmark", Integer.toUnsignedString(m)));
    if (update.replacePeers()) {
      request.line("replace_peers", "true");
    }
    update.peers().forEach(request::peer);
    request.write('\n');
    return request.takeBytes();
  }

  private void peer(PeerUpdate peer) {
    line("public_key", peer.publicKey().hex());
    switch (peer.kind()) {
      case ADD -> {}
      case MODIFY -> line("update_only", "true");
      case REMOVE -> line("remove", "true");
    }
    peer.presharedKey().ifPresent(key -> line("preshared_key", key.hex()));
    peer.endpoint().ifPresent(to -> line("endpoint", to.toString()));
    peer.persistentKeepalive().ifPresent(s -> line("persistent_keepalive_interval", s.toString()));
    if (peer.replaceAllowedIps()) {
      line("replace_allowed_ips", "true");
    }
    for (Cidr range : peer.allowedIps()) {
      line("allowed_ip", range.toString());
    }
  }

  private void line(String key, String value) {
    line(key, value.getBytes(US_ASCII));
  }

  private void line(String key, byte[] value) {
    writeBytes(key.getBytes(US_ASCII));
    write('=');
    writeBytes(value);
    write('\n');
  }

  private byte[] takeBytes() {
    byte[] bytes = toByteArray();
    Arrays.fill(buf, (byte) 0);
    return bytes;
  }
}
