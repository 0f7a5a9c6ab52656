# shellcheck shell=bash
# The overlay of `lab up --overlay tailscale`: real tailscaled on each router node, with Tailscale's own test control server
# and relay in the WAN. All routers of a region advertise its range. What the test server does not do is done here: one of
# them is the primary router, and another one becomes that when the control server has not heard of it for 15 s.

readonly tailnet_address=198.18.0.1 tailnet_port=26000 primary_patience=15

on_tailscale() { [[ -e $state/overlay-tailscale ]]; }

need_tailscale() {
  command -v tailscaled >/dev/null && command -v tailnet >/dev/null ||
    fail 'not installed: tailscaled; run .ci/tools tailscale'
}

plan_tailscale() {
  overlay_device=tailscale0
  overlay_port=41641
}

up_tailnet() {
  local r node
  mkdir -p /run/tailscale # a place to mount on: each node has a socket of its own
  ip_in wan address replace $tailnet_address/32 dev lo
  spawn wan tailnet tailnet -address $tailnet_address -port $tailnet_port
  await 20 'the control server of the tailnet' tailnet_console nodes
  for r in "${regions[@]}"; do
    for node in ${routers[$r]}; do
      runs "$r-$node" tailscaled && continue
      say "overlay: Tailscale on $r-$node"
      up_tailscale "$r" "$node"
    done
  done
  for r in "${regions[@]}"; do make_primary "$r" "$(carrier "$r")"; done
}

up_tailscale() { # REGION ROUTER
  local place=$1-$2
  start_tailscaled "$place"
  tailscale_in "$place" up --timeout=60s --login-server=http://$tailnet_address:$tailnet_port --hostname="$place" \
    --accept-dns=false --accept-routes --advertise-routes="$(known_pod_cidr "$1")" >>"$state/log/$place-tailscaled.log" 2>&1 ||
    fail "$place does not join the tailnet; see $state/log/$place-tailscaled.log"
  tailnet_console "set?host=$place&online=true"
  ip_in "$place" -4 -o address show $overlay_device | awk '{ sub("/.*", "", $4); print $4 }' \
    >"$state/place/$place/overlay-address"
}

start_tailscaled() { # PLACE
  local dir=$state/place/$1
  mkdir -p "$dir/tailscale" "$dir/tailnet"
  spawn "$1" tailscaled env TS_NO_LOGS_NO_SUPPORT=true TS_LOGS_DIR="$dir/tailnet" tailscaled --tun=$overlay_device \
    --statedir="$dir/tailnet" --socket=/run/tailscale/tailscaled.sock --port=$overlay_port --no-logs-no-support
  await 30 "tailscaled of $1" tailscale_in "$1" status --json
}

tailscale_in() { # PLACE ARGUMENT...
  in_place "$1" env TS_BE_CLI=1 tailscaled --socket=/run/tailscale/tailscaled.sock "${@:2}" 2>/dev/null
}

tailnet_console() { # PATH
  in_place wan curl -fsS -m 5 "http://$tailnet_address:$((tailnet_port + 1))/$1"
}

# make_primary REGION PLACE: the others' routes are advertised, but not in use.
make_primary() {
  local node
  for node in ${routers[$1]}; do
    tailnet_console "routes?host=$1-$node&routes=$([[ $1-$node != "$2" ]] || known_pod_cidr "$1")"
  done
}

follow_primary() { # REGION
  local node now last=$state/place/$1-cp/active gone=0
  [[ -e $last ]] || echo "$1-r1" >"$last"
  while sleep 1; do
    if tailnet_hears "$(cat "$last")"; then
      gone=0
      continue
    fi
    ((++gone >= primary_patience)) || continue
    for node in ${routers[$1]}; do
      now=$1-$node
      tailnet_hears "$now" || continue
      make_primary "$1" "$now"
      echo "$now" >"$last"
      echo "$(date +%T.%3N) the pods of $1 are reached by $now"
      break
    done
  done
}

# Whether the control server can hear of a router node.
tailnet_hears() { # PLACE
  runs "$1" tailscaled && [[ $(ip_in "${1%-*}-edge" -br link show "${1##*-}") == *" UP "* ]]
}
