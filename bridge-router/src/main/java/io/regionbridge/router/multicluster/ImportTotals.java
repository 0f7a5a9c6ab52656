package io.regionbridge.router.multicluster;

/** Numbers of exported, imported and conflicting Services of the Multi-Cluster Services API. */
public record ImportTotals(int exports, int imports, int conflicts) {}
