package io.regionbridge.router.multicluster;

/** What exports of one Service can disagree about, in the words of the API. */
enum ConflictReason {
  TYPE("TypeConflict"),
  PORTS("PortConflict"),
  SESSION_AFFINITY("SessionAffinityConflict"),
  SESSION_AFFINITY_CONFIG("SessionAffinityConfigConflict"),
  INTERNAL_TRAFFIC_POLICY("InternalTrafficPolicyConflict"),
  TRAFFIC_DISTRIBUTION("TrafficDistributionConflict"),
  IP_FAMILIES("IPFamilyConflict"),
  LABELS("LabelsConflict"),
  ANNOTATIONS("AnnotationsConflict");

  private final String text;

  ConflictReason(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }
}
