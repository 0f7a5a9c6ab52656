/**
 * Octets of DNS messages: questions parsed in place, replies inspected and written. Pure functions
 * and scratch objects over byte arrays, no sockets and no clock. May use nothing but the JDK and
 * the constants of dnsjava.
 */
@NullMarked
package io.regionbridge.dns.wire;

import org.jspecify.annotations.NullMarked;
