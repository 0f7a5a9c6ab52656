# shellcheck shell=bash
# What clients notice: a probe in a pod of each of the two regions asks for names of the other and connects to its pods.

# Where probes run, and what they ask of which region.
probes() { printf 'mn fsn1\nfsn1 mn\n'; }

# start_probes FILE: FILE.REGION gets what each of them reports.
declare -A probe_input=() probe_pid=()
start_probes() {
  local from to fd
  while read -r from to; do
    rm -f "$1.$from.in"
    mkfifo "$1.$from.in"
    in_place "$from-client" "$(java_program)" "${small_java[@]}" -cp "$state/classes" io.regionbridge.lab.Probe \
      "$(cluster_dns "$from")" "nats-$to-headless.nats.$(domain "$to")" "nats.svc.$(domain "$to")" \
      "$(known_pod_address "$to" postgres-0)" 5432 <"$1.$from.in" >"$1.$from" 2>"$state/log/probe-$from.log" 9>&- &
    probe_pid[$from]=$!
    exec {fd}>"$1.$from.in"
    probe_input[$from]=$fd
  done < <(probes)
}

# For when the lab ends before they do.
abandon_probes() {
  [[ ${#probe_pid[@]} == 0 ]] || kill "${probe_pid[@]}" 2>/dev/null || true
}

tell_probes() { # mark|stop
  local fd
  for fd in "${probe_input[@]}"; do echo "$1" >&"$fd"; done
}

# stop_probes FILE: and sets $report to all that they saw: sums of what was lost, the worst of the times.
# shellcheck disable=SC2034
stop_probes() {
  local from fd
  tell_probes stop
  for from in "${!probe_input[@]}"; do
    fd=${probe_input[$from]}
    exec {fd}>&-
    wait "${probe_pid[$from]}" || fail "a probe failed; see $state/log/probe-$from.log"
  done
  probe_input=()
  probe_pid=()
  report=$(cat "$1".mn "$1".fsn1 | tr ' ' '\n' | awk -F= '
    $1 ~ /slowest|recovered/ { if ($2 > value[$1]) value[$1] = $2; next }
    NF == 2 { value[$1] += $2 }
    END { for (key in value) printf "%s=%d\n", key, value[key] }')
  rm -f "$1".*
  for from in mn fsn1; do sed "s/^/lab:          from $from: /" "$state/log/probe-$from.log" >&2; done
}

# Whether everything is as it should be: every bridge is ready, and clients get new names and new connections, both ways.
healthy() {
  local from to node
  for from in "${regions[@]}"; do
    for node in ${routers[$from]}; do bridge_ready "$from" "$node" || return 1; done
  done
  while read -r from to; do
    in_place "$from-client" dig +time=2 +tries=1 "h$RANDOM$RANDOM.nats.svc.$(domain "$to")" 2>/dev/null |
      grep -q 'status: NXDOMAIN' || return 1
    answers "$from" "nats-$to-headless.nats.$(domain "$to")" A || return 1
    connects "$from" "$(known_pod_address "$to" postgres-0)" 5432 || return 1
  done < <(probes)
}

connects() { connects_from "$1-client" "$2" "$3"; } # REGION ADDRESS PORT

connects_from() { # PLACE ADDRESS PORT
  timeout 2 ip netns exec "$(namespace "$1")" bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$2" "$3" 2>/dev/null
}

# median: of the numbers that it reads.
median() {
  sort -n | awk '{ n[NR] = $1 } END { print NR % 2 ? n[(NR + 1) / 2] : int((n[NR / 2] + n[NR / 2 + 1]) / 2) }'
}
