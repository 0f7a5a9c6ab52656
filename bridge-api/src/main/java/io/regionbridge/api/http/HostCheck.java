package io.regionbridge.api.http;

import io.netty.util.NetUtil;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which Host values are taken where nothing but the address keeps strangers out. A page from
 * anywhere can have its own name resolve to 127.0.0.1 (DNS rebinding), and a browser lets it read
 * what is served there; but the Host header still says that name. Nobody can give an address, or
 * localhost, another meaning.
 */
public enum HostCheck {
  /** Every name: something else keeps strangers out. */
  ANY,
  /** Addresses, and {@code localhost}. */
  LOCAL;

  /** RFC 9110, section 7.2: {@code uri-host [ ":" port ]}. */
  private static final Pattern HOST = Pattern.compile("(?:\\[([^\\]]*)\\]|([^:]*))(?::[0-9]*)?");

  /** Whether a request for this Host header is meant for this server. Browsers always send one. */
  boolean allows(String host) {
    if (this == ANY || host.isEmpty()) {
      return true;
    }
    Matcher parts = HOST.matcher(host);
    if (!parts.matches()) {
      return false;
    }
    return parts.group(1) == null
        ? parts.group(2).equalsIgnoreCase("localhost") || NetUtil.isValidIpV4Address(parts.group(2))
        : NetUtil.isValidIpV6Address(parts.group(1));
  }
}
