#!/usr/bin/env bash
# Bridges beside real Cilium: three nodes in namespaces of their own (a worker and two routers) with an API server, and a
# remote region that is plain Linux: its pod keeps its address, as behind the routes engine, and its gateway asks with its
# overlay address, as Cilium's egress gateway does.
#
#   cilium.sh STATE BRIDGE CRDS    STATE: an empty directory; BRIDGE: the launcher; CRDS: the directory of the chart's definitions
#
# Prints a line for each thing that was looked at and ends with 1 at the first that is not so. Needs root and
# `.ci/tools k8s wireguard cilium`.
set -euo pipefail
state=$1 bridge=$2 crds=$3
source "$(dirname "$0")/cilium-places.sh"

declare -A region=([r1]=fsn1 [r2]=fsn1 [w1]=fsn1) server=([fsn1]=10.99.0.1) services=([fsn1]=10.43.0.0/16)
declare -A routers=([fsn1]='r1 r2') members=([fsn1]='r1 r2 w1')
declare -A node=([r1]=10.99.0.11 [r2]=10.99.0.12 [w1]=10.99.0.21 [q]=10.99.0.31)
declare -A overlay=([r1]=100.64.1.1 [r2]=100.64.1.2 [q]=100.64.2.1)
declare -A pods=([r1]=10.42.1.0/24 [r2]=10.42.2.0/24 [w1]=10.42.3.0/24)
declare -A on=([p1]=w1 [p2]=r1 [p3]=r2)
remote=10.52.1.10

# --- Overlay -----------------------------------------------------------------------------------------------------------

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
  begin "$1" bridge env NODE_NAME="$1" NODE_IP="${node[$1]}" POD_NAMESPACE=region-bridge KUBECONFIG="$state/kubeconfig-fsn1" \
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
  cluster fsn1 get ciliumegressgatewaypolicy region-bridge-mn \
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

mkdir -p "$state"/log
tools
lan
for n in r1 r2 w1 q; do machine $n && hold $n; done
place qp
ip -n "$id-q" link add pod type veth peer name eth0 netns "$id-qp"
ip -n "$id-q" address add 10.52.1.1/24 dev pod
ip -n "$id-q" link set pod up
ip -n "$id-qp" address add $remote/24 dev eth0
ip -n "$id-qp" link set eth0 up
ip -n "$id-qp" route add default via 10.52.1.1
web qp $remote
api fsn1 lan
objects fsn1 >/dev/null
settings fsn1
for n in r1 r2 q; do key $n >/dev/null; done
for n in r1 r2 q; do wireguard $n; done
for n in w1 r1 r2; do agent $n; done
for n in w1 r1 r2; do healthy "$n"; done
echo "ok: $(cilium-agent --version 2>/dev/null | head -n 1) runs on three nodes"
for p in p1 p2 p3; do pod $p "${on[$p]}"; done
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
until_ok 30 test "$(cluster fsn1 get routernode "$second" -o 'jsonpath={.status.role}')" = Standby || true
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
