package io.regionbridge.dns.testing;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CookieOption;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;

/** What a reply says, in words that assertions can compare. */
public final class Replies {
  private Replies() {}

  /** The rcode, EDNS bits included. */
  public static String rcode(Message reply) {
    return Rcode.string(reply.getRcode());
  }

  /** The addresses of the answer section in their order. */
  public static List<String> addresses(Message reply) {
    return reply.getSection(Section.ANSWER).stream()
        .filter(r -> r instanceof ARecord || r instanceof AAAARecord)
        .map(r ->
            r instanceof ARecord a
                ? a.getAddress().getHostAddress()
                : ((AAAARecord) r).getAddress().getHostAddress())
        .toList();
  }

  /** The records of a section as text, TTLs included. */
  public static List<String> section(Message reply, int section) {
    return reply.getSection(section).stream()
        .filter(r -> !(r instanceof OPTRecord))
        .map(r -> r.toString().replaceAll("\\s+", " "))
        .toList();
  }

  /** The extended error, or null. */
  public static @Nullable ExtendedErrorCodeOption error(Message reply) {
    OPTRecord opt = reply.getOPT();
    if (opt == null) {
      return null;
    }
    List<EDNSOption> errors = opt.getOptions(EDNSOption.Code.EDNS_EXTENDED_ERROR);
    return errors.isEmpty() ? null : (ExtendedErrorCodeOption) errors.getFirst();
  }

  /** The text of the extended error, or "" without one. */
  public static String errorText(Message reply) {
    ExtendedErrorCodeOption error = error(reply);
    return error == null || error.getText() == null ? "" : error.getText();
  }

  /** The number of the extended error, or -1 without one. */
  public static int errorCode(Message reply) {
    ExtendedErrorCodeOption error = error(reply);
    return error == null ? -1 : error.getErrorCode();
  }

  /** The cookie option, or null. */
  public static @Nullable CookieOption cookie(Message reply) {
    OPTRecord opt = reply.getOPT();
    if (opt == null) {
      return null;
    }
    List<EDNSOption> cookies = opt.getOptions(EDNSOption.Code.COOKIE);
    return cookies.isEmpty() ? null : (CookieOption) cookies.getFirst();
  }

  /** Whether a header flag of {@link Flags} is set. */
  public static boolean flag(Message reply, int flag) {
    return reply.getHeader().getFlag(flag);
  }
}
