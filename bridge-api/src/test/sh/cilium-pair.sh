#!/usr/bin/env bash
# Two regions, each with an API server, a worker and two routers in namespaces, joined by an overlay. The first runs
# real Cilium with its egress gateway; the second runs Cilium as well, or the routes engine beside real flannel and
# kube-proxy. The overlay is plain WireGuard, or WireGuard that the bridges run, or real Tailscale. Nothing of a peer is
# declared where an agent runs the overlay.
#
#   cilium-pair.sh STATE BRIDGE CRDS cilium|routes wireguard|manage|tailscale FAILOVERS [overlapping]
#
#   STATE: an empty directory; BRIDGE: the launcher; CRDS: the directory of the chart's definitions; FAILOVERS: how often
#   the first region's active gateway is cut off; overlapping: both regions have the same ranges, even the same pods'
#   addresses, and know each other by aliases
#
# Prints a line for each thing that was looked at and ends with 1 at the first that is not so. Needs root and
# `.ci/tools k8s wireguard cilium cni tailscale`.
set -euo pipefail
state=$1 bridge=$2 crds=$3 second=$4 kind=$5 failovers=$6 overlapping=${7-}
source "$(dirname "$0")/cilium-places.sh"
source "$(dirname "$0")/cilium-overlays.sh"

declare -A region=([f1]=fsn1 [f2]=fsn1 [fw]=fsn1 [m1]=mn [m2]=mn [mw]=mn)
declare -A engine=([fsn1]=cilium [mn]=$second) server=([fsn1]=10.99.0.1 [mn]=10.99.0.2)
declare -A node=([f1]=10.99.0.11 [f2]=10.99.0.12 [fw]=10.99.0.13 [m1]=10.99.0.21 [m2]=10.99.0.22 [mw]=10.99.0.23)
declare -A overlay=([f1]=100.64.1.1 [f2]=100.64.1.2 [m1]=100.64.2.1 [m2]=100.64.2.2)
declare -A pods=([f1]=10.42.1.0/24 [f2]=10.42.2.0/24 [fw]=10.42.3.0/24 [m1]=10.52.1.0/24 [m2]=10.52.2.0/24 [mw]=10.52.3.0/24)
declare -A range=([fsn1]=10.42.0.0/16 [mn]=10.52.0.0/16) services=([fsn1]=10.43.0.0/16 [mn]=10.53.0.0/16)
declare -A known=([fsn1]=10.42.0.0/16 [mn]=10.52.0.0/16) aliases=()
declare -A routers=([fsn1]='f1 f2' [mn]='m1 m2') members=([fsn1]='f1 f2 fw' [mn]='m1 m2 mw') other=([fsn1]=mn [mn]=fsn1)

if [ "$overlapping" = overlapping ]; then
  pods[m1]=10.42.1.0/24 pods[m2]=10.42.2.0/24 pods[mw]=10.42.3.0/24
  range[mn]=10.42.0.0/16 services[mn]=10.43.0.0/16
  known=([fsn1]=10.142.0.0/16 [mn]=10.143.0.0/16)
  aliases[fsn1]='{ range: 10.42.0.0/16, alias: 10.142.0.0/16 }, { range: 10.43.0.0/16, alias: 10.144.0.0/16 }'
  aliases[mn]='{ range: 10.42.0.0/16, alias: 10.143.0.0/16 }, { range: 10.43.0.0/16, alias: 10.145.0.0/16 }'
fi

