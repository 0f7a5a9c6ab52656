package io.regionbridge.api.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;

/** Extended DNS errors (RFC 8914) in words. */
public final class ExtendedErrors {
  private ExtendedErrors() {}

  /** Those of a reply, each with the text that its sender added. */
  public static List<String> of(Message reply) {
    List<String> errors = new ArrayList<>();
    OPTRecord opt = reply.getOPT();
    if (opt != null) {
      for (EDNSOption option : opt.getOptions()) {
        if (option instanceof ExtendedErrorCodeOption error) {
          errors.add(words(error));
        }
      }
    }
    return errors;
  }

  private static String words(ExtendedErrorCodeOption error) {
    String code =
        ExtendedErrorCodeOption.text(error.getErrorCode())
            .toLowerCase(Locale.ROOT)
            .replace('_', ' ');
    String text = error.getText();
    return text == null || text.isEmpty() ? code : code + ": " + text;
  }
}
