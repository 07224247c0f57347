# shellcheck shell=bash disable=SC2034,SC2154
# What a node counts of connections and proxied requests, for an audit: tally ADDRESS PORT prints the members of a
# JSON object, by the names that the server gives its figures; those of namespaces are summed. A figure
# that this server does not have is left out. The caller ends it after 2 s.
tally() {
  open_info "$1" "$2" || silent "$answer"
  ask 2 $'statistics\nnode\nbuild\nnamespaces\n' || silent "$(silence $?)"
  hear_node
  local name figures=''
  for name in {client,fabric,heartbeat}_connections{,_opened,_closed}; do
    statistic "$name" "$statistics" || continue
    ! is_number "$value" || figures+=",\"$name\":$((10#$value))"
  done
  ask 2 "$(for name in $namespaces; do printf 'namespace/%s\n' "$name"; done)"$'\n' ||
    silent "$(silence $?)"
  sum_proxied
  clock
  printf '"answer":"ok","at":%s,"figures":{%s}' "$now" "${figures#,}"
}

sum_proxied() {
  local name sum
  for name in client_proxy_{complete,error,timeout} from_proxy_tsvc_{error,timeout} \
    from_proxy_{read,write,delete,udf,lang}_{success,error,timeout}; do
    sum_namespaces "$name"
    [[ -z $sum ]] || figures+=",\"$name\":$sum"
  done
}