# As other regions know it.
there() { # POD
  local r=${region[${1#p}]}
  echo "${known[$r]%.0.0/16}.${address[$1]#*.*.}"
}

# --- A region without Cilium -------------------------------------------------------------------------------------------

# Real flannel and kube-proxy, each once with nftables and once with iptables; the active gateway's node may be either.
declare -A filter=([m1]=nftables [m2]=iptables [mw]=nftables)

plain_node() { # NODE
  local r=${region[$1]}
  ip -n "$id-$1" link add cni0 type bridge
  ip -n "$id-$1" address add "${pods[$1]%0/24}1/24" dev cni0
  ip -n "$id-$1" link set cni0 up
  echo "{ \"Network\": \"${range[$r]}\", \"EnableNFTables\": $([ "${filter[$1]}" = nftables ] && echo true || echo false),
    \"Backend\": { \"Type\": \"host-gw\" } }" >"$state/flannel-$1.json"
  begin "$1" flannel env NODE_NAME="$1" flanneld --kube-subnet-mgr --kubeconfig-file="$state/kubeconfig-$r" \
    --net-config-path="$state/flannel-$1.json" --subnet-file="$state/subnet-$1.env" --ip-masq --iface=eth0
  begin "$1" kube-proxy kube-proxy --kubeconfig="$state/kubeconfig-$r" --hostname-override="$1" --cluster-cidr="${range[$r]}" \
    --proxy-mode="${filter[$1]}" --conntrack-max-per-core=0 --conntrack-min=0 --conntrack-tcp-timeout-established=0 \
    --conntrack-tcp-timeout-close-wait=0
}

# What both put into the kernel, and where.
plain_ready() { # NODE
  if [ "${filter[$1]}" = nftables ]; then
    until_ok 60 rules "$1" nft list ruleset || fail "no rules of flannel and kube-proxy on $1: $(tail -n 2 "$state/log/$1-flannel" "$state/log/$1-kube-proxy")"
  else
    until_ok 60 rules "$1" iptables-save || fail "no rules of flannel and kube-proxy on $1: $(tail -n 2 "$state/log/$1-flannel" "$state/log/$1-kube-proxy")"
  fi
  echo "ok: flannel masquerades and kube-proxy drops what is INVALID on $1, by ${filter[$1]}"
}

rules() { # NODE COMMAND...
  local all
  all=$(at "$1" "${@:2}")
  grep -qi masquerade <<<"$all" && grep -qi invalid <<<"$all" && grep -qi flannel <<<"$all"
}

plain_pod() { # NAME NODE
  address[$1]=${pods[$2]%0/24}10
  ip netns add "$id-$1"
  ip -n "$id-$1" link set lo up
  ip -n "$id-$2" link add "to-$1" type veth peer name eth0 netns "$id-$1"
  ip -n "$id-$2" link set "to-$1" master cni0 up
  ip -n "$id-$1" address add "${address[$1]}/24" dev eth0
  ip -n "$id-$1" link set eth0 up
  ip -n "$id-$1" route add default via "${pods[$2]%0/24}1"
  at "$1" sh -c 'echo 0 >/proc/sys/net/ipv4/tcp_mtu_probing'
  web "$1" "${address[$1]}"
}

# --- Bridges -----------------------------------------------------------------------------------------------------------

serve() { # NODE
  local r=${region[$1]}
  cat >"$state/$r.yaml" <<YAML
region: { name: $r, podCIDRs: [${range[$r]}], aliasRanges: [${aliases[$r]-}] }
$(overlay_config "$r")
kubernetes: { routerLabel: region-bridge.io/router=true }
egress: { engine: ${engine[$r]} }
YAML
  begin "$1" bridge env NODE_NAME="$1" NODE_IP="${node[$1]}" POD_NAMESPACE=region-bridge KUBECONFIG="$state/kubeconfig-$r" \
    REGION_BRIDGE_JAVA_OPTS=-XX:TieredStopAtLevel=1 bash "$bridge" serve --config "$state/$r.yaml"
}

serve_agent() { # NODE
  begin "$1" bridge-agent env NODE_NAME="$1" NODE_IP="${node[$1]}" POD_NAMESPACE=region-bridge \
    KUBECONFIG="$state/kubeconfig-${region[$1]}" bash "$bridge" serve --role agent --config "$state/${region[$1]}.yaml"
}

active() { # REGION
  cluster "$1" get lease -n region-bridge region-bridge -o 'jsonpath={.spec.holderIdentity}'
}

has_active() { [ -n "$(active "$1")" ]; } # REGION

moved() { has_active "$1" && [ "$(active "$1")" != "$2" ]; } # REGION FROM-NODE

standby() { # REGION
  local n
  for n in ${routers[$1]}; do
    [ "$n" = "$(active "$1")" ] || echo "$n"
  done
}

status() { inside "$1" curl -fs -m 2 http://127.0.0.1:8053/api/v1/status; } # NODE

kill_bridge() { # NODE: the agent lives
  local p
  for p in $(ip netns pids "$id-$1"); do
    [[ $(tr '\0' ' ' <"/proc/$p/cmdline" 2>/dev/null) != *' serve --config '* ]] || kill -KILL "$p"
  done
}

# What the bridge of a node says of the path of pods: the reason of its condition.
path() { # NODE
  status "$1" | python3 -c '
import json, sys
for c in json.load(sys.stdin)["conditions"]:
    if c["type"] == "PodPath": print(c["reason"] + ": " + c["message"])'
}

# The message of the bridge's condition on the translation of aliases, if it is in force.
translates() { # NODE
  status "$1" | python3 -c '
import json, sys
for c in json.load(sys.stdin)["conditions"]:
    if c["type"] == "AliasTranslation" and c["status"] == "True": print(c["message"])'
}

policy() { # NODE
  status "$1" | python3 -c '
import json, sys
for p in json.load(sys.stdin)["policies"]: print(p["state"] + ": " + p["message"])'
}

says() { local words; words=$("$1" "$2" 2>/dev/null) && [ -n "$words" ] && [[ $words == $3 ]]; } # path|policy|translates NODE PATTERN

# --- What is to hold ---------------------------------------------------------------------------------------------------

# Patiently: Cilium compiles programs for an interface that it has not seen before.
everybody() { # FROM-REGION TO-REGION
  local a b p q to seen
  for a in ${members[$1]}; do
    seen=''
    for b in ${members[$2]}; do
      p=p$a q=p$b
      to=$(there "$q")
      until_ok 180 ask "$p" "$to" || fail "$p does not reach $q: $(ask "$p" "$to" 2>&1)"
      seen+=" $(ask "$p" "$to")"
      [ "$(ask "$p" "$to" 60 big | wc -c)" = 8000000 ] || fail "$p does not get 8 MB from $q"
      [ "$(head -c 8000000 /dev/zero | at "$p" curl -sS -m 60 --data-binary @- "http://$to:8080/")" = 8000000 ] ||
        fail "$p does not send 8 MB to $q"
    done
    echo "ok: p$a of $1 reaches every node's pod of $2, 8 MB each way; they see$seen"
  done
}

# As kubelets do with probes. Tailscale accepts a region's own range on the router that is not its primary.
nodes_reach_pods() { # REGION
  local a b
  for a in ${members[$1]}; do
    for b in ${members[$1]}; do
      until_ok 30 inside "$a" curl -fs -m 2 -o /dev/null "http://${address[p$b]}:8080/" ||
        fail "node $a does not reach the pod of $b: $(inside "$a" ip route get "${address[p$b]}"; inside "$a" ip rule)"
    done
  done
  echo "ok: the nodes of $1 reach the pods of all of them"
}

# How long it takes until a new connection is one that gets its answer: one is tried every 50 ms.
reaches_again() { # POD ADDRESS
  at "$1" python3 -c '
import socket, sys, threading, time
began, first, lock = time.monotonic(), [None], threading.Lock()
def attempt(at):
    try:
        with socket.create_connection((sys.argv[1], 8080), timeout=0.9) as s:
            s.settimeout(0.9); s.sendall(b"GET / HTTP/1.0\r\n\r\n")
            if not s.recv(12): return
    except OSError: return
    with lock:
        if first[0] is None or at < first[0]: first[0] = at
while first[0] is None or time.monotonic() - began < first[0] + 1:
    if time.monotonic() - began > 60: sys.exit("no connection in 60 s")
    threading.Thread(target=attempt, args=(time.monotonic() - began,), daemon=True).start()
    time.sleep(0.05)
print(round(first[0] * 1000))' "$2"
}

# New connections for a while, one each 50 ms: how many of how many failed, and when the last one that did was begun.
connections() { # POD ADDRESS SECONDS
  at "$1" python3 -c '
import socket, sys, threading, time
began, failed, answered, threads = time.monotonic(), [], [0], []
def attempt(at):
    try:
        with socket.create_connection((sys.argv[1], 8080), timeout=0.9) as s:
            s.settimeout(0.9); s.sendall(b"GET / HTTP/1.0\r\n\r\n")
            (answered if s.recv(12) else failed).append(at)
    except OSError: failed.append(at)
while time.monotonic() - began < float(sys.argv[2]):
    threads.append(threading.Thread(target=attempt, args=(time.monotonic() - began,)))
    threads[-1].start()
    time.sleep(0.05)
for t in threads: t.join()
last = f", the last {max(failed):.1f} s after the first attempt" if failed else ""
print(f"{len(failed)} of {len(threads)} new connections failed{last}")
sys.exit(max(answered) < float(sys.argv[2]) - 3)' "$2" "$3"
}

mkdir -p "$state"/log
tools
for n in f1 f2 fw m1 m2 mw; do
  [ "$n" != f1 ] || lan
  machine "$n"
  hold "$n"
done
place api2
ip -n "$id-lan" link add to-api2 type veth peer name eth0 netns "$id-api2"
ip -n "$id-lan" link set to-api2 master br0 up
ip -n "$id-api2" address add 10.99.0.2/24 dev eth0
ip -n "$id-api2" link set eth0 up
api fsn1 lan
api mn api2
for r in fsn1 mn; do
  objects "$r" >/dev/null
done
overlay
for r in fsn1 mn; do
  [ "${engine[$r]}" != cilium ] || settings "$r"
  for n in ${members[$r]}; do
    if [ "${engine[$r]}" = cilium ]; then agent "$n"; else plain_node "$n"; fi
  done
done
for r in fsn1 mn; do
  for n in ${members[$r]}; do
    if [ "${engine[$r]}" = cilium ]; then healthy "$n"; else plain_ready "$n"; fi
  done
done
echo "ok: $(cilium-agent --version 2>/dev/null | head -n 1) is ready in both regions, or in the first beside the routes engine"
for n in f1 f2 fw m1 m2 mw; do
  if [ "${engine[${region[$n]}]}" = cilium ]; then
    pod "p$n" "$n"
  else
    plain_pod "p$n" "$n"
  fi
done
for n in f1 f2 m1 m2; do serve "$n"; done
if [ "$second" = routes ]; then
  for n in m1 m2 mw; do serve_agent "$n"; done
fi
introduce
for r in fsn1 mn; do
  until_ok 90 has_active "$r" ||
    fail "region $r has no active gateway"
  follow "$r"
done
for n in f1 f2 m1 m2; do # what makes segments fit, before connections that send much
  until_ok 90 inside "$n" nft list table ip region-bridge-gateway || fail "$n has no rules for packets between overlay and pods"
done
for r in fsn1 mn; do # Cilium translates addresses at the interface once its programs are there: connections opened before break
  [ "${engine[$r]}" = cilium ] || continue
  for n in ${routers[$r]}; do
    until_ok 240 inside "$n" test -e "/sys/fs/bpf/cilium/devices/$device/links/cil_to_netdev" || fail "Cilium does not use $device on $n"
  done
done
if [ "$overlapping" = overlapping ]; then
  for n in f1 f2 m1 m2; do
    until_ok 30 says translates "$n" '*10.42.0.0/16, known as*' || fail "$n does not translate aliases"
    echo "ok: $n: $(translates "$n")"
  done
fi
everybody fsn1 mn
everybody mn fsn1
for r in fsn1 mn; do nodes_reach_pods "$r"; done
if [ "$second" = routes ]; then # by the other router as well, whose filter is of the other kind
  gone=$(active mn)
  kill_bridge "$gone"
  until_ok 30 moved mn "$gone" || fail "nobody took the role of $gone"
  serve "$gone"
  leads "$(active mn)"
  until_ok 60 says path "$gone" '*' || fail "the bridge of $gone does not come back"
  echo "ok: the active gateway of mn was $gone and is $(active mn), with ${filter[$(active mn)]}"
  everybody fsn1 mn
  everybody mn fsn1
fi
for r in fsn1 mn; do
  leads "$(active "$r")"
  until_ok 30 says policy "$(active "$r")" 'active: *packets of * octets pass*' ||
    fail "$(active "$r") says: $(policy "$(active "$r")"); $(path "$(active "$r")")"
  echo "ok: $r: $(policy "$(active "$r")")"
  until_ok 30 says path "$(standby "$r")" '*' || fail "the standby of $r says nothing of the path of pods"
  echo "    standby: $(path "$(standby "$r")")"
done

times=()
for ((i = 0; i < failovers; i++)); do
  gone=$(active fsn1)
  next=$(standby fsn1)
  until_ok 30 inside "$next" curl -fs -m 1 -o /dev/null http://127.0.0.1:8053/readyz || fail "$next is not ready"
  sleep 6 # who was out of reach says that it sees only after a while
  ip -n "$id-lan" link set "to-$gone" down
  for p in $(ip netns pids "$id-$gone"); do kill -STOP "$p"; done
  took=$(reaches_again pfw "$(there pmw)") || fail "pfw does not reach pmw after $gone was cut off"
  times+=("$took")
  echo "ok: $gone was cut off; new connections by $(active fsn1) after $took ms"
  ip -n "$id-lan" link set "to-$gone" up
  for p in $(ip netns pids "$id-$gone"); do kill -CONT "$p"; done
  leads "$(active fsn1)"
  until_ok 60 says path "$gone" '*packets of * octets pass*' || fail "$gone does not come back: $(path "$gone")"
done
[ "$failovers" = 0 ] || printf '%s\n' "${times[@]}" | sort -n |
  awk '{ t[NR] = $1 } END { print "failover of new connections, ms: median " t[int((NR + 1) / 2)] ", worst " t[NR] " of " NR }'

gone=$(active fsn1)
connections pfw "$(there pmw)" 15 >"$state/connections" &
trying=$!
sleep 2
kill_bridge "$gone"
wait $trying || fail "pfw does not reach pmw after the bridge of $gone was killed: $(cat "$state/connections")"
echo "ok: the bridge of $gone was killed after 2 s, $(active fsn1) is active: $(cat "$state/connections")"
serve "$gone"
until_ok 60 says path "$gone" '*packets of * octets pass*' || fail "$gone does not come back: $(path "$gone")"
leads "$(active fsn1)"

verify_overlay

# The tunnel of a standby is dead while its interface is up.
leads "$(active fsn1)"
lost=$(standby fsn1)
cut_tunnel "$lost"
until_ok 60 says path "$lost" 'PathSilent*' || fail "$lost does not notice that its tunnel is dead: $(path "$lost")"
until_ok 60 ask "p$lost" "$(there pmw)" 2 || fail "the pod of $lost does not leave by the active gateway: $(path "$lost"); $(ip -n "$id-$lost" rule)"
echo "ok: the tunnel of $lost is dead, and its pod leaves by $(active fsn1)"
echo "    $(path "$lost")"
echo done
