/**
 * A small HTTP/1.1 server for operators, probes, scrapers and peers. Built on Netty's codec, on one
 * thread of its own, so that nothing asked here can hold up a DNS query. Knows nothing of what it
 * serves.
 */
@NullMarked
package io.regionbridge.api.http;

import org.jspecify.annotations.NullMarked;
