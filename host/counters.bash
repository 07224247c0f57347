# shellcheck shell=bash disable=SC2034,SC2154
# What a node has counted since it started: counters ADDRESS PORT prints the members of a JSON
# object, a list of numbers in the order below, namespaces added up; null where its server does not
# count that (names differ from 4.9 to 8.1). The caller ends it after 2 s.
counters() {
  open_info "$1" "$2" || silent "$answer"
  ask 2 $'statistics\nnamespaces\n' || silent "$(silence $?)"
  hear_node
  values=''
  local name
  for name in ${node_counters}; do count_statistic "$name"; done
  ask 2 "$(for name in $namespaces; do printf 'namespace/%s\n' "$name"; done)"$'\n' ||
    silent "$(silence $?)"
  for name in ${namespace_counters}; do count_namespaces "$name"; done
  printf '"answer":"ok","counters":[%s]' "${values#,}"
}

# The order is that of core/probe/counters.ts.
node_counters='
  client_connections_opened client_connections_closed heartbeat_connections_opened
  heartbeat_connections_closed fabric_connections_opened fabric_connections_closed'
namespace_counters='
  client_read_success client_read_error client_read_timeout client_write_success client_write_error
  client_write_timeout client_tsvc_timeout client_proxy_complete client_proxy_error
  client_proxy_timeout retransmit_all_write_repl_write migrate_record_retransmits'

count_statistic() {
  statistic "$1" "$statistics"
  if is_number "$value"; then values+=",$((10#$value))"; else values+=,null; fi
}

count_namespaces() {
  sum_namespaces "$1"
  values+=",${sum:-null}"
}

# Sets $sum to what the namespaces in $reply counted by this name together; empty: none counts that.
sum_namespaces() {
  local line IFS=$'\n'
  sum=
  for line in $reply; do
    statistic "$1" "${line#*$'\t'}"
    ! is_number "$value" || sum=$((${sum:-0} + 10#$value))
  done
}
