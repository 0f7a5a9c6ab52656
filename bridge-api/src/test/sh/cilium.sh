#!/usr/bin/env bash
# Bridges beside real Cilium: three nodes in namespaces of their own (a worker and two routers) with an API server, and a
# remote region that is plain Linux: its pod keeps its address, as behind the routes engine, and its gateway asks with its
# overlay address, as Cilium's egress gateway does.
#
#   cilium.sh STATE BRIDGE CRDS    STATE: an empty directory; BRIDGE: the launcher; CRDS: the directory of the chart's definitions
#
# Prints a line for each thing that was looked at and ends with 1 at the first that is not so. Needs root and
# `.ci/tools k8s wireguard cilium`. Everything runs in network namespaces; the one setting that Cilium changes for the whole
# machine (kernel.timer_migration) is set back.
set -euo pipefail
state=$1 bridge=$2 crds=$3
bin=${XDG_CACHE_HOME:-$HOME/.cache}/region-bridge/bin
cilium=$(dirname "$(readlink -f "$bin/cilium-agent")")
groups=$([ -d /sys/fs/cgroup/unified ] && echo /sys/fs/cgroup/unified || echo /sys/fs/cgroup)
id=rbc$$
export PATH=$state/tools:$bin:$PATH:/usr/sbin:/sbin

declare -A node=([r1]=10.99.0.11 [r2]=10.99.0.12 [w1]=10.99.0.21 [q]=10.99.0.31)
declare -A overlay=([r1]=100.64.1.1 [r2]=100.64.1.2 [q]=100.64.2.1)
declare -A pods=([r1]=10.42.1.0/24 [r2]=10.42.2.0/24 [w1]=10.42.3.0/24)
declare -A on=([p1]=w1 [p2]=r1 [p3]=r2)
declare -A holder=() address=()
remote=10.52.1.10
timers=$(cat /proc/sys/kernel/timer_migration)

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

machine() { # NAME
  place "$1"
  ip -n "$id-lan" link add "to-$1" type veth peer name eth0 netns "$id-$1"
  ip -n "$id-lan" link set "to-$1" master br0 up
  ip -n "$id-$1" address add "${node[$1]}/24" dev eth0
  ip -n "$id-$1" link set eth0 up
  ip -n "$id-$1" route add default via 10.99.0.1 # Cilium takes interfaces with a route
}

