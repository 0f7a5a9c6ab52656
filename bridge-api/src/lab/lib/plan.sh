# shellcheck shell=bash
# The plan of the world: which regions there are, and all of their names and addresses. Nothing here does anything.

read -r -a regions <<<"${REGION_BRIDGE_LAB_REGIONS:-mn fsn1 mgmt}"

# On premises behind NAT; a data centre with public addresses; a single node that reaches both. Each region has another
# way of configuring CoreDNS, and none of the ranges overlap.
declare -A number=([mn]=1 [fsn1]=2 [mgmt]=3)
declare -A lan=([mn]=192.168.10 [fsn1]=203.0.113 [mgmt]=192.0.2)
declare -A behind_nat=([mn]=yes)
declare -A pods=([mn]=10.52 [fsn1]=10.42 [mgmt]=10.62)
declare -A services=([mn]=10.53 [fsn1]=10.43 [mgmt]=10.63)
# By which other regions know them, where that is not the same.
declare -A known_pods=() known_services=()
declare -A routers=([mn]='r1 r2' [fsn1]='r1 r2' [mgmt]='r1')
declare -A worker=([mn]=w1 [fsn1]=w1 [mgmt]=r1)
declare -A coredns_kind=([mn]=k3s [fsn1]=kubeadm [mgmt]=k3s)

# Pods and their last octet. A pod NAME of region R lives in the namespace of place R-NAME.
declare -A pod_octet=([coredns]=2 [client]=3 [nats-0]=10 [postgres-0]=20 [db-0]=30 [db-1]=31 [db-2]=32
  [cassandra-0]=40 [cassandra-1]=41 [web-0]=50)
declare -A region_pods=(
  [mn]='coredns client nats-0 postgres-0 db-0 db-1 web-0'
  [fsn1]='coredns client nats-0 postgres-0 db-0 db-1 db-2 web-0'
  [mgmt]='coredns client web-0'
)

# What is there on request only, since it is heavy: lab up --with cassandra.
plan_cassandra() {
  local r
  for r in mn fsn1; do region_pods[$r]+=' cassandra-0 cassandra-1'; done
}

# Two regions as k3s makes them, with the same ranges and even the same addresses: lab up --overlapping. The third does not
# know of it.
plan_overlapping() {
  pods[mn]=${pods[fsn1]} services[mn]=${services[fsn1]}
  known_pods=([mn]=10.152 [fsn1]=10.142) known_services=([mn]=10.153 [fsn1]=10.143)
}

# Last octets in the LAN: the edge router is 1, the control plane 5.
declare -A lan_octet=([edge]=1 [cp]=5 [r1]=11 [r2]=12 [w1]=21)

# How long the WAN holds a packet on its way into a region, in milliseconds: mn is 200 ms from fsn1 and 120 ms from mgmt, there
# and back.
declare -A wan_delay=([mn]=100 [fsn1]=100 [mgmt]=20)

readonly overlay_table=7120
overlay_port=51820 overlay_device=wt0

domain() { echo "astring-$1.internal"; }
public_net() { echo "198.18.${number[$1]}"; } # REGION: of its edge router and of the WAN's end of the line
nodes() { # REGION: those that are Nodes in Kubernetes
  if [[ ${worker[$1]} == w1 ]]; then echo "${routers[$1]} w1"; else echo "${routers[$1]}"; fi
}
node_address() { echo "${lan[$1]}.${lan_octet[$2]}"; }                # REGION NODE
overlay_address() { # REGION ROUTER
  cat "$state/place/$1-$2/overlay-address" 2>/dev/null || echo "100.64.${number[$1]}.${2#r}"
}
pod_address() { # REGION POD: of the plan, or as Cilium has given it
  cat "$state/place/$1-$2/address" 2>/dev/null || echo "${pods[$1]}.1.${pod_octet[$2]}"
}
pod_cidr() { echo "${pods[$1]}.0.0/16"; }
known_pod_address() { # REGION POD, to other regions
  local address
  address=$(pod_address "$@")
  echo "${known_pods[$1]-${pods[$1]}}.${address#*.*.}"
}
known_pod_cidr() { echo "${known_pods[$1]-${pods[$1]}}.0.0/16"; }
service_cidr() { echo "${services[$1]}.0.0/16"; }
cluster_dns() { echo "${services[$1]}.0.10"; }
web_cluster_ip() { echo "${services[$1]}.0.80"; }
postgres_cluster_ip() { echo "${services[$1]}.0.54"; }
api_url() { echo "https://$(node_address "$1" cp):6443"; }

has_region() { [[ " ${regions[*]} " == *" $1 "* ]]; }
others() { # REGION: the other regions
  local r
  for r in "${regions[@]}"; do
    if [[ $r != "$1" ]]; then echo "$r"; fi
  done
}
