package io.regionbridge.dns.upstream;

import org.jspecify.annotations.Nullable;

/** One sending of an exchange's question to one gateway. Belongs to its exchange. */
final class Try {
  final Exchange exchange;
  @Nullable GatewayLink link;
  @Nullable TryTable table;
  @Nullable Try nextInTable;
  int id;
  long sentAt;
  boolean open;

  /** Whether it went without OPT. */
  boolean plain;

  /** When and how it ended: for those who want to know how an answer came about. */
  long endedAt;

  String outcome = "";

  /** Whether its gateway was already told that this try was waited for in vain. */
  boolean missed;

  Try(Exchange exchange) {
    this.exchange = exchange;
  }
}