# A node has a mount namespace for what Cilium and wireguard-go keep at fixed places, and a group for Cilium's socket
# programs, which would otherwise see the whole machine's sockets.
hold() { # NODE
  local n=$1 lib=$state/lib-$1
  mkdir -p "$lib" "$groups/$id-$n"
  cp -r "$cilium/bpf" "$lib/bpf"
  setsid sh -c "echo \$\$ >$groups/$id-$n/cgroup.procs; exec ip netns exec $id-$n unshare -m -C --propagation slave sh -c '
    mkdir -p /run/cilium /run/wireguard /var/lib/cilium
    mount -t tmpfs none /run/wireguard; mount -t tmpfs none /run/cilium; mkdir -p /run/cilium/cgroupv2
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

kc() { at lan kubectl --kubeconfig="$state/kubeconfig" "$@"; }

api() {
  local d=$state/api
  mkdir -p "$d"
  openssl genrsa -out "$d/accounts.key" 2048 2>/dev/null
  echo 'secret,admin,admin,system:masters' >"$d/tokens.csv"
  at lan etcd --data-dir="$d/etcd" --log-level=warn --unsafe-no-fsync </dev/null >"$state/log/etcd" 2>&1 &
  disown
  at lan kube-apiserver --etcd-servers=http://127.0.0.1:2379 --bind-address=10.99.0.1 --advertise-address=10.99.0.1 \
    --cert-dir="$d/certificates" --token-auth-file="$d/tokens.csv" --authorization-mode=RBAC \
    --service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$d/accounts.key" \
    --service-account-signing-key-file="$d/accounts.key" --service-cluster-ip-range=10.43.0.0/16 \
    --disable-admission-plugins=ServiceAccount --allow-privileged=true </dev/null >"$state/log/apiserver" 2>&1 &
  disown
  until_ok 60 test -s "$d/certificates/apiserver.crt" || fail "the API server has no certificate"
  local ca
  ca=$(awk '/BEGIN/ { text = "" } { text = text $0 "\n" } END { printf "%s", text }' "$d/certificates/apiserver.crt" | base64 -w0)
  cat >"$state/kubeconfig" <<YAML
apiVersion: v1
kind: Config
current-context: c
clusters: [{ name: c, cluster: { server: "https://10.99.0.1:6443", certificate-authority-data: $ca } }]
users: [{ name: c, user: { token: secret } }]
contexts: [{ name: c, context: { cluster: c, user: c } }]
YAML
  until_ok 60 kc get --raw /readyz || fail "the API server is not ready"
}

objects() {
  local n label
  for n in r1 r2 w1; do
    label=''
    [ "$n" = w1 ] || label=', region-bridge.io/router: "true"'
    kc create -f - <<YAML
apiVersion: v1
kind: Node
metadata: { name: $n, labels: { kubernetes.io/hostname: $n, kubernetes.io/os: linux$label } }
spec: { podCIDR: ${pods[$n]}, podCIDRs: [${pods[$n]}] }
status:
  addresses: [{ type: InternalIP, address: ${node[$n]} }, { type: Hostname, address: $n }]
  conditions: [{ type: Ready, status: "True", reason: KubeletReady, message: ok }]
YAML
  done
  kc create -f "$cilium/crds/v2" -f "$cilium/crds/v2alpha1" -f "$crds"
  kc create namespace region-bridge
}

# What Cilium's own chart writes, for egress gateways and without what needs programs that are not here.
settings() {
  helm template cilium "$cilium/cilium" --kube-version 1.36.3 -n kube-system -s templates/cilium-configmap.yaml \
    --set egressGateway.enabled=true,bpf.masquerade=true,kubeProxyReplacement=true,ipam.mode=kubernetes,envoy.enabled=false \
    --set l7Proxy=false,hubble.enabled=false,healthChecking=false,endpointHealthChecking.enabled=false,ipv6.enabled=false \
    --set cni.exclusive=false,k8sServiceHost=10.99.0.1,k8sServicePort=6443 | kc apply -f -
  mkdir -p "$state/cilium"
  kc -n kube-system get configmap cilium-config -o json | python3 -c '
import json, pathlib, sys
for key, value in json.load(sys.stdin)["data"].items():
    if key not in ("write-cni-conf-when-ready", "procfs"): pathlib.Path(sys.argv[1], key).write_text(value)' "$state/cilium"
}

agent() { # NODE
  begin "$1" agent env K8S_NODE_NAME="$1" CILIUM_K8S_NAMESPACE=kube-system cilium-agent --config-dir="$state/cilium" \
    --k8s-kubeconfig-path="$state/kubeconfig" --cgroup-root=/run/cilium/cgroupv2 --bpf-root=/sys/fs/bpf \
    --state-dir=/run/cilium --lib-dir=/var/lib/cilium
}

pod() { # NAME NODE
  local uid a
  kc create -f - <<YAML
apiVersion: v1
kind: Pod
metadata: { name: $1, namespace: default, labels: { app: $1 } }
spec: { nodeName: $2, containers: [{ name: c, image: x }] }
YAML
  uid=$(kc get pod "$1" -o 'jsonpath={.metadata.uid}')
  ip netns add "$id-$1"
  ip -n "$id-$1" link set lo up
  echo '{"cniVersion":"0.3.1","name":"cilium","type":"cilium-cni","log-file":"/dev/stderr"}' |
    inside "$2" env CNI_COMMAND=ADD CNI_CONTAINERID="$id-$1" CNI_NETNS="/run/netns/$id-$1" CNI_IFNAME=eth0 CNI_PATH="$bin" \
      CNI_ARGS="IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=$1;K8S_POD_INFRA_CONTAINER_ID=$id-$1;K8S_POD_UID=$uid" \
      cilium-cni >"$state/cni-$1" 2>>"$state/log/cni"
  a=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["ips"][0]["address"].split("/")[0])' "$state/cni-$1")
  kc patch pod "$1" --subresource=status --type=merge \
    -p "{\"status\":{\"phase\":\"Running\",\"hostIP\":\"${node[$2]}\",\"podIP\":\"$a\",\"podIPs\":[{\"ip\":\"$a\"}]}}"
  address[$1]=$a
  # Cilium's chart has pods find out what fits; releases before 1.20 do not, and neither does this.
  at "$1" sh -c 'echo 0 >/proc/sys/net/ipv4/tcp_mtu_probing'
  web "$1" "$a"
}

