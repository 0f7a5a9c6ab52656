# shellcheck shell=bash
# Cables, addresses, routes, NAT: everything below the overlay.

up_network() {
  local r
  if [[ -e $state/network ]]; then
    up_pods
    return
  fi
  remove_places # what is left of an up that did not get to its end
  say 'network: namespaces, LANs, NAT, and a WAN of 120 to 200 ms there and back'
  make_place wan
  for r in "${regions[@]}"; do up_lan "$r"; done
  on_cilium || for r in "${regions[@]}"; do up_pod_network "$r"; done
  up_pods
  up_wan
  touch "$state/network"
}

# The LAN of a region: an edge router with a switch, and the nodes at its ports.
up_lan() {
  local r=$1 edge=$1-edge node address public
  public=$(public_net "$r")
  make_place "$edge"
  join wan "to-$r" "$edge" wan0
  ip_in wan address add "$public.1/30" dev "to-$r"
  ip_in "$edge" address add "$public.2/30" dev wan0
  ip_in "$edge" route add default via "$public.1"
  ip_in "$edge" link add lan0 type bridge
  ip_in "$edge" address add "$(node_address "$r" edge)/24" dev lan0
  ip_in "$edge" link set lan0 up
  for node in cp $(nodes "$r"); do
    make_place "$r-$node"
    join "$edge" "$node" "$r-$node" eth0
    ip_in "$edge" link set "$node" master lan0
    address=$(node_address "$r" "$node")
    ip_in "$r-$node" address add "$address/24" dev eth0
    ip_in "$r-$node" route add default via "$(node_address "$r" edge)"
    if on_cilium && [[ $node != cp ]]; then
      hold_node "$(namespace "$r-$node")" "$state/place/$r-$node"
      await 10 "the namespaces of $r-$node" is_held "$state/place/$r-$node"
    fi
  done
  if [[ -n ${behind_nat[$r]-} ]]; then
    # As a home router does: what goes out gets its address, and nothing comes in unasked.
    in_place "$edge" nft -f - <<'NFT'
table ip nat {
  chain out { type nat hook postrouting priority srcnat; oifname wan0 masquerade; }
}
table ip filter {
  chain forward {
    type filter hook forward priority filter;
    ct state established,related accept
    iifname wan0 drop
  }
}
NFT
  else
    ip_in wan route add "${lan[$r]}.0/24" via "$public.2"
  fi
}

# Between the nodes of a region: routes to the range of the node on which the pods are, and ClusterIPs by its nftables.
up_pod_network() {
  local r=$1 home=$1-${worker[$1]} node
  ip_in "$home" address add 169.254.1.1/32 dev lo
  for node in cp $(nodes "$r"); do
    [[ $node == "${worker[$r]}" ]] ||
      ip_in "$r-$node" route add "${pods[$r]}.1.0/24" via "$(node_address "$r" "${worker[$r]}")"
  done
  in_place "$home" nft -f - <<NFT
table ip services {
  chain in {
    type nat hook prerouting priority dstnat;
    ip daddr $(cluster_dns "$r") dnat to $(pod_address "$r" coredns)
    ip daddr $(postgres_cluster_ip "$r") dnat to ${pods[$r]}.1.${pod_octet[postgres-0]}
  }
}
NFT
}

# The pods that are planned and not there yet. Cilium adds them once there are API servers.
up_pods() {
  local r pod
  ! on_cilium || return 0
  for r in "${regions[@]}"; do
    for pod in ${region_pods[$r]}; do
      is_place "$r-$pod" || up_pod "$r" "$pod"
    done
  done
}

# A pod is routed, with an address of its node's range, as Cilium and Calico do it.
up_pod() { # REGION POD
  local r=$1 place=$1-$2 home=$1-${worker[$1]} address
  address=$(pod_address "$r" "$2")
  make_place "$place"
  join "$home" "v-$2" "$place" eth0
  ip_in "$place" address add "$address/32" dev eth0
  ip_in "$place" route add 169.254.1.1 dev eth0 scope link
  ip_in "$place" route add default via 169.254.1.1
  ip_in "$home" route add "$address/32" dev "v-$2"
  pod_files "$r" "$place"
}

pod_files() { # REGION PLACE
  cat >"$state/place/$2/etc/resolv.conf" <<RESOLV
nameserver $(cluster_dns "$1")
search default.svc.cluster.local svc.cluster.local cluster.local
options ndots:5
RESOLV
  # Unlike the host's, it knows no names that are none of Kubernetes's.
  echo "127.0.0.1 localhost" >"$state/place/$2/etc/hosts"
}

# The WAN delays what crosses it, by netem; where the kernel has none, by a program behind a TUN device.
up_wan() {
  local r
  if set_netem add 2>/dev/null; then
    echo netem >"$state/wan"
    return
  fi
  echo tun >"$state/wan"
  say 'this kernel has no netem: a program delays the packets instead'
  write_wan
  ip_in wan tuntap add dev delay mode tun
  ip_in wan link set delay mtu 1500 up
  ip_in wan route add default dev delay table 100
  for r in "${regions[@]}"; do ip_in wan rule add iif "to-$r" lookup 100; done
  spawn_wan
}

spawn_wan() {
  [[ $(cat "$state/wan") == tun ]] || return 0
  spawn wan delay "$(java_program)" "${small_java[@]}" -cp "$state/classes" io.regionbridge.lab.Wan delay "$state/wan.settings"
}

# What each line loses, in percent of the packets in each direction.
declare -A lost=()

# set_loss PERCENT [REGION]: what the lines of all regions lose, or that of one alone.
set_loss() {
  local r out
  for r in "${regions[@]}"; do
    lost[$r]=0
    if [[ ${2-$r} == "$r" ]]; then lost[$r]=$1; fi
  done
  if [[ $(cat "$state/wan") == netem ]]; then
    set_netem change
    # Into the other regions a packet meets no loss: so it does on its way out of this one.
    for r in "${regions[@]}"; do
      out=0
      [[ $# == 1 ]] || out=${lost[$r]}
      set_netem_out "$r" "$out"
    done
  else
    write_wan
    sleep 0.3 # it looks five times a second
  fi
}

set_netem() { # add|change
  local r
  for r in "${regions[@]}"; do
    in_place wan tc qdisc "$1" dev "to-$r" root netem delay "${wan_delay[$r]}ms" loss "${lost[$r]-0}%" limit 20000
  done
}

set_netem_out() { # REGION PERCENT
  if [[ $2 == 0 ]]; then
    in_place "$1-edge" tc qdisc delete dev wan0 root 2>/dev/null || true
  else
    in_place "$1-edge" tc qdisc replace dev wan0 root netem loss "$2%" limit 20000
  fi
}

# A line for each network: its first three octets, milliseconds on the way into it, percent lost into it and out of it.
write_wan() {
  local r net
  for r in "${regions[@]}"; do
    for net in "$(public_net "$r")" "${lan[$r]}"; do echo "$net ${wan_delay[$r]} ${lost[$r]-0}"; done
  done >"$state/wan.settings.new"
  mv "$state/wan.settings.new" "$state/wan.settings"
}
