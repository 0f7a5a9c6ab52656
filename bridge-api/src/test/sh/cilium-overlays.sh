# The overlays of cilium-pair.sh: who makes the tunnels, and by which router a region's pods are reached. To be sourced by
# bash with `kind` set. The tables are the caller's.
#
#   wireguard  an agent's: this script is the agent, and sends a region's range to the router that is the active gateway
#   manage     the bridges': each region is declared in the other
#   tailscale  real tailscaled with its test control server: the primary router stays until somebody moves it

case $kind in
  wireguard) device=wt0 port=51820 ;;
  manage) device=wg0 port=51820 ;;
  tailscale) device=tailscale0 port=41641 ;;
  *) fail "no such overlay: $kind" ;;
esac

overlay() {
  local n
  case $kind in
    wireguard)
      for n in f1 f2 m1 m2; do key $n >/dev/null; done
      for n in f1 f2 m1 m2; do wireguard $n; done
      ;;
    manage) ;;
    tailscale)
      at lan tailnet -address 10.99.0.1 </dev/null >"$state/log/tailnet" 2>&1 &
      disown
      until_ok 20 console nodes || fail "no control server: $(tail -n 2 "$state/log/tailnet")"
      for n in f1 f2 m1 m2; do tailscaled_on $n; done
      ;;
  esac
  leads f1
  leads m1
}

# The bridge's configuration.
overlay_config() { # REGION
  local n
  if [ $kind != manage ]; then
    echo "overlay: { interface: $device }"
    return
  fi
  printf 'overlay:\n  interface: %s\n  mode: manage\n  nodes:\n' $device
  for n in ${routers[$1]}; do
    echo "    - { name: $n, address: ${overlay[$n]}/16, endpoint: \"${node[$n]}:$port\" }"
  done
}

# What an administrator does once the bridges have started.
introduce() {
  [ $kind = manage ] || return 0
  local r n first gateways
  for r in fsn1 mn; do
    first=${routers[$r]%% *} gateways=''
    for n in ${routers[$r]}; do gateways+=${gateways:+, }${overlay[$n]}; done
    until_ok 90 says announced_key "$first" '*=' || fail "$first announces no key"
    cluster "${other[$r]}" create -f - >/dev/null <<YAML
apiVersion: region-bridge.io/v1alpha1
kind: Region
metadata: { name: $r }
spec:
  podCIDRs: [${known[$r]}]
  gateways: [$gateways]
  wireguard: { publicKey: "$(announced_key "$first")", endpoint: "${node[$first]}:$port", persistentKeepalive: 5 }
YAML
  done
}

announced_key() { cluster "${region[$1]}" get routernode "$1" -o 'jsonpath={.spec.publicKey}'; } # NODE

# From now on the region's pods are reached by this router. What NetBird's and Tailscale's servers do; bridges that make
# the tunnels see to it themselves.
leads() { # NODE
  local n peer
  case $kind in
    wireguard)
      for n in ${routers[${other[${region[$1]}]}]}; do
        for peer in ${routers[${region[$1]}]}; do
          inside "$n" wg set wt0 peer "$(key "$peer")" endpoint "${node[$peer]}:51820" persistent-keepalive 5 \
            allowed-ips "${overlay[$peer]}/32$([ "$peer" != "$1" ] || echo ",${known[${region[$1]}]}")"
        done
      done
      ;;
    manage) ;;
    tailscale)
      for n in ${routers[${region[$1]}]}; do
        console "routes?host=$n&routes=$([ "$n" != "$1" ] || echo "${known[${region[$1]}]}")" ||
          fail "$n is no device of the tailnet"
      done
      primary[${region[$1]}]=$1
      ;;
  esac
}
declare -A primary=()

# The region's pods are reached by the gateway that is active. Tailscale's server knows nothing of that.
follow() { # REGION
  [ $kind = tailscale ] || leads "$(active "$1")"
}

# Nothing passes by this node's tunnel any more, and its interface stays.
cut_tunnel() { # NODE
  at "$1" iptables -A OUTPUT -p udp --dport $port -j DROP
  at "$1" iptables -A INPUT -p udp --dport $port -j DROP
  [ $kind != tailscale ] || at "$1" iptables -A OUTPUT -p tcp --dport 26002 -j DROP # the relay
}

