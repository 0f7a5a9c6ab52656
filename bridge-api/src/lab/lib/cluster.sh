# shellcheck shell=bash
# The control plane of each region: etcd, kube-apiserver, and the objects that a cluster has.

kubectl_in() { # REGION ARGUMENT...
  local r=$1
  shift
  has_region "$r" || fail "no such region: $r"
  in_place "$r-cp" env KUBECONFIG="$state/place/$r-cp/admin.kubeconfig" kubectl "$@"
}

up_clusters() {
  local r fresh=()
  for r in "${regions[@]}"; do
    if runs "$r-cp" apiserver && runs "$r-cp" etcd && api_ready "$r" >/dev/null; then continue; fi
    fresh+=("$r")
    start_api_server "$r"
  done
  [[ ${#fresh[@]} == 0 ]] || say "API servers of ${fresh[*]}: starting"
  for r in "${fresh[@]}"; do
    await 120 "the API server of $r" api_comes_up "$r"
    if [[ ! -e $state/place/$r-cp/nodes ]]; then
      add_nodes "$r"
      touch "$state/place/$r-cp/nodes"
    fi
    say "API server of $r: ready at $(api_url "$r")"
  done
  ! on_cilium || for r in "${regions[@]}"; do start_cilium "$r"; done
  for r in "${regions[@]}"; do
    if on_cilium; then
      up_cilium_pods "$r"
    fi
    if [[ ! -e $state/place/$r-cp/objects ]]; then
      add_objects "$r"
      touch "$state/place/$r-cp/objects"
    fi
  done
}

start_api_server() {
  local r=$1 place=$1-cp dir=$state/place/$1-cp address
  address=$(node_address "$r" cp)
  if [[ ! -e $dir/admin.token ]]; then
    (
      umask 077
      openssl genrsa -out "$dir/accounts.key" 2048 2>/dev/null
      openssl rand -hex 24 >"$dir/admin.token"
      echo "$(cat "$dir/admin.token"),admin,admin,system:masters" >"$dir/tokens.csv"
    )
  fi
  # Nothing here outlives the lab, so nothing needs to reach the disk.
  spawn "$place" etcd nice -n 10 env GOGC=300 etcd --name=lab --data-dir="$dir/etcd" --log-level=warn --unsafe-no-fsync \
    --listen-client-urls=http://127.0.0.1:2379 --advertise-client-urls=http://127.0.0.1:2379 \
    --listen-peer-urls=http://127.0.0.1:2380 --initial-advertise-peer-urls=http://127.0.0.1:2380 \
    --initial-cluster=lab=http://127.0.0.1:2380
  spawn "$place" apiserver nice -n 10 env GOGC=300 kube-apiserver --etcd-servers=http://127.0.0.1:2379 \
    --bind-address="$address" --advertise-address="$address" --secure-port=6443 \
    --cert-dir="$dir/certificates" --token-auth-file="$dir/tokens.csv" --authorization-mode=RBAC \
    --service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$dir/accounts.key" \
    --service-account-signing-key-file="$dir/accounts.key" --service-cluster-ip-range="$(service_cidr "$r")" \
    --disable-admission-plugins=ServiceAccount --allow-privileged=true \
    --max-requests-inflight=100 --max-mutating-requests-inflight=50
}

# An API server ends when it waits too long for its etcd: then it is started again.
api_comes_up() {
  start_api_server "$1"
  api_ready "$1"
}

api_ready() {
  local dir=$state/place/$1-cp
  [[ -s $dir/certificates/apiserver.crt ]] || return 1
  [[ -s $dir/admin.kubeconfig ]] || kubeconfig "$1" "$(cat "$dir/admin.token")" >"$dir/admin.kubeconfig"
  in_place "$1-cp" curl -fsk -m 2 -H "Authorization: Bearer $(cat "$dir/admin.token")" "$(api_url "$1")/readyz"
}

# kubeconfig REGION TOKEN: its CA is the last certificate of the file that the API server has written.
kubeconfig() {
  local ca
  ca=$(awk '/BEGIN/ { text = "" } { text = text $0 "\n" } END { printf "%s", text }' \
    "$state/place/$1-cp/certificates/apiserver.crt" | base64 -w0)
  cat <<YAML
apiVersion: v1
kind: Config
current-context: $1
clusters: [{ name: $1, cluster: { server: "$(api_url "$1")", certificate-authority-data: $ca } }]
users: [{ name: $1, user: { token: $2 } }]
contexts: [{ name: $1, context: { cluster: $1, user: $1 } }]
YAML
}

# account_kubeconfig REGION NAMESPACE ACCOUNT: with the rights that RBAC gives a ServiceAccount, for a day.
account_kubeconfig() {
  kubeconfig "$1" "$(kubectl_in "$1" -n "$2" create token "$3" --duration=24h)"
}

add_nodes() { # REGION
  local node
  kubectl_in "$1" create -f - >/dev/null < <(
    for node in $(nodes "$1"); do node_object "$1" "$node"; done
  )
}

add_objects() { # REGION
  kubectl_in "$1" apply --server-side -f - >/dev/null < <(
    coredns_objects "$1"
    workload_objects "$1"
  )
}

node_object() { # REGION NODE
  local octet=${lan_octet[$2]} label=''
  [[ $2 != "${worker[$1]}" ]] || octet=1
  [[ $2 != r* ]] || label=', netbird-router: "true"'
  cat <<YAML
---
apiVersion: v1
kind: Node
metadata:
  name: $1-$2
  labels: { kubernetes.io/hostname: $1-$2, kubernetes.io/os: linux$label }
spec: { podCIDR: ${pods[$1]}.$octet.0/24, podCIDRs: [${pods[$1]}.$octet.0/24] }
status:
  addresses:
    - { type: InternalIP, address: $(node_address "$1" "$2") }
    - { type: Hostname, address: $1-$2 }
  conditions:
    - { type: Ready, status: "True", reason: KubeletReady, message: kubelet is posting ready status }
---
YAML
}

# service NAMESPACE NAME CLUSTER-IP PORT-NAME PORT: None for a headless one.
service() {
  cat <<YAML
---
apiVersion: v1
kind: Service
metadata: { name: $2, namespace: $1 }
spec: { clusterIP: $3, selector: { app: $2 }, ports: [{ name: $4, port: $5 }] }
YAML
}

# slice REGION NAMESPACE SERVICE PORT-NAME PORT POD...: what the EndpointSlice controller would write.
slice() {
  local r=$1 pod
  cat <<YAML
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: $3-1, namespace: $2, labels: { kubernetes.io/service-name: $3 } }
addressType: IPv4
ports: [{ name: $4, port: $5, protocol: TCP }]
endpoints:
YAML
  for pod in "${@:6}"; do
    cat <<YAML
  - addresses: [$(pod_address "$r" "$pod")]
    hostname: $pod
    nodeName: $r-${worker[$r]}
    targetRef: { kind: Pod, namespace: $2, name: $pod }
    conditions: { ready: true, serving: true, terminating: false }
YAML
  done
}

namespace_object() {
  printf -- '---\napiVersion: v1\nkind: Namespace\nmetadata: { name: %s }\n' "$1"
}
