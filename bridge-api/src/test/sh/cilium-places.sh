# Network namespaces as nodes, API servers, real Cilium, and pods: what cilium.sh and cilium-pair.sh have in common. To be
# sourced by bash with `state` (an empty directory) and `crds` (the chart's definitions) set. The tables are the caller's: node
# (address by node), region (by node), pods (range by node); by region members, routers, server, services.
#
# Everything runs in network namespaces; the one setting that Cilium changes for the whole machine
# (kernel.timer_migration) is set back.
bin=${XDG_CACHE_HOME:-$HOME/.cache}/region-bridge/bin
cilium=$(dirname "$(readlink -f "$bin/cilium-agent")")
groups=$([ -d /sys/fs/cgroup/unified ] && echo /sys/fs/cgroup/unified || echo /sys/fs/cgroup)
id=rbc$$
export PATH=$state/tools:$bin:$PATH:/usr/sbin:/sbin
timers=$(cat /proc/sys/kernel/timer_migration)
declare -A holder=() address=()

fail() {
  echo "failed: $*"
  tail -n 4 "$state"/log/*bridge* | cut -c1-400
  exit 1
}

finish() {
  local place pid
  for place in $(ip netns list | awk -v id="$id-" 'index($1, id) == 1 { print $1 }'); do
    for pid in $(ip netns pids "$place"); do kill -KILL "$pid" 2>/dev/null || true; done
    ip netns delete "$place" || true
  done
  sleep 0.5
  rmdir "$groups/$id"-* 2>/dev/null || true
  echo "$timers" >/proc/sys/kernel/timer_migration
}
trap finish EXIT

# until SECONDS COMMAND...: as soon as it ends well
until_ok() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.2
  done
}

# --- Places ------------------------------------------------------------------------------------------------------------

at() { ip netns exec "$id-$1" "${@:2}"; } # PLACE COMMAND...

place() { # NAME
  ip netns add "$id-$1"
  ip -n "$id-$1" link set lo up
  at "$1" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward
    for c in all default; do echo 0 >/proc/sys/net/ipv4/conf/$c/rp_filter; echo 1 >/proc/sys/net/ipv6/conf/$c/disable_ipv6; done'
}

lan() {
  place lan
  ip -n "$id-lan" link add br0 type bridge
  ip -n "$id-lan" address add 10.99.0.1/24 dev br0
  ip -n "$id-lan" link set br0 up
}

machine() { # NAME
  place "$1"
  ip -n "$id-lan" link add "to-$1" type veth peer name eth0 netns "$id-$1"
  ip -n "$id-lan" link set "to-$1" master br0 up
  ip -n "$id-$1" address add "${node[$1]}/24" dev eth0
  ip -n "$id-$1" link set eth0 up
  ip -n "$id-$1" route add default via 10.99.0.1 # Cilium takes interfaces with a route
}

# A node has a mount namespace for what Cilium, wireguard-go and tailscaled keep at fixed places, and a group for Cilium's socket
# programs, which would otherwise see the whole machine's sockets.
hold() { # NODE
  local n=$1 lib=$state/lib-$1
  mkdir -p "$lib" "$groups/$id-$n"
  cp -r "$cilium/bpf" "$lib/bpf"
  setsid sh -c "echo \$\$ >$groups/$id-$n/cgroup.procs; exec ip netns exec $id-$n unshare -m -C --propagation slave sh -c '
    mkdir -p /run/cilium /run/wireguard /run/tailscale /var/lib/cilium
    mount -t tmpfs none /run/wireguard; mount -t tmpfs none /run/tailscale; mount -t tmpfs none /run/cilium; mkdir -p /run/cilium/cgroupv2 /run/cilium/netns
    mount -t cgroup2 none /run/cilium/cgroupv2; mount -t bpf none /sys/fs/bpf; mount --bind $lib /var/lib/cilium
    touch $lib/held; exec sleep infinity'" </dev/null >"$state/log/$n-hold" 2>&1 &
  holder[$n]=$!
  disown
  until_ok 10 test -e "$lib/held" || fail "no place for node $n"
}

inside() { # NODE COMMAND...
  sh -c "echo \$\$ >$groups/$id-$1/cgroup.procs; exec nsenter -t ${holder[$1]} -m -n -C -- \"\$@\"" inside "${@:2}"
}

begin() { # NODE NAME COMMAND...
  inside "$1" "${@:3}" </dev/null >>"$state/log/$1-$2" 2>&1 &
  disown
}

# --- Cluster -----------------------------------------------------------------------------------------------------------

cluster() { at lan kubectl --kubeconfig="$state/kubeconfig-$1" "${@:2}"; } # REGION COMMAND...

api() { # REGION PLACE
  local r=$1 d=$state/api-$1
  mkdir -p "$d"
  openssl genrsa -out "$d/accounts.key" 2048 2>/dev/null
  echo 'secret,admin,admin,system:masters' >"$d/tokens.csv"
  at "$2" etcd --data-dir="$d/etcd" --log-level=warn --unsafe-no-fsync </dev/null >"$state/log/etcd-$r" 2>&1 &
  disown
  at "$2" kube-apiserver --etcd-servers=http://127.0.0.1:2379 --bind-address=${server[$r]} --advertise-address=${server[$r]} \
    --cert-dir="$d/certificates" --token-auth-file="$d/tokens.csv" --authorization-mode=RBAC \
    --service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$d/accounts.key" \
    --service-account-signing-key-file="$d/accounts.key" --service-cluster-ip-range=${services[$r]} \
    --disable-admission-plugins=ServiceAccount --allow-privileged=true </dev/null >"$state/log/apiserver-$r" 2>&1 &
  disown
  until_ok 60 test -s "$d/certificates/apiserver.crt" || fail "the API server has no certificate"
  local ca
  ca=$(awk '/BEGIN/ { text = "" } { text = text $0 "\n" } END { printf "%s", text }' "$d/certificates/apiserver.crt" | base64 -w0)
  cat >"$state/kubeconfig-$r" <<YAML
apiVersion: v1
kind: Config
current-context: c
clusters: [{ name: c, cluster: { server: "https://${server[$r]}:6443", certificate-authority-data: $ca } }]
users: [{ name: c, user: { token: secret } }]
contexts: [{ name: c, context: { cluster: c, user: c } }]
YAML
  until_ok 60 cluster "$r" get --raw /readyz || fail "the API server is not ready"
}

objects() { # REGION
  local n label
  for n in ${members[$1]}; do
    label=''
    [[ " ${routers[$1]} " != *" $n "* ]] || label=', region-bridge.io/router: "true"'
    cluster "$1" create -f - <<YAML
apiVersion: v1
kind: Node
metadata:
  name: $n
  labels: { kubernetes.io/hostname: $n, kubernetes.io/os: linux$label }
  annotations: { node.alpha.kubernetes.io/ttl: "0" }
spec: { podCIDR: ${pods[$n]}, podCIDRs: [${pods[$n]}] }
status:
  addresses: [{ type: InternalIP, address: ${node[$n]} }, { type: Hostname, address: $n }]
  conditions: [{ type: Ready, status: "True", reason: KubeletReady, message: ok }]
YAML
  done
  cluster "$1" create -f "$crds"
  cluster "$1" create namespace region-bridge
}

# What Cilium's own chart writes, for egress gateways and without what needs programs that are not here.
settings() { # REGION
  local d=$state/cilium-$1
  cluster "$1" create -f "$cilium/crds/v2" -f "$cilium/crds/v2alpha1"
  helm template cilium "$cilium/cilium" --kube-version 1.36.3 -n kube-system -s templates/cilium-configmap.yaml \
    --set egressGateway.enabled=true,bpf.masquerade=true,kubeProxyReplacement=true,ipam.mode=kubernetes,envoy.enabled=false \
    --set l7Proxy=false,hubble.enabled=false,healthChecking=false,endpointHealthChecking.enabled=false,ipv6.enabled=false \
    --set cni.exclusive=false,k8sServiceHost=${server[$1]},k8sServicePort=6443 | cluster "$1" apply -f -
  mkdir -p "$d"
  cluster "$1" -n kube-system get configmap cilium-config -o json | python3 -c '
import json, pathlib, sys
for key, value in json.load(sys.stdin)["data"].items():
    if key not in ("write-cni-conf-when-ready", "procfs"): pathlib.Path(sys.argv[1], key).write_text(value)' "$d"
}

agent() { # NODE
  begin "$1" agent env K8S_NODE_NAME="$1" CILIUM_K8S_NAMESPACE=kube-system cilium-agent --config-dir="$state/cilium-${region[$1]}" \
    --k8s-kubeconfig-path="$state/kubeconfig-${region[$1]}" --cgroup-root=/run/cilium/cgroupv2 --bpf-root=/sys/fs/bpf \
    --state-dir=/run/cilium --lib-dir=/var/lib/cilium
}

healthy() { # NODE
  until_ok 300 inside "$1" curl -fs -m 1 -H 'brief: true' http://127.0.0.1:9879/healthz ||
    fail "Cilium on $1: $(tail -n 2 "$state/log/$1-agent")"
}

pod() { # NAME NODE
  local uid a r=${region[$2]}
  cluster "$r" create -f - <<YAML
apiVersion: v1
kind: Pod
metadata: { name: $1, namespace: default, labels: { app: $1 } }
spec: { nodeName: $2, containers: [{ name: c, image: x }] }
YAML
  uid=$(cluster "$r" get pod "$1" -o 'jsonpath={.metadata.uid}')
  ip netns add "$id-$1"
  ip -n "$id-$1" link set lo up
  echo '{"cniVersion":"0.3.1","name":"cilium","type":"cilium-cni","log-file":"/dev/stderr"}' |
    inside "$2" env CNI_COMMAND=ADD CNI_CONTAINERID="$id-$1" CNI_NETNS="/run/netns/$id-$1" CNI_IFNAME=eth0 CNI_PATH="$bin" \
      CNI_ARGS="IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=$1;K8S_POD_INFRA_CONTAINER_ID=$id-$1;K8S_POD_UID=$uid" \
      cilium-cni >"$state/cni-$1" 2>>"$state/log/cni"
  a=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["ips"][0]["address"].split("/")[0])' "$state/cni-$1")
  cluster "$r" patch pod "$1" --subresource=status --type=merge \
    -p "{\"status\":{\"phase\":\"Running\",\"hostIP\":\"${node[$2]}\",\"podIP\":\"$a\",\"podIPs\":[{\"ip\":\"$a\"}]}}"
  address[$1]=$a
  # Cilium's chart has pods find out what fits; releases before 1.20 do not, and neither does this.
  at "$1" sh -c 'echo 0 >/proc/sys/net/ipv4/tcp_mtu_probing'
  web "$1" "$a"
}

web() { # PLACE ADDRESS: says who asks; /big sends 8 MB; says how much was posted
  at "$1" python3 -c '
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Web(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"x" * 8_000_000 if self.path == "/big" else self.client_address[0].encode()
        self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body)
    def do_POST(self):
        left = int(self.headers["Content-Length"]); body = str(left).encode()
        while left > 0: left -= len(self.rfile.read(min(left, 65536)))
        self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body)
    def log_message(self, *_): pass
ThreadingHTTPServer((sys.argv[1], 8080), Web).serve_forever()' "$2" </dev/null >"$state/log/web-$1" 2>&1 &
  disown
}

ask() { at "$1" curl -sS --connect-timeout 1 -m "${3:-3}" "http://$2:8080/${4-}"; } # PLACE ADDRESS [SECONDS] [PATH]

tools() {
  local t s
  mkdir -p "$state/tools"
  ln -s "$(command -v clang-19)" "$state/tools/clang"
  for t in iptables ip6tables; do
    for s in '' -save -restore; do ln -s "$(command -v xtables-legacy-multi)" "$state/tools/$t$s"; done
  done
}

key() { [ -s "$state/$1.key" ] || (umask 077 && wg genkey >"$state/$1.key"); wg pubkey <"$state/$1.key"; }

