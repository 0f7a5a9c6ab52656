# shellcheck shell=bash
# The overlay, as an agent such as NetBird would make and keep it: on each router node a WireGuard device with the routers
# of the other regions as peers, and routes in a table of its own. One router of a region carries its pods: the one that the
# bridges have elected. How the region's own nodes get there is the business of region-bridge's agents.

up_overlay() {
  local r node
  if on_tailscale; then
    up_tailnet
    return
  fi
  mkdir -p /run/wireguard # a place to mount on: each node has sockets of its own
  for r in "${regions[@]}"; do
    for node in ${routers[$r]}; do
      [[ ! -s $state/place/$r-$node/key.pub ]] || continue
      mkdir -p "$state/place/$r-$node/wireguard"
      (umask 077 && wg genkey >"$state/place/$r-$node/key")
      wg pubkey <"$state/place/$r-$node/key" >"$state/place/$r-$node/key.pub"
    done
  done
  for r in "${regions[@]}"; do
    for node in ${routers[$r]}; do
      [[ -e $state/place/$r-$node/overlay ]] && runs "$r-$node" wireguard && continue
      say "overlay: WireGuard on $r-$node"
      up_device "$r" "$node"
      touch "$state/place/$r-$node/overlay"
    done
  done
}

up_device() {
  local r=$1 node=$2 place=$1-$2 peer
  start_wireguard "$place"
  overlay_config "$r" "$node" | in_place "$place" wg setconf $overlay_device /dev/stdin
  ip_in "$place" link set $overlay_device mtu 1420 up
  ip_in "$place" address replace "$(overlay_address "$r" "$node")/16" dev $overlay_device
  for peer in $(others "$r"); do
    ip_in "$place" route replace "$(known_pod_cidr "$peer")" dev $overlay_device table $overlay_table
  done
  ip_in "$place" rule delete priority 110 2>/dev/null || true
  ip_in "$place" rule add priority 110 lookup $overlay_table
}

start_wireguard() { # PLACE
  runs "$1" wireguard || rm -f "$state/place/$1/wireguard/$overlay_device.sock" # of one that was killed
  spawn "$1" wireguard env LOG_LEVEL=error wireguard-go -f $overlay_device
  await 20 "the WireGuard device of $1" test -S "$state/place/$1/wireguard/$overlay_device.sock"
}

# The router that a region's pods are reached by, as REGION-ROUTER: the first one until the bridges have elected one.
carrier() { cat "$state/place/$1-cp/active" 2>/dev/null || echo "$1-r1"; } # REGION

carrying() { carrier "$1" | sed "s/^$1-//"; } # REGION: the same as a router

# The device of a router.
overlay_config() { # REGION ROUTER
  local peer_region peer ranges
  printf '[Interface]\nPrivateKey = %s\nListenPort = %s\n' "$(cat "$state/place/$1-$2/key")" $overlay_port
  for peer_region in $(others "$1"); do
    for peer in ${routers[$peer_region]}; do
      ranges=$(overlay_address "$peer_region" "$peer")/32
      [[ $peer_region-$peer != "$(carrier "$peer_region")" ]] || ranges+=", $(known_pod_cidr "$peer_region")"
      printf '[Peer]\nPublicKey = %s\nAllowedIPs = %s\n' "$(cat "$state/place/$peer_region-$peer/key.pub")" "$ranges"
      [[ -n ${behind_nat[$peer_region]-} ]] ||
        printf 'Endpoint = %s:%s\n' "$(node_address "$peer_region" "$peer")" $overlay_port
      # Whoever is behind NAT keeps its way in open.
      [[ -z ${behind_nat[$1]-} ]] || printf 'PersistentKeepalive = 5\n'
    done
  done
}

# follow_overlay REGION: what the overlay's servers do all the time.
follow_overlay() {
  if on_tailscale; then follow_primary "$1"; else follow_active "$1"; fi
}

# follow_active REGION: has the other regions reach the region's pods through the router that holds the bridges' Lease,
# whenever that is another one, as overlay agents do for a range that several routers announce.
follow_active() {
  local holder last=$state/place/$1-cp/active
  [[ -e $last ]] || echo "$1-r1" >"$last"
  while true; do
    kubectl_in "$1" -n region-bridge get lease region-bridge --watch \
      -o 'jsonpath={.spec.holderIdentity}{"\n"}' 2>/dev/null | while IFS= read -r holder; do
      [[ -n $holder && $holder != "$(cat "$last")" ]] || continue
      move_to "$1" "${holder#"$1-"}"
      echo "$holder" >"$last"
      echo "$(date +%T.%3N) the pods of $1 are reached by $holder"
    done || true
    sleep 0.5 # the API server is gone, for now
  done
}

# move_to REGION ROUTER
move_to() {
  local peer node key into
  key=$(cat "$state/place/$1-$2/key.pub")
  for peer in $(others "$1"); do
    for node in ${routers[$peer]}; do
      enter_network "$peer-$node" # from inside a place, no control groups are to be seen
      "${into[@]}" wg set $overlay_device peer "$key" \
        allowed-ips "$(overlay_address "$1" "$2")/32,$(known_pod_cidr "$1")" || true
    done
  done
}
