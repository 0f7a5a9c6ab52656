/**
 * A small HTTP/1.1 server for operators, probes, scrapers and peers. Built on Netty's codec, on
 * threads of its own, so that nothing asked here can hold up a DNS query. Knows nothing of what it
 * serves. Takes every client for a hostile one: how many there are, what each may send, keep and
 * wait for has a limit, and one that does not read is not written to.
 */
@NullMarked
package io.regionbridge.api.http;

import org.jspecify.annotations.NullMarked;
