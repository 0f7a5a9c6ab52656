package io.regionbridge.router.multicluster;

/**
 * How many Services the Multi-Cluster Services API concerns here.
 *
 * @param exports that a ServiceExport of this region exports
 * @param imports that should have a ServiceImport in this cluster
 * @param conflicts whose exports disagree
 */
public record ImportTotals(int exports, int imports, int conflicts) {}
