# shellcheck shell=bash
# Up, down, and what holds in between.

programs=(ip nft wg wireguard-go etcd kube-apiserver kubectl coredns nats-server psql jq curl openssl dig helm runuser setsid setpriv)
PATH=${XDG_CACHE_HOME:-$HOME/.cache}/region-bridge/bin:$PATH:/usr/sbin:/sbin

up() {
  while [[ $# -gt 0 ]]; do
    if [[ $1 == --overlapping ]]; then
      [[ -e $state/overlapping || -z $(all_places) ]] || fail "lab '$lab' is up without --overlapping; run lab down"
      touch "$state/overlapping"
      plan_overlapping
      shift
      continue
    fi
    if [[ $1 == --overlay && ${2-} == tailscale ]]; then
      [[ -z $(all_places) ]] || on_tailscale || fail "lab '$lab' is up without --overlay tailscale; run lab down"
      touch "$state/overlay-tailscale"
      plan_tailscale
      shift 2
      continue
    fi
    if [[ $1 == --cni && ${2-} == cilium ]]; then
      [[ -z $(all_places) ]] || on_cilium || fail "lab '$lab' is up without --cni cilium; run lab down"
      touch "$state/cni-cilium"
      shift 2
      continue
    fi
    [[ $1 == --with && ${2-} == cassandra ]] ||
      fail "up takes --overlapping, --overlay tailscale, --cni cilium and --with cassandra, not $*"
    need_cassandra
    if ! has_cassandra; then
      touch "$state/with-cassandra"
      plan_cassandra
    fi
    shift 2
  done
  need "${programs[@]}"
  ! on_tailscale || need_tailscale
  ! on_cilium || need_cilium
  [[ -x $(postgres_bin)/postgres ]] || fail 'not installed: Postgres; run .ci/tools lab'
  java_program >/dev/null
  compile
  up_network
  spawn_wan
  up_overlay
  up_clusters
  up_coredns
  up_bridges
  up_workloads
  mend
  say "up: ${regions[*]}; try: region-bridge lab check"
}

down() {
  say "down: stopping everything in lab '$lab'"
  remove_places
  down_cilium
  rm -rf "$state" "${state%/*}/.$lab.lock"
  rmdir --ignore-fail-on-non-empty "${state%/*}/.wireguard" /run/wireguard /run/tailscale 2>/dev/null || true
  say 'down: nothing is left'
}

status() {
  local place name r
  [[ -n $(all_places) ]] || fail "lab '$lab' is not up"
  for r in "${regions[@]}"; do
    printf '%-16s %-12s %s\n' "$r" gateway "$r-$(active "$r") is active"
  done
  for place in $(all_places); do
    for name in "$state/pid/$place"/*; do
      [[ -e $name ]] || continue
      name=${name##*/}
      printf '%-16s %-12s %s\n' "$place" "$name" "$(runs "$place" "$name" && echo runs || echo 'does not run')"
    done
  done
}
