# Network namespaces as nodes, API servers, real Cilium, and pods: what cilium.sh and cilium-pair.sh have in common. To be
# sourced by bash with `state` (an empty directory) and `crds` (the chart's definitions) set. The tables are the caller's: node
# (address by node), region (by node), pods (range by node); by region members, routers, server, services.
#
# Everything runs in network namespaces; the one setting that Cilium changes for the whole machine
# (kernel.timer_migration) is set back.
source "$(dirname "${BASH_SOURCE[0]}")/../../lab/lib/cilium-node.sh"
id=rbc$$
export PATH=$state/tools:${XDG_CACHE_HOME:-$HOME/.cache}/region-bridge/bin:$PATH:/usr/sbin:/sbin
timers=$(cat /proc/sys/kernel/timer_migration)
declare -A address=()

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
  rmdir "$(node_group "$id")"-* 2>/dev/null || true
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

hold() { # NODE
  hold_node "$id-$1" "$state/node/$1"
  until_ok 10 is_held "$state/node/$1" || fail "no place for node $1"
}

inside() { # NODE COMMAND...
  local into
  enter_node "$id-$1" "$state/node/$1"
  "${into[@]}" "${@:2}"
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

settings() { cilium_settings "$1" "$state/cilium-$1" "${server[$1]}"; } # REGION

agent() { # NODE
  local agent
  cilium_agent "$1" "$state/kubeconfig-${region[$1]}" "$state/cilium-${region[$1]}" "$state/tools"
  begin "$1" agent "${agent[@]}"
}

healthy() { until_ok 300 cilium_healthy "$1" || fail "Cilium on $1: $(tail -n 2 "$state/log/$1-agent")"; } # NODE

pod() { # NAME NODE
  ip netns add "$id-$1"
  ip -n "$id-$1" link set lo up
  address[$1]=$(cilium_pod "${region[$2]}" "$1" "$2" "${node[$2]}" "$id-$1" "$state/log/cni") ||
    fail "no address for $1: $(tail -n 2 "$state/log/cni")"
  # Cilium's chart has pods find out what fits; releases before 1.20 do not, and neither does this.
  at "$1" sh -c 'echo 0 >/proc/sys/net/ipv4/tcp_mtu_probing'
  web "$1" "${address[$1]}"
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

tools() { link_cilium_tools "$state/tools"; }

key() { [ -s "$state/$1.key" ] || (umask 077 && wg genkey >"$state/$1.key"); wg pubkey <"$state/$1.key"; }

