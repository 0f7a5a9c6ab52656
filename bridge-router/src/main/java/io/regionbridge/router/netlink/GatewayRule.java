package io.regionbridge.router.netlink;

import io.regionbridge.router.net.Cidr;

/** What a router node does with packets between the overlay and pods. Compared by value. */
public sealed interface GatewayRule {
  /** Of which family its packets are. */
  boolean isIpv6();

  /**
   * What comes from other regions to pods gets this node's address, so that the pods' answers come
   * back here.
   */
  record Answer(Cidr from, Cidr pods) implements GatewayRule {
    @Override
    public boolean isIpv6() {
      return pods.isIpv6();
    }

    @Override
    public String toString() {
      return "answers of %s to %s".formatted(pods, from);
    }
  }

  /** Replies of pods to other regions are left alone by Cilium, though they match its policies. */
  record Reply(String overlay, Cidr pods, Cidr to) implements GatewayRule {
    @Override
    public boolean isIpv6() {
      return pods.isIpv6();
    }

    @Override
    public String toString() {
      return "replies of %s to %s by %s".formatted(pods, to, overlay);
    }
  }

  /**
   * TCP between pods and the overlay uses segments that fit.
   *
   * @param out for what leaves by the overlay; else for what comes in by it
   * @param octets of the largest segment
   */
  record Segment(String overlay, boolean out, boolean isIpv6, int octets) implements GatewayRule {
    @Override
    public String toString() {
      return "segments of %d %s %s".formatted(octets, out ? "out by" : "in by", overlay);
    }
  }
}
