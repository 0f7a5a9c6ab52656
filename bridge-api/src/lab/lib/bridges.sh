# shellcheck shell=bash
# The bridge on each router node and the agent on each other one: as the chart says, with a kubelet's hand. The chart is
# installed by Helm; what its DaemonSets say of arguments, environment and rights is what is started.

up_bridges() {
  local r node fresh=''
  for r in "${regions[@]}"; do
    [[ -e $state/place/$r-cp/release ]] || fresh+=" $r"
  done
  if [[ -n $fresh ]]; then
    say "bridges: the chart, for$fresh"
    "$root/region-bridge" --help >/dev/null # builds, if need be
    cluster_cache
    keep_distribution
    for r in $fresh; do
      install_chart "$r"
      touch "$state/place/$r-cp/release"
    done
  fi
  for r in "${regions[@]}"; do
    for node in $(nodes "$r"); do start_bridges "$r" "$node"; done
  done
  for r in "${regions[@]}"; do
    spawn "$r-cp" overlay-agent "$here/lab" follow "$r"
  done
  for r in "${regions[@]}"; do
    for node in ${routers[$r]}; do await 180 "the bridge of $r-$node" bridge_ready "$r" "$node"; done
    await 90 "the block in CoreDNS of $r" answers "$r" "$(domain "$r")" SOA
  done
}

# What bridges in a cluster start with, which a build by the launcher leaves out.
cluster_cache() {
  [[ ! -e $root/bridge-api/target/dist/lib/region-bridge-cluster.aot ]] || return 0
  mvn -f "$root/pom.xml" -q -B -ntp -Dquick -Dmaven.test.skip=true package >"$state/log/build.log" 2>&1 ||
    fail "the distribution cannot be built; see $state/log/build.log"
}

# A copy, so that a build beside a running lab takes nothing away from it.
keep_distribution() {
  [[ ! -e $state/dist ]] || return 0
  cp -a "$root/bridge-api/target/dist" "$state/dist"
}

# The same values for all regions but for the region's name.
chart_values() { # REGION
  local r gateways node aliases
  printf 'region: { name: %s }\nregions:\n' "$1"
  for r in "${regions[@]}"; do
    gateways=''
    for node in ${routers[$r]}; do gateways+=${gateways:+, }$(overlay_address "$r" "$node"); done
    aliases=''
    [[ -z ${known_pods[$r]-} ]] ||
      aliases="{ range: $(pod_cidr "$r"), alias: $(known_pod_cidr "$r") }, { range: $(service_cidr "$r"), alias: ${known_services[$r]}.0.0/16 }"
    printf '  - { name: %s, domain: %s, podCIDRs: [%s], serviceCIDRs: [%s], aliasRanges: [%s], gateways: [%s] }\n' \
      "$r" "$(domain "$r")" "$(pod_cidr "$r")" "$(service_cidr "$r")" "$aliases" "$gateways"
  done
  cat <<YAML
config:
  overlay: { interface: $overlay_device, mode: observe }
  egress: { engine: $(on_cilium && echo cilium || echo routes) }
security: { netAdmin: true }
agent: { enabled: $(on_cilium && echo false || echo true) }
image: { pullPolicy: Never }
YAML
}

install_chart() {
  local r=$1
  chart_values "$r" >"$state/place/$r-cp/values.yaml"
  in_place "$r-cp" env KUBECONFIG="$state/place/$r-cp/admin.kubeconfig" helm upgrade --install region-bridge \
    "$root/charts/region-bridge" --namespace region-bridge --create-namespace --no-hooks \
    --values "$state/place/$r-cp/values.yaml" >"$state/log/$r-helm.log" 2>&1 ||
    fail "the chart cannot be installed in $r; see $state/log/$r-helm.log"
  account_kubeconfig "$r" region-bridge region-bridge >"$state/place/$r-cp/bridge.kubeconfig"
  kubectl_in "$r" -n region-bridge get daemonsets -o json >"$state/place/$r-cp/daemonsets.json"
  local node
  for node in $(nodes "$r"); do
    mkdir -p "$state/place/$r-$node/config"
    kubectl_in "$r" -n region-bridge get configmap region-bridge -o 'jsonpath={.data.config\.yaml}' \
      >"$state/place/$r-$node/config/config.yaml"
  done
}

# start_bridges REGION NODE: the bridge, if it is a router node, and the agent.
start_bridges() {
  [[ $2 != r* ]] || start_bridge "$1" "$2"
  on_cilium || start_container "$1" "$2" agent region-bridge-agent
}

# start_bridge REGION NODE [PREFIX...]: the prefix goes before the command, such as faketime's variables.
start_bridge() { start_container "$1" "$2" bridge region-bridge "${@:3}"; }

# start_container REGION NODE NAME DAEMONSET [PREFIX...]
start_container() {
  local r=$1 node=$2 place=$1-$2 name=$3 container
  runs "$place" "$name" && return
  container=$(jq -c --arg name "$4" '.items[] | select(.metadata.name == $name).spec.template.spec.containers[0]' \
    "$state/place/$r-cp/daemonsets.json")
  shift 4
  local arguments environment
  mapfile -t arguments < <(jq -r --arg file "$state/place/$place/config/config.yaml" \
    '.args[] | if . == "/etc/region-bridge/config.yaml" then $file else . end' <<<"$container")
  mapfile -t environment < <(jq -r --arg node "$place" --arg address "$(node_address "$r" "$node")" '
    { "spec.nodeName": $node, "metadata.namespace": "region-bridge", "status.hostIP": $address } as $fields
    | .env[] | .name + "=" + (.value // $fields[.valueFrom.fieldRef.fieldPath])
    | gsub("\\$\\(HOST_IP\\)"; $address)' <<<"$container")
  # The environment of a container, not ours. Root without rights but the one that a container with NET_ADMIN has.
  spawn "$place" "$name" setpriv --inh-caps=-all --bounding-set=-all,+net_admin --no-new-privs \
    env -i "PATH=$PATH" "${environment[@]}" "KUBECONFIG=$state/place/$r-cp/bridge.kubeconfig" \
    "REGION_BRIDGE_JAVA_HOME=$(java_home)" "REGION_BRIDGE_JAVA_OPTS=${REGION_BRIDGE_LAB_JAVA_OPTS-}" "$@" \
    "$state/dist/bin/region-bridge" "${arguments[@]}"
}

bridge_ready() { # REGION NODE
  runs "$1-$2" bridge || fail "the bridge of $1-$2 has ended: $(tail -n 1 "$state/log/$1-$2-bridge.log")"
  in_place "$1-$2" curl -fs -m 2 http://127.0.0.1:8053/readyz
}

# The router node that a region's traffic goes through: r1 or r2.
active() { # REGION
  local holder
  holder=$(kubectl_in "$1" -n region-bridge get lease region-bridge -o 'jsonpath={.spec.holderIdentity}' 2>/dev/null) || true
  echo "${holder:-$1-r1}" | sed "s/^$1-//"
}

# answers REGION NAME TYPE: whether a pod there gets an answer that is not empty.
answers() {
  [[ -n $(in_place "$1-client" dig +short +time=2 +tries=1 "$2" "$3" 2>/dev/null) ]]
}
