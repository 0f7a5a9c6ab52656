package io.regionbridge.dns.testing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.xbill.DNS.Name;

/** Writes messages octet by octet, right or wrong as a test wants them. */
public final class Packet {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** A message that begins with a header of these fields. */
  public static Packet header(int id, int flags, int qd, int an, int ns, int ar) {
    return new Packet().u16(id).u16(flags).u16(qd).u16(an).u16(ns).u16(ar);
  }

  /** A standard query with RD, one question and {@code additional} records to follow. */
  public static Packet query(String name, int type, int additional) {
    return header(0x1234, 0x0100, 1, 0, 0, additional).name(name).u16(type).u16(1);
  }

  /** One octet. */
  public Packet u8(int value) {
    out.write(value);
    return this;
  }

  /** Two octets. */
  public Packet u16(int value) {
    return u8(value >> 8 & 0xFF).u8(value & 0xFF);
  }

  /** Four octets. */
  public Packet u32(long value) {
    return u16((int) (value >> 16 & 0xFFFF)).u16((int) (value & 0xFFFF));
  }

  /** Octets as they are. */
  public Packet octets(int... values) {
    for (int value : values) {
      u8(value);
    }
    return this;
  }

  /** Octets as they are. */
  public Packet octets(byte[] values) {
    out.writeBytes(values);
    return this;
  }

  /** A name without compression, its case kept. */
  public Packet name(String text) {
    return octets(Name.fromConstantString(text.endsWith(".") ? text : text + ".").toWire());
  }

  /** A label without what must follow it. */
  public Packet label(String text) {
    byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
    return u8(octets.length).octets(octets);
  }

  /** A compression pointer. */
  public Packet pointer(int target) {
    return u16(0xC000 | target);
  }

  /** What follows a record's owner: type, class IN, TTL, and the data with its length. */
  public Packet record(int type, long ttl, byte[] data) {
    return u16(type).u16(1).u32(ttl).u16(data.length).octets(data);
  }

  /** An OPT record owned by the root. */
  public Packet opt(int size, int version, int flags, byte[] options) {
    return u8(0).u16(41).u16(size).u8(0).u8(version).u16(flags).u16(options.length).octets(options);
  }

  /** One EDNS option, for {@link #opt}. */
  public static byte[] option(int code, byte[] data) {
    return new Packet().u16(code).u16(data.length).octets(data).done();
  }

  /** An empty packet to write parts with. */
  public static Packet part() {
    return new Packet();
  }

  /** Octets so far. */
  public int length() {
    return out.size();
  }

  /** The message. */
  public byte[] done() {
    return out.toByteArray();
  }
}