# What is so on this overlay alone.
verify_overlay() {
  [ $kind = tailscale ] || return 0
  local r n moved
  for r in fsn1 mn; do
    leads "${primary[$r]}"
    for n in ${routers[$r]}; do [ "$n" = "${primary[$r]}" ] || moved=$n; done
    until_ok 30 accepts "$moved" "${known[$r]}" || fail "$moved does not accept the range of its own region"
    until_ok 30 says own_rule "$moved" '*' || fail "no rule for the own range on $moved: $(inside "$moved" ip rule)"
    nodes_reach_pods "$r"
    inside "$moved" ip rule delete priority 5180
    leaves_by_tailnet "$moved" || fail "without the rule $moved does not send what is for its own pods to the tailnet"
    until_ok 40 says own_rule "$moved" '*' || fail "the rule for the own range on $moved does not come back"
    ! leaves_by_tailnet "$moved" || fail "$moved sends what is for its own pods to the tailnet"
    nodes_reach_pods "$r"
    echo "ok: $moved accepts the range of its own region $r from ${primary[$r]}, and a rule keeps pods off that"

    leads "$moved"
    until_ok 40 accepts_no_more "$moved" "${known[$r]}" || fail "$moved still accepts its own range"
    until_ok 40 ask "pfw" "$(there pmw)" || fail "pfw does not reach pmw after Tailscale's primary router of $r moved"
    until_ok 40 ask "pmw" "$(there pfw)" || fail "pmw does not reach pfw after Tailscale's primary router of $r moved"
    echo "ok: Tailscale's primary router of $r moved to $moved, and pods reach each other"
  done
  [ "${engine[mn]}" != routes ] || survive_bridge
}

# Pods' packets are taken from the primary router alone, whose bridge dies while its tailscaled lives: the other bridge
# becomes the active gateway, and traffic stays where it is.
survive_bridge() {
  local active i lost=0
  active=$(active mn)
  leads "$active"
  until_ok 40 accepts_no_more "$active" "${known[mn]}" || fail "$active still accepts its own range"
  until_ok 40 ask pmw "$(there pfw)" || fail "pmw does not reach pfw"
  kill_bridge "$active"
  for ((i = 0; i < 40; i++)); do
    ask pmw "$(there pfw)" 2 >/dev/null 2>&1 || lost=$((lost + 1))
    ask pfw "$(there pmw)" 2 >/dev/null 2>&1 || lost=$((lost + 1))
    sleep 0.25
  done
  [ $lost -lt 10 ] || fail "$lost of 80 connections failed after the bridge of $active died" # a busy machine loses one now and then
  [ "$(active mn)" != "$active" ] || fail "$active is still the active gateway"
  echo "ok: the bridge of the primary router $active died; $(active mn) is the active gateway, pods go on by $(carrier mn): $lost of 80 connections failed"
  serve "$active"
}

carrier() { cluster "$1" get routernode "$(active "$1")" -o 'jsonpath={.status.carrier}'; } # REGION

accepts() { inside "$1" ip route show table 52 | grep -q "^$2 "; } # NODE RANGE
accepts_no_more() { ! accepts "$@"; }
leaves_by_tailnet() { [[ $(inside "$1" ip route get "${pods[$1]%0/24}77") == *tailscale0* ]]; } # NODE
own_rule() { inside "$1" ip rule | grep '^5180:'; } # NODE

# --- Plain WireGuard ---------------------------------------------------------------------------------------------------

wireguard() { # NODE
  begin "$1" wg env LOG_LEVEL=error wireguard-go -f wt0
  until_ok 10 inside "$1" wg show wt0 || fail "no wt0 on $1"
  inside "$1" wg set wt0 private-key "$state/$1.key" listen-port 51820
  ip -n "$id-$1" link set wt0 mtu 1280 up
  ip -n "$id-$1" address add "${overlay[$1]}/16" dev wt0
  ip -n "$id-$1" route add "${known[${other[${region[$1]}]}]}" dev wt0
}

# --- Tailscale ---------------------------------------------------------------------------------------------------------

console() { at lan curl -fsS -m 5 "http://10.99.0.1:26001/$1"; } # PATH

tailscale() { # NODE ARGUMENT...
  inside "$1" env TS_BE_CLI=1 tailscaled --socket=/run/tailscale/tailscaled.sock "${@:2}"
}

tailscaled_on() { # NODE
  mkdir -p "$state/tailscale-$1"
  begin "$1" tailscaled env TS_NO_LOGS_NO_SUPPORT=true TS_LOGS_DIR="$state/tailscale-$1" tailscaled --tun=tailscale0 \
    --statedir="$state/tailscale-$1" --socket=/run/tailscale/tailscaled.sock --port=41641 --no-logs-no-support
  until_ok 30 tailscale "$1" status --json || fail "no tailscaled on $1: $(tail -n 2 "$state/log/$1-tailscaled")"
  tailscale "$1" up --timeout=60s --login-server=http://10.99.0.1:26000 --hostname="$1" --accept-dns=false --accept-routes \
    --advertise-routes="${known[${region[$1]}]}" >>"$state/log/$1-tailscaled" 2>&1 || fail "$1 does not join the tailnet"
  until_ok 30 console "set?host=$1&online=true" || fail "the tailnet does not know $1"
  overlay[$1]=$(inside "$1" ip -4 -o address show tailscale0 | awk '{ print substr($4, 1, index($4, "/") - 1) }')
}