web() { # PLACE ADDRESS: says who asks; /big sends 8 MB
  at "$1" python3 -c '
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Web(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"x" * 8_000_000 if self.path == "/big" else self.client_address[0].encode()
        self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body)
    def log_message(self, *_): pass
ThreadingHTTPServer((sys.argv[1], 8080), Web).serve_forever()' "$2" </dev/null >"$state/log/web-$1" 2>&1 &
  disown
}

ask() { at "$1" curl -sS --connect-timeout 1 -m "${3:-3}" "http://$2:8080/${4-}"; } # PLACE ADDRESS [SECONDS] [PATH]

# --- Overlay -----------------------------------------------------------------------------------------------------------

key() { [ -s "$state/$1.key" ] || (umask 077 && wg genkey >"$state/$1.key"); wg pubkey <"$state/$1.key"; }

wireguard() { # NODE
  begin "$1" wg env LOG_LEVEL=error wireguard-go -f wt0
  until_ok 10 inside "$1" wg show wt0 || fail "no wt0 on $1"
  inside "$1" wg set wt0 private-key "$state/$1.key" listen-port 51820
  if [ "$1" = q ]; then
    receive r1
  else
    inside "$1" wg set wt0 peer "$(key q)" endpoint "${node[q]}:51820" allowed-ips 100.64.2.1/32,10.52.0.0/16 persistent-keepalive 5
  fi
  ip -n "$id-$1" link set wt0 mtu 1280 up
  ip -n "$id-$1" address add "${overlay[$1]}/16" dev wt0
  ip -n "$id-$1" route add "$([ "$1" = q ] && echo 10.42.0.0/16 || echo 10.52.0.0/16)" dev wt0
}

receive() { # NODE: the remote region sends what is for pods there
  local n
  for n in r1 r2; do
    inside q wg set wt0 peer "$(key $n)" endpoint "${node[$n]}:51820" persistent-keepalive 5 \
      allowed-ips "${overlay[$n]}/32$([ $n != "$1" ] || echo ,10.42.0.0/16)"
  done
}

# --- Bridges -----------------------------------------------------------------------------------------------------------

serve() { # NODE
  cat >"$state/bridge.yaml" <<YAML
region: { name: fsn1 }
overlay: { interface: wt0 }
kubernetes: { routerLabel: region-bridge.io/router=true }
egress: { engine: cilium }
regions:
  - { name: mn, podCIDRs: [10.52.0.0/16], gateways: [100.64.2.1] }
YAML
  begin "$1" bridge env NODE_NAME="$1" NODE_IP="${node[$1]}" POD_NAMESPACE=region-bridge KUBECONFIG="$state/kubeconfig" \
    bash "$bridge" serve --config "$state/bridge.yaml"
}

serve_remote() {
  cat >"$state/mn.yaml" <<YAML
region: { name: mn, podCIDRs: [10.52.0.0/16] }
dns: { listen: ["100.64.2.1:1053"], allow: [100.64.0.0/10] }
overlay: { mode: none }
kubernetes: { enabled: false }
YAML
  begin q bridge bash "$bridge" serve --config "$state/mn.yaml"
}

active() {
  kc get ciliumegressgatewaypolicy region-bridge-mn \
    -o 'jsonpath={.spec.egressGateway.nodeSelector.matchLabels.kubernetes\.io/hostname}'
}

# --- What is to hold ---------------------------------------------------------------------------------------------------

