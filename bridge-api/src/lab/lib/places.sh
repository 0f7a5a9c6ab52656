# shellcheck shell=bash
# Places: network namespaces with a directory of files, and the processes in them. A place is REGION-NAME, or wan.

namespace() { echo "rb-$lab-$1"; }
is_place() { [[ -e /run/netns/$(namespace "$1") ]]; }

# make_place PLACE
make_place() {
  local ns
  ns=$(namespace "$1")
  ip netns add "$ns"
  mkdir -p "$state/place/$1/etc"
  ip -n "$ns" link set lo up
  ip netns exec "$ns" sh -c '
    echo 1 >/proc/sys/net/ipv4/ip_forward
    echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter
    echo 0 >/proc/sys/net/ipv4/conf/default/rp_filter
    echo 0 >/proc/sys/net/ipv4/conf/default/send_redirects
    echo 0 >/proc/sys/net/ipv4/conf/all/send_redirects
    echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
    echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6' 2>/dev/null || true
}

# join PLACE DEVICE OTHER DEVICE: a cable between two places.
join() {
  ip -n "$(namespace "$1")" link add "$2" type veth peer name "$4" netns "$(namespace "$3")"
  ip -n "$(namespace "$1")" link set "$2" up
  ip -n "$(namespace "$3")" link set "$4" up
}

# ip_in PLACE ARGUMENT...
ip_in() {
  local place=$1
  shift
  ip -n "$(namespace "$place")" "$@"
}

# in_place PLACE COMMAND...
in_place() {
  local place=$1
  shift
  is_place "$place" || fail "no such place: $place; there are: $(all_places | tr '\n' ' ')"
  local into
  enter_place "$place"
  "${into[@]}" "$@"
}

# enter_place PLACE: sets $into to what goes before a command that is to run there.
enter_place() {
  if is_held "$state/place/$1"; then
    enter_node "$(namespace "$1")" "$state/place/$1"
  else
    enter_network "$1"
  fi
}

# enter_network PLACE: the same, for what needs no more than the place's network and files.
enter_network() { into=(ip netns exec "$(namespace "$1")" "$here/inside" "$state/place/$1"); }

all_places() {
  local ns
  for ns in /run/netns/"rb-$lab"-*; do
    if [[ -e $ns ]]; then echo "${ns##*/rb-"$lab"-}"; fi
  done
}

# spawn PLACE NAME COMMAND...: starts a process that goes on, unless it runs already.
spawn() {
  local place=$1 name=$2
  shift 2
  runs "$place" "$name" && return
  mkdir -p "$state/log" "$state/pid/$place"
  local into
  enter_place "$place"
  setsid "${into[@]}" "$@" </dev/null >>"$state/log/$place-$name.log" 2>&1 9>&- &
  echo $! >"$state/pid/$place/$name"
  disown # or bash would announce the death of what is killed on purpose
}

pid_of() { cat "$state/pid/$1/$2" 2>/dev/null; } # PLACE NAME

runs() { # PLACE NAME
  local pid
  pid=$(pid_of "$1" "$2") && kill -0 "$pid" 2>/dev/null
}

# stop PLACE NAME [SIGNAL]: and waits until it is gone.
stop() {
  local pid
  pid=$(pid_of "$1" "$2") || return 0
  kill "-${3:-TERM}" "$pid" 2>/dev/null || true
  for _ in {1..100}; do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null || true
  rm -f "$state/pid/$1/$2"
}

remove_places() {
  local place
  for place in $(all_places); do remove_place "$place"; done
}

# remove_place PLACE: with every process in it, whoever started it there.
remove_place() {
  local ns pids
  ns=$(namespace "$1")
  pids=$(ip netns pids "$ns")
  # shellcheck disable=SC2086
  [[ -z $pids ]] || kill -KILL $pids 2>/dev/null || true
  ip netns delete "$ns"
  await 5 "the processes of $1 to end" remove_group "$ns"
}
