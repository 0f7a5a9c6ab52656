package io.regionbridge.dns;

import io.regionbridge.dns.relay.PipelineSettings;
import io.regionbridge.dns.server.TcpLimits;
import io.regionbridge.dns.upstream.RelaySettings;

/** The settings that may change while the data plane runs. */
public record DnsSettings(PipelineSettings pipeline, RelaySettings relay, TcpLimits tcp) {}
