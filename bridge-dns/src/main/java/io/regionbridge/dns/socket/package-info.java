/**
 * UDP sockets on Netty's event loops. Where Linux and epoll are, packets are received and sent many
 * to a system call and without an object for each ({@code recvmmsg(2)}, {@code sendmmsg(2)}, called
 * through the JDK's foreign function interface); elsewhere Netty's own datagram channels do the
 * same job. Knows nothing of DNS.
 */
@NullMarked
package io.regionbridge.dns.socket;

import org.jspecify.annotations.NullMarked;
