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
    request.addLine("set", "1");
    update.privateKey().ifPresent(key -> request.addLine("private_key", key.hex()));
    update.listenPort().ifPresent(port -> request.addLine("listen_port", port.toString()));
    update.fwmark().ifPresent(m -> request.addLine("fwmark", Integer.toUnsignedString(m)));
    update.peers().forEach(request::addPeer);
    request.write('\n');
    return request.takeBytes();
  }

  private void addPeer(PeerUpdate peer) {
    addLine("public_key", peer.publicKey().hex());
    switch (peer.kind()) {
      case ADD -> {}
      case MODIFY -> addLine("update_only", "true");
      case REMOVE -> addLine("remove", "true");
    }
    peer.presharedKey().ifPresent(key -> addLine("preshared_key", key.hex()));
    peer.endpoint().ifPresent(to -> addLine("endpoint", to.toString()));
    peer.persistentKeepalive()
        .ifPresent(s -> addLine("persistent_keepalive_interval", s.toString()));
    if (peer.replaceAllowedIps()) {
      addLine("replace_allowed_ips", "true");
    }
    for (Cidr range : peer.allowedIps()) {
      addLine("allowed_ip", range.toString());
    }
  }

  private void addLine(String key, String value) {
    addLine(key, value.getBytes(US_ASCII));
  }

  private void addLine(String key, byte[] value) {
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
