/**
 * IP addresses as numbers: ranges searched, and packets' origins kept, without objects. May use
 * nothing but {@code wire}'s octets.
 */
@NullMarked
package io.regionbridge.dns.net;

import org.jspecify.annotations.NullMarked;
