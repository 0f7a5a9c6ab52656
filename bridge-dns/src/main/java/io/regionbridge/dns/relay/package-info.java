/**
 * The way of a query through an event loop, stage by stage: {@link
 * io.regionbridge.dns.relay.QueryPipeline}. Joins what the other packages do; sees clients only as
 * addresses and a path back.
 */
@NullMarked
package io.regionbridge.dns.relay;

import org.jspecify.annotations.NullMarked;
