# shellcheck shell=bash disable=SC2034,SC2154
# One node's view of its cluster: view ADDRESS PORT SIZE prints the members of a JSON object. Asks
# twice on one connection, since the names of the namespaces come with the first reply. The caller
# ends it after 2 s.
view() {
  connect "$1" "$2" || silent "$answer"
  ask 2 $'statistics\nnode\nbuild\nnamespaces\n' || silent "$(silence $?)"
  hear_node
  ask 2 "$(questions "$3")"$'\n' || silent "$(silence $?)"
  hear_cluster
  tell_view
}

silent() {
  printf '"answer":"silent","reason":"%s"' "$1"
  exit
}

silence() { if (($1 > 128)); then printf timed-out; else printf closed; fi; }

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

# Errors are told by how they begin, since their texts differ from 4.9 to 8.1. Not every `fail` is
# one: statistics begin with failed_best_practices.
refuse_error() {
  [[ $1 =~ ^([Ee][Rr][Rr][Oo][Rr]|[Ff][Aa][Ii][Ll])([: ]|$) ]] || return 0
  case $1 in
    ?????:8[01]:*) silent not-allowed ;;
    *) silent error ;;
  esac
}

hear_cluster() {
  local line told IFS=$'\n'
  stable=false settled=false migrations=0 unavailable=0 dead=0 stops=false replicas=null
  for line in $reply; do
    told=${line#*$'\t'}
    case $line in
      namespace/*) hear_namespace "$told" ;;
      *ignore-migrations*) ! is_key "$told" || stable=true ;;
      cluster-stable:*) ! is_key "$told" || settled=true ;;
    esac
  done
}

is_key() { [[ $1 =~ ^[0-9A-Fa-f]{1,16}$ ]]; }

hear_namespace() {
  local pair told IFS=';'
  for pair in $1; do
    told=${pair#*=}
    case $pair in
      migrate_[rt]x_partitions_remaining=*) add migrations "$told" ;;
      unavailable_partitions=*) add unavailable "$told" ;;
      dead_partitions=*) add dead "$told" ;;
      stop_writes=true | clock_skew_stop_writes=true) stops=true ;;
      effective_replication_factor=*) keep_least "$told" ;;
    esac
  done
}

add() { ! is_number "$2" || printf -v "$1" %d $((10#$2 + ${!1})); }

keep_least() {
  is_number "$1" || return 0
  if [[ $replicas == null ]] || ((10#$1 < replicas)); then replicas=$((10#$1)); fi
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
  printf '%s,"migrations":%s,"stable":%s,"settled":%s' "$text" "$migrations" "$stable" "$settled"
  printf ',"unavailable":%s,"dead":%s,"stopWrites":%s' "$unavailable" "$dead" "$stops"
  printf ',"replicationFactor":%s' "$replicas"
  statistic cluster_clock_skew_ms "$statistics" || return 0
  ! is_number "$value" || printf ',"clockSkewMs":%s' "$((10#$value))"
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
  [[ $value == true || $value == false ]] || silent "incomplete:$1"
  text+=",\"$1\":$value"
}
