package io.regionbridge.router.kubernetes;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;

/** A peer region, as somebody declared it. */
@Group(Region.GROUP)
@Version(Region.VERSION)
@ValidationRule(
    value = "self.metadata.name.matches('^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$')",
    message = "the name must be one label: 1 to 63 small letters, digits and inner hyphens")
@AdditionalPrinterColumn(name = "Domain", jsonPath = ".status.domain")
@AdditionalPrinterColumn(name = "Gateways", jsonPath = ".status.gatewaysUp")
@AdditionalPrinterColumn(
    name = "Ready",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(
    name = "Tunnel",
    jsonPath = ".status.conditions[?(@.type==\"TunnelUp\")].status")
@AdditionalPrinterColumn(
    name = "DNS",
    jsonPath = ".status.conditions[?(@.type==\"DNSReachable\")].status")
@AdditionalPrinterColumn(
    name = "Egress",
    jsonPath = ".status.conditions[?(@.type==\"EgressReady\")].status")
@AdditionalPrinterColumn(
    name = "Egress Reason",
    jsonPath = ".status.conditions[?(@.type==\"EgressReady\")].reason")
@AdditionalPrinterColumn(
    name = "Message",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].message",
    priority = 1)
@AdditionalPrinterColumn(
    name = "Egress Message",
    jsonPath = ".status.conditions[?(@.type==\"EgressReady\")].message",
    priority = 1)
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
public final class Region extends CustomResource<RegionSpec, RegionStatus> {
  private static final long serialVersionUID = 1;

  /** The API group of all own objects. */
  public static final String GROUP = "region-bridge.io";

  /** The version of all own objects. */
  public static final String VERSION = "v1alpha1";
}
