# shellcheck shell=bash disable=SC2034,SC2154
# One node's view of its cluster: view ADDRESS PORT SIZE prints the members of a JSON object. Asks
# twice on one connection, since the names of the namespaces come with the first reply, and a third
# time for the rosters of those that are strongly consistent. The caller ends it after 2 s.
view() {
  open_info "$1" "$2" || silent "$answer"
  ask 2 $'statistics\nnode\nbuild\nnamespaces\n' || silent "$(silence $?)"
  hear_node
  check_namespaces
  ask 2 "$(questions "$3")"$'\n' || silent "$(silence $?)"
  hear_cluster
  check_heard
  [[ -z $strong ]] || ask_rosters
  tell_view
}

silent() {
  printf '"answer":"silent","reason":"%s"' "$1"
  exit
}

silence() {
  case $1 in
    1) printf closed ;;
    2) printf unreadable ;;
    *) printf timed-out ;;
  esac
}

questions() {
  local name
  for name in $namespaces; do printf 'namespace/%s\n' "$name"; done
  printf 'cluster-stable:size=%s;ignore-migrations=true\ncluster-stable:size=%s\n' "$1" "$1"
}

hear_node() {
  local line told IFS=$'\n'
  namespaces='' node='' build='' statistics=''
  for line in $reply; do
    told=${line#*$'\t'}
    refuse_error "$told"
    case $line in
      statistics$'\t'*) statistics=$told ;;
      node$'\t'*) node=$told ;;
      build$'\t'*) build=$told ;;
      namespaces$'\t'*) namespaces=${told//;/ } ;;
    esac
  done
}

refuse_error() {
  says_error "$1" || return 0
  case $1 in
    ?????:8[01]:*) silent not-allowed ;;
    *) silent error ;;
  esac
}

# No node is without a namespace, and what is not said of one of them is unknown.
check_namespaces() {
  local name
  [[ -n $namespaces ]] || silent incomplete:namespaces
  for name in $namespaces; do is_word "$name" || silent incomplete:namespaces; done
}

hear_cluster() {
  local line told IFS=$'\n'
  stable='' settled='' migrations=0 unavailable=0 dead=0 stops=false strong='' heard=' '
  for line in $reply; do
    told=${line#*$'\t'}
    case $line in
      namespace/*$'\t'*) hear_namespace "${line%%$'\t'*}" "$told" ;;
      cluster-stable:*ignore-migrations=true$'\t'*) hear_key stable "$told" ;;
      cluster-stable:*$'\t'*) hear_key settled "$told" ;;
    esac
  done
}

# A key means yes, an error no; anything else is no answer.
hear_key() {
  if [[ $2 =~ ^[0-9A-Fa-f]{1,16}$ ]]; then
    printf -v "$1" true
  elif says_error "$2"; then
    printf -v "$1" false
  fi
}

hear_namespace() {
  heard+="${1#namespace/} "
  add migrations migrate_tx_partitions_remaining "$2"
  add migrations migrate_rx_partitions_remaining "$2"
  add unavailable unavailable_partitions "$2"
  add dead dead_partitions "$2"
  statistic stop_writes "$2"
  is_flag "$value" || silent incomplete:stop_writes
  [[ $value == false ]] || stops=true
  statistic clock_skew_stop_writes "$2" || true
  [[ $value != true ]] || stops=true
  statistic strong-consistency "$2" || true
  # Of a namespace that the node did not name, as of one told twice, nothing is asked.
  [[ $value != true || " $namespaces " != *" ${1#namespace/} "* ]] ||
    [[ "$strong " == *" ${1#namespace/} "* ]] || strong+=" ${1#namespace/}"
}

check_heard() {
  local name
  for name in $namespaces; do [[ $heard == *" $name "* ]] || silent incomplete:namespace; done
  [[ -n $stable && -n $settled ]] || silent incomplete:cluster-stable
}

# add SUM NAME TEXT
add() {
  statistic "$2" "$3"
  is_number "$value" || silent "incomplete:$2"
  printf -v "$1" %d $((10#$value + ${!1}))
}

# Sets $rosters to how many namespaces have one, and those (4 at most) whose roster is amiss, and how. A
# node that will not say is no less of a node.
ask_rosters() {
  local name word amiss='' of=0 left=4
  ask 1 "$(for name in $strong; do printf 'roster:namespace=%s\n' "$name"; done)"$'\n' || reply=''
  for name in $strong; do
    of=$((of + 1))
    judge_roster "$(roster_of "$name")"
    if [[ -n $word ]] && ((left > 0)); then
      left=$((left - 1))
      amiss+="${amiss:+,}[\"$name\",\"$word\"]"
    fi
  done
  rosters="{\"of\":$of,\"amiss\":[$amiss]}"
}

roster_of() {
  local line IFS=$'\n'
  for line in $reply; do
    [[ ${line%%$'\t'*} != "roster:namespace=$1" ]] || printf '%s\n' "${line#*$'\t'}"
  done
}

# Sets $word: nothing where the roster is what is pending and what is observed.
judge_roster() {
  local roster pending observed
  word=unknown
  local list='=([A-Za-z0-9@,|]+)'
  [[ $1 =~ ^roster$list:pending_roster$list:observed_nodes$list$ ]] || return 0
  roster=$(nodes_in "${BASH_REMATCH[1]}")
  pending=$(nodes_in "${BASH_REMATCH[2]}")
  observed=$(nodes_in "${BASH_REMATCH[3]}")
  case $([[ $roster == "$pending" ]] && printf p)$([[ $roster == "$observed" ]] && printf o) in
    po) word='' ;;
    o) word=pending ;;
    p) word=observed ;;
    *) word=both ;;
  esac
}

# The nodes of a list in order, without what says which rack is active ("M1|") and theirs ("@1").
nodes_in() {
  printf '%s\n' "${1##*|}" | tr ',' '\n' | sed 's/@.*//' | sort
}

# A node that leaves one of these out says nothing that a verdict could stand on.
tell_view() {
  text='"answer":"ok"'
  tell_word node "$node"
  tell_word build "$build"
  tell_number size cluster_size
  tell_statistic key cluster_key
  tell_statistic principal cluster_principal
  tell_flag integrity cluster_integrity
  tell_flag member cluster_is_member
  tell_number heartbeats heartbeat_connections
  tell_number fabric fabric_connections
  text+=",\"migrations\":$migrations,\"stable\":$stable,\"settled\":$settled"
  text+=",\"unavailable\":$unavailable,\"dead\":$dead,\"stopWrites\":$stops"
  [[ -z $strong ]] || text+=",\"rosters\":$rosters"
  statistic cluster_clock_skew_ms "$statistics" || true
  ! is_number "$value" || text+=",\"clockSkewMs\":$((10#$value))"
  printf %s "$text" # At once, so that no end in between leaves half of it.
}

tell_word() {
  is_word "$2" || silent "incomplete:$1"
  text+=",\"$1\":\"$2\""
}

tell_statistic() {
  statistic "$2" "$statistics"
  tell_word "$1" "$value"
}

tell_number() {
  statistic "$2" "$statistics"
  is_number "$value" || silent "incomplete:$1"
  text+=",\"$1\":$((10#$value))"
}

tell_flag() {
  statistic "$2" "$statistics"
  is_flag "$value" || silent "incomplete:$1"
  text+=",\"$1\":$value"
}
