# shellcheck shell=bash
# The network of `lab up --cni cilium`: real Cilium with its egress gateway on all nodes, in place of routes, nftables and the
# product's agents. Pods get their addresses from it.

on_cilium() { [[ -e $state/cni-cilium ]]; }

cluster() { kubectl_in "$@"; }
inside() { in_place "$@"; }

need_cilium() {
  local program
  for program in cilium-agent cilium-cni clang-19 xtables-legacy-multi ipset python3; do
    command -v "$program" >/dev/null || fail "not installed: $program; run .ci/tools cilium"
  done
  link_cilium_tools "$state/tools"
  [[ -e $state/timers ]] || cat /proc/sys/kernel/timer_migration >"$state/timers" # Cilium changes it for the whole machine
}

# start_cilium REGION: its agents, on nodes that do not run one.
start_cilium() {
  local node agent settings=$state/place/$1-cp/cilium
  if [[ ! -d $settings ]]; then
    say "Cilium of $1: definitions, settings, agents"
    # Processes of pods are not in the control group of their node: ClusterIPs are translated at their interfaces.
    cilium_settings "$1" "$settings.new" "$(node_address "$1" cp)" --set socketLB.hostNamespaceOnly=true
    mv "$settings.new" "$settings"
  fi
  for node in $(nodes "$1"); do
    cilium_agent "$1-$node" "$state/place/$1-cp/admin.kubeconfig" "$settings" "$state/tools"
    spawn "$1-$node" cilium "${agent[@]}"
  done
}

# up_cilium_pods REGION: those that are planned and not there yet.
up_cilium_pods() {
  local node pod home=$1-${worker[$1]} address
  for node in $(nodes "$1"); do await 300 "Cilium of $1-$node" cilium_healthy "$1-$node"; done
  for pod in ${region_pods[$1]}; do
    [[ ! -e $state/place/$1-$pod/address ]] || continue
    is_place "$1-$pod" || make_place "$1-$pod"
    pod_files "$1" "$1-$pod"
    address=$(cilium_pod "$1" "$pod" "$home" "$(node_address "$1" "${worker[$1]}")" "$(namespace "$1-$pod")" "$state/log/$1-cni.log") ||
      fail "Cilium gives $1-$pod no address; see $state/log/$1-cni.log"
    echo "$address" >"$state/place/$1-$pod/address"
  done
}

down_cilium() {
  ! on_cilium || cat "$state/timers" >/proc/sys/kernel/timer_migration
  rmdir --ignore-fail-on-non-empty /run/cilium /var/lib/cilium 2>/dev/null || true
}
