package io.regionbridge.router.multicluster;

import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.IpFamily;
import io.regionbridge.router.directory.RegionServices;
import java.util.List;
import java.util.Set;

/**
 * All that imported Services are made of.
 *
 * @param regions those whose Services are known, in order of preference, the local one first
 * @param unheard regions that may export Services, and of which nothing is known at the moment
 * @param local the local Services, whether or not peers get them
 * @param families that the cluster gives Services addresses of; none: not known
 */
record ImportInputs(
    List<RegionServices> regions,
    Set<String> unheard,
    Directory local,
    Set<IpFamily> families,
    ClusterSetView view) {}
