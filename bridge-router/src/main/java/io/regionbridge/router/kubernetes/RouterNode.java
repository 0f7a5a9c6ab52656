package io.regionbridge.router.kubernetes;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;

/**
 * A router node of the local region, as the bridge on it says. Named as the Node and owned by it.
 */
@Group(Region.GROUP)
@Version(Region.VERSION)
@AdditionalPrinterColumn(name = "Role", jsonPath = ".status.role")
@AdditionalPrinterColumn(name = "Overlay", jsonPath = ".spec.overlayAddress")
@AdditionalPrinterColumn(name = "Address", jsonPath = ".spec.nodeAddress")
@AdditionalPrinterColumn(
    name = "Ready",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(
    name = "Message",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].message",
    priority = 1)
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
public final class RouterNode extends CustomResource<RouterNodeSpec, RouterNodeStatus> {
  private static final long serialVersionUID = 1;
}
