package io.regionbridge.dns.wire;

import org.xbill.DNS.Type;

/**
 * The aliases that an answer begins with, in the form in which all answers are written here: each
 * owned by a compression pointer, its target in full and folded. Stateless; allocates nothing.
 */
public final class AliasChain {
  /** Most aliases in a row; more than any ExternalName needs. */
  public static final int MOST = 8;

  /** Octets of a record before its data. */
  private static final int FIXED = 12;

  private static final int TYPE = 2;
  private static final int LENGTH = 10;

  private AliasChain() {}

  /**
   * Where the target of the last alias begins if the answer is nothing but aliases, or -1: then it
   * has what was asked for, or says that there is nothing.
   */
  public static int openEnd(ReplyWriter reply) {
    if (reply.answers() == 0 || reply.authorities() > 0) {
      return -1;
    }
    return openEnd(reply.out(), reply.questionEnd(), reply.at());
  }

  /** The same of answer records from {@code from} to {@code end}. */
  public static int openEnd(byte[] out, int from, int end) {
    int target = -1;
    for (int i = from; i < end; i += FIXED + Octets.get16(out, i + LENGTH)) {
      if (Octets.get16(out, i + TYPE) != Type.CNAME) {
        return -1;
      }
      target = i + FIXED;
    }
    return target;
  }

  /**
   * Whether the aliases of a reply are too many, or one of them leads back to the question's name
   * or to an earlier target.
   */
  public static boolean leadsNowhere(ReplyWriter reply) {
    byte[] out = reply.out();
    return leadsNowhere(out, Query.HEADER, out, reply.questionEnd(), reply.at());
  }

  /**
   * The same of answer records from {@code from} to {@code end}, to the question whose name is at
   * {@code nameAt} in {@code question}.
   */
  public static boolean leadsNowhere(byte[] question, int nameAt, byte[] out, int from, int end) {
    int count = 0;
    for (int i = from; i < end; i += FIXED + Octets.get16(out, i + LENGTH)) {
      if (Octets.get16(out, i + TYPE) != Type.CNAME) {
        return false;
      }
      if (++count > MOST || same(question, nameAt, out, i) || seenBefore(out, from, i)) {
        return true;
      }
    }
    return false;
  }

  private static boolean seenBefore(byte[] out, int from, int alias) {
    int octets = Octets.get16(out, alias + LENGTH);
    for (int i = from; i < alias; i += FIXED + Octets.get16(out, i + LENGTH)) {
      if (Octets.get16(out, i + LENGTH) == octets
          && Names.equal(out, i + FIXED, out, alias + FIXED, octets)) {
        return true;
      }
    }
    return false;
  }

  /** The question's name is as the client wrote it. */
  private static boolean same(byte[] question, int nameAt, byte[] out, int alias) {
    int octets = Octets.get16(out, alias + LENGTH);
    for (int k = 0; k < octets; k++) {
      if (nameAt + k >= question.length
          || Octets.fold(question[nameAt + k]) != out[alias + FIXED + k]) {
        return false;
      }
    }
    return true;
  }
}
