package io.regionbridge.router.multicluster;

import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.IpFamily;
import io.regionbridge.router.directory.RegionServices;
import java.util.List;
import java.util.Set;

/**
 * The input of the planner of imported Services.
 *
 * @param regions those whose Services are known, in order of preference, the local one first
 * @param unknown regions that may export Services and whose Services are not known at the moment
 * @param local all local Services, exported or not
 * @param families in which the cluster assigns ClusterIPs; empty: not known
 */
record ImportInputs(
    List<RegionServices> regions,
    Set<String> unknown,
    Directory local,
    Set<IpFamily> families,
    ClusterSetView view) {}
