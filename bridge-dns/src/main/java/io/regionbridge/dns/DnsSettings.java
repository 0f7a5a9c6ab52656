package io.regionbridge.dns;

import io.regionbridge.dns.relay.PipelineSettings;
import io.regionbridge.dns.server.TcpLimits;
import io.regionbridge.dns.upstream.RelaySettings;

/**
 * What may change while the data plane runs.
 *
 * @param pipeline limits and policies of the query path
 * @param relay how questions are relayed
 * @param tcp limits of TCP
 */
public record DnsSettings(PipelineSettings pipeline, RelaySettings relay, TcpLimits tcp) {}
