// Test tools only, no part of the product: Cilium's agent and CNI plugin, built by .ci/tools.
module region-bridge.io/cilium

go 1.26.0

require github.com/cilium/cilium v1.20.2

replace sigs.k8s.io/controller-tools => github.com/cilium/controller-tools v0.21.0-1

// The pre-release that Cilium names is not served by the module proxy.
replace github.com/osrg/gobgp/v4 => github.com/osrg/gobgp/v4 v4.7.0
