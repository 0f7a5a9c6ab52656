/**
 * What tests of the data plane share: messages as octets, gateways that follow a script, clients
 * that look at each reply, and a running bridge between them. All on loopback.
 */
@NullMarked
package io.regionbridge.dns.testing;

import org.jspecify.annotations.NullMarked;