leaves_by() { [ "$(ask "$1" $remote)" = "${overlay[$2]}" ]; }

everybody_leaves() { # ACTIVE
  local p by
  for p in p1 p2 p3; do
    by=${on[$p]}
    [ "$by" != w1 ] || by=$1
    until_ok 60 leaves_by $p "$by" || fail "$p on ${on[$p]} does not leave by $by: $(ask $p $remote 2>&1)"
    echo "ok: $p on ${on[$p]} leaves by $by"
  done
}

everybody_answers() {
  local p
  for p in p1 p2 p3; do
    until_ok 30 ask q "${address[$p]}" || fail "$p on ${on[$p]} does not answer a gateway of the other region"
    until_ok 30 ask qp "${address[$p]}" || fail "$p on ${on[$p]} does not answer a pod of the other region"
    [ "$(ask qp "${address[$p]}" 30 big | wc -c)" = 8000000 ] || fail "$p on ${on[$p]} does not send 8 MB"
    echo "ok: $p on ${on[$p]} answers gateway and pod, and sends 8 MB"
  done
}

mkdir -p "$state"/{tools,log}
ln -s "$(command -v clang-19)" "$state/tools/clang"
for t in iptables ip6tables; do
  for s in '' -save -restore; do ln -s "$(command -v xtables-legacy-multi)" "$state/tools/$t$s"; done
done
place lan
ip -n "$id-lan" link add br0 type bridge
ip -n "$id-lan" address add 10.99.0.1/24 dev br0
ip -n "$id-lan" link set br0 up
for n in r1 r2 w1 q; do machine $n && hold $n; done
place qp
ip -n "$id-q" link add pod type veth peer name eth0 netns "$id-qp"
ip -n "$id-q" address add 10.52.1.1/24 dev pod
ip -n "$id-q" link set pod up
ip -n "$id-qp" address add $remote/24 dev eth0
ip -n "$id-qp" link set eth0 up
ip -n "$id-qp" route add default via 10.52.1.1
web qp $remote
api
objects >/dev/null
settings >/dev/null
for n in r1 r2 q; do key $n >/dev/null; done
for n in r1 r2 q; do wireguard $n; done
for n in w1 r1 r2; do agent $n; done
for n in w1 r1 r2; do
  until_ok 240 inside $n curl -fs -m 1 -H 'brief: true' http://127.0.0.1:9879/healthz || fail "Cilium on $n: $(tail -n 2 "$state/log/$n-agent")"
done
echo "ok: $(cilium-agent --version 2>/dev/null | head -n 1) runs on three nodes"
for p in p1 p2 p3; do pod $p "${on[$p]}" >/dev/null; done
serve_remote
for n in r1 r2; do serve $n; done
until_ok 90 active || fail "no policy was written"
first=$(active)
receive "$first"
everybody_leaves "$first"
everybody_answers
receive "$([ "$first" = r1 ] && echo r2 || echo r1)"
echo "the other region sends by the router that is not the active gateway:"
everybody_answers
receive "$first"

second=$([ "$first" = r1 ] && echo r2 || echo r1)
until_ok 30 test "$(kc get routernode "$second" -o 'jsonpath={.status.role}')" = Standby || true
ip -n "$id-lan" link set "to-$first" down
for p in $(ip netns pids "$id-$first"); do kill -STOP "$p"; done
began=$(date +%s%N)
until_ok 60 leaves_by p1 "$second" || fail "p1 does not leave by $second after $first was cut off"
echo "ok: after $first was cut off, p1 leaves by $second, $((($(date +%s%N) - began) / 1000000)) ms later"

for p in $(ip netns pids "$id-$second"); do
  [ "$(cat "/proc/$p/comm" 2>/dev/null)" != wireguard-go ] || kill -KILL "$p"
done
until_ok 10 sh -c "! ip -n $id-$second link show wt0" || fail "wt0 does not go"
wireguard "$second"
receive "$second"
until_ok 60 leaves_by p1 "$second" || fail "p1 does not leave by $second after its interface was made anew"
echo "ok: p1 leaves by $second after its interface was made anew"
echo done
