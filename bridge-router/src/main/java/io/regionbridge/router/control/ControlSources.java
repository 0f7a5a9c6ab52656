package io.regionbridge.router.control;

import io.regionbridge.router.directory.RegionServices;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.peers.GatewayProbes;
import io.regionbridge.router.peers.OverlayView;
import io.regionbridge.router.settings.RegionSettings;
import io.regionbridge.router.topology.PeerClaim;
import io.regionbridge.router.topology.TopologyBuilder;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What the control plane reads from other parts, at every look.
 *
 * @param configured the peers that the configuration declares
 * @param fit whether this node could be the active gateway: overlay up, DNS serving
 * @param supernets ranges of which any peer may claim parts
 * @param directoryRoom octets for the directory
 * @param regions those whose Services are known, in order of preference, the local one first with
 *     its Services as peers get them
 */
record ControlSources(
    Supplier<TopologyBuilder.Settings> region,
    Supplier<List<PeerClaim>> configured,
    OverlayView overlay,
    GatewayProbes health,
    BooleanSupplier fit,
    Supplier<RegionSettings.Egress> egress,
    Supplier<List<Cidr>> supernets,
    LongSupplier directoryRoom,
    Supplier<List<RegionServices>> regions) {}
