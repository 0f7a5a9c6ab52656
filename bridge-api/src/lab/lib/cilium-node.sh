# shellcheck shell=bash
# Real Cilium on nodes that are network namespaces, for the lab and for src/test/sh. To be sourced by bash. The caller has
# two functions: `cluster REGION ARGUMENT...` talks to a region's API server as admin, `inside NODE COMMAND...` runs a
# command in a node.

# Where .ci/tools has put the agent, its BPF programs, its definitions and its chart.
cilium_files() { dirname "$(readlink -f "$(command -v cilium-agent)")"; }

# link_cilium_tools DIRECTORY: what the agent calls, by the names that it calls it by.
link_cilium_tools() {
  local program ending
  mkdir -p "$1"
  ln -sf "$(command -v clang-19)" "$1/clang"
  for program in iptables ip6tables; do
    for ending in '' -save -restore; do ln -sf "$(command -v xtables-legacy-multi)" "$1/$program$ending"; done
  done
}

# The control group of a node. Cilium's socket programs would see the whole machine's sockets without it.
node_group() { # NAMESPACE
  local groups=/sys/fs/cgroup
  [[ ! -d $groups/unified ]] || groups=$groups/unified
  echo "$groups/$1"
}

remove_group() { [[ ! -d $(node_group "$1") ]] || rmdir "$(node_group "$1")" 2>/dev/null; } # NAMESPACE

# hold_node NAMESPACE DIRECTORY: gives the node a control group, and a mount namespace for what Cilium, wireguard-go and
# tailscaled keep at fixed places. A process that is written down in DIRECTORY/holder keeps them.
hold_node() {
  local group
  group=$(node_group "$1")
  mkdir "$group" && mkdir -p "$2/cilium" "$2/wireguard" "$2/tailscale" || return 1
  cp -r "$(cilium_files)/bpf" "$2/cilium/bpf"
  setsid sh -c "echo \$\$ >$group/cgroup.procs; exec ip netns exec $1 unshare -m -C --propagation slave sh -c '
    mkdir -p /run/cilium /run/wireguard /run/tailscale /var/lib/cilium
    mount --bind $2/wireguard /run/wireguard; mount --bind $2/tailscale /run/tailscale
    mount -t tmpfs none /run/cilium; mkdir -p /run/cilium/cgroupv2 /run/cilium/netns
    mount -t cgroup2 none /run/cilium/cgroupv2; mount -t bpf none /sys/fs/bpf; mount --bind $2/cilium /var/lib/cilium
    touch $2/cilium/held; exec sleep infinity'" </dev/null >"$2/hold.log" 2>&1 9>&- &
  echo $! >"$2/holder"
  disown
}

is_held() { [[ -e $1/cilium/held ]]; } # DIRECTORY

# enter_node NAMESPACE DIRECTORY: sets $into to what goes before a command that is to run in the node.
enter_node() {
  # shellcheck disable=SC2034 # the caller's
  into=(sh -c "echo \$\$ >$(node_group "$1")/cgroup.procs; exec nsenter -t $(<"$2/holder") -m -n -C -- \"\$@\"" enter)
}

# cilium_settings REGION DIRECTORY API-ADDRESS [HELM-OPTION...]: definitions, and what Cilium's own chart writes, for egress
# gateways and without what needs programs that are not here. DIRECTORY gets a file for each setting.
cilium_settings() {
  local files
  files=$(cilium_files)
  cluster "$1" apply --server-side -f "$files/crds/v2" -f "$files/crds/v2alpha1" >/dev/null
  helm template cilium "$files/cilium" --kube-version 1.36.3 -n kube-system -s templates/cilium-configmap.yaml \
    --set egressGateway.enabled=true,bpf.masquerade=true,kubeProxyReplacement=true,ipam.mode=kubernetes,envoy.enabled=false \
    --set l7Proxy=false,hubble.enabled=false,healthChecking=false,endpointHealthChecking.enabled=false,ipv6.enabled=false \
    --set cni.exclusive=false,k8sServiceHost="$3",k8sServicePort=6443 "${@:4}" | cluster "$1" apply -f - >/dev/null
  mkdir -p "$2"
  cluster "$1" -n kube-system get configmap cilium-config -o json | python3 -c '
import json, pathlib, sys
for key, value in json.load(sys.stdin)["data"].items():
    if key not in ("write-cni-conf-when-ready", "procfs"): pathlib.Path(sys.argv[1], key).write_text(value)' "$2"
}

# cilium_agent NODE KUBECONFIG SETTINGS TOOLS: sets $agent to the command that runs the node's agent.
cilium_agent() {
  # shellcheck disable=SC2034 # the caller's
  agent=(env "PATH=$4:$PATH" K8S_NODE_NAME="$1" CILIUM_K8S_NAMESPACE=kube-system cilium-agent --config-dir="$3"
    --k8s-kubeconfig-path="$2" --cgroup-root=/run/cilium/cgroupv2 --bpf-root=/sys/fs/bpf --state-dir=/run/cilium
    --lib-dir=/var/lib/cilium)
}

cilium_healthy() { inside "$1" curl -fs -m 2 -H 'brief: true' http://127.0.0.1:9879/healthz; } # NODE

# cilium_pod REGION NAME NODE NODE-ADDRESS NAMESPACE LOG: the pod, as a kubelet adds it. Prints its address. Cilium gets the
# pod's namespace, as its chart sees to: without, it lowers the MTU at the node's ends of pods' links alone.
cilium_pod() {
  local uid address
  cluster "$1" apply --server-side -f - >/dev/null <<YAML
apiVersion: v1
kind: Pod
metadata: { name: $2, namespace: default, labels: { app: $2 } }
spec: { nodeName: $3, containers: [{ name: main, image: none }] }
YAML
  uid=$(cluster "$1" get pod "$2" -o 'jsonpath={.metadata.uid}')
  address=$(echo '{"cniVersion":"0.3.1","name":"cilium","type":"cilium-cni","log-file":"/dev/stderr"}' |
    inside "$3" env CNI_COMMAND=ADD CNI_CONTAINERID="$5" CNI_NETNS="/run/netns/$5" CNI_IFNAME=eth0 \
      CNI_PATH="$(dirname "$(command -v cilium-cni)")" \
      CNI_ARGS="IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=$2;K8S_POD_INFRA_CONTAINER_ID=$5;K8S_POD_UID=$uid" \
      cilium-cni 2>>"$6" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["ips"][0]["address"].split("/")[0])') || return 1
  inside "$3" sh -c "touch /run/cilium/netns/$2; mount --bind /run/netns/$5 /run/cilium/netns/$2" || return 1
  cluster "$1" patch pod "$2" --subresource=status --type=merge >/dev/null \
    -p "{\"status\":{\"phase\":\"Running\",\"hostIP\":\"$4\",\"podIP\":\"$address\",\"podIPs\":[{\"ip\":\"$address\"}]}}" &&
    echo "$address"
}
