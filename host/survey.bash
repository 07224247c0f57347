# shellcheck shell=bash disable=SC2034,SC2154
# A node's own word on itself: survey ADDRESS PORT prints a JSON object, or "! REASON". Asks twice
# on one connection, since the names of the namespaces come with the first reply. Understands
# servers from 4.9 to 8.1. The caller ends it after 5 s.
survey() {
  open_info "$1" "$2" || silent "${denied:-$(why "$1" "$2")}"
  ask 2 $'node\nbuild\nstatistics\nnamespaces\nget-config:context=network\nendpoints\n' ||
    silent "$(silence $?)"
  hear_node
  racks='' strong='' factors=''
  if [[ -n $namespaces ]]; then
    ask 2 "$(lines namespace/ "$namespaces")"$'\n' || silent "$(silence $?)"
    hear_namespaces
  fi
  tell_survey
}

# lines PREFIX WORDS
lines() {
  local word
  for word in $2; do printf '%s%s\n' "$1" "$word"; done
}

silent() {
  printf '! %s' "$1"
  exit
}

silence() {
  case $1 in
    1) printf closed ;;
    2) printf unreadable ;;
    *) printf timed-out ;;
  esac
}

hear_node() {
  local line told IFS=$'\n'
  node='' build='' statistics='' namespaces='' network='' endpoints=''
  for line in $reply; do
    told=${line#*$'\t'}
    refuse_error "$line"
    case $line in
      node$'\t'*) node=$told ;;
      build$'\t'*) build=$told ;;
      statistics$'\t'*) statistics=$told ;;
      namespaces$'\t'*) namespaces=${told//;/ } ;;
      get-config*) network=$told ;;
      endpoints$'\t'*) endpoints=$told ;;
    esac
  done
}

# With security on even `node` is refused. Servers before `endpoints` may answer that with an error.
refuse_error() {
  [[ $1 =~ ^(node|statistics)$'\t'([Ee][Rr][Rr][Oo][Rr]|[Ff][Aa][Ii][Ll])([: ]|$) ]] || return 0
  case $1 in
    *:8[01]:*) silent not-allowed ;;
    *) silent error ;;
  esac
}

hear_namespaces() {
  local line name IFS=$'\n'
  for line in $reply; do
    name=${line%%$'\t'*} name=${name#namespace/}
    is_word "$name" || continue
    statistic rack-id "$line" && is_number "$value" && racks+=" $((10#$value))"
    statistic strong-consistency "$line" && [[ $value == true ]] && strong+=" $name"
    statistic replication-factor "$line" || continue
    ! is_number "$value" || factors+=" $name/$((10#$value))"
  done
  return 0
}

tell_survey() {
  is_word "$node" || silent incomplete
  is_word "$build" || silent incomplete
  statistic cluster_principal "$statistics" || statistic paxos_principal "$statistics" || true
  is_word "$value" || silent incomplete
  printf '{"id":"%s","build":"%s","principal":"%s"' "$node" "$build" "$value"
  tell_rack
  printf ',"ports":{%s}' "$(tell_ports)"
  printf ',"fabricAddresses":[%s],"strong":[%s]' "$(fabric_addresses | in_quotes)" \
    "$(lines '' "$strong" | in_quotes)"
  tell_namespaces
  printf '}'
}

# All or none: of a namespace that is left out nobody could tell what a fault does to it. The line has
# room for 16.
tell_namespaces() {
  local name factor is_strong said='' count=0
  for name in $namespaces; do
    factor=${factors#*" $name/"}
    [[ $factors == *" $name/"* ]] || return 0
    ((count++ < 16)) || return 0
    is_strong=false
    [[ " $strong " != *" $name "* ]] || is_strong=true
    said+="${said:+,}{\"name\":\"$name\",\"replicationFactor\":${factor%% *},\"strong\":$is_strong}"
  done
  [[ -z $said ]] || printf ',"namespaces":[%s]' "$said"
}

# One rack, or several that namespaces do not agree on.
tell_rack() {
  local rack one=
  for rack in $racks; do
    [[ -z $one || $one == "$rack" ]] || return 0
    one=$rack
  done
  [[ -z $one ]] || printf ',"rack":%s' "$one"
}

tell_ports() {
  local name key said=
  while read -r name key; do
    statistic "$key" "$network" || continue
    if ! is_number "$value" || ((10#$value == 0)) || [[ $said == *"\"$name\""* ]]; then continue; fi
    said+="${said:+,}\"$name\":$((10#$value))"
  done <<<'service service.port
fabric fabric.port
heartbeat heartbeat.port
admin admin.port
admin info.port
tlsService service.tls-port
tlsFabric fabric.tls-port
tlsHeartbeat heartbeat.tls-port'
  printf %s "$said"
}

# Those that the node publishes; where it listens on any address, all that this host has.
fabric_addresses() {
  local said=
  statistic fabric.addresses "$endpoints" && said=$value
  statistic fabric.tls-addresses "$endpoints" && said+=,$value
  [[ -n $said ]] || said=$(configured_addresses)
  case ,$said, in
    *,any,* | *,0.0.0.0,* | *,::,* | *,\[::\],*) own_addresses ;;
    *) lines '' "${said//,/ }" ;;
  esac
}

configured_addresses() {
  local pair IFS=';'
  for pair in $network; do
    case $pair in fabric.address=* | fabric.tls-address=*) printf '%s,' "${pair#*=}" ;; esac
  done
}

own_addresses() {
  local address
  while read -r _ _ _ address _; do printf '%s\n' "${address%/*}"; done \
    < <(ip -o addr show up scope global)
}

# Lines, as the elements of a JSON array: 16 at most, each once.
in_quotes() {
  local line count=0 said=,
  while read -r line; do
    [[ $line =~ ^[0-9A-Za-z._:-]{1,40}$ && $line != null && $said != *",\"$line\","* ]] || continue
    ((count++ < 16)) || break
    said+="\"$line\","
  done
  said=${said#,}
  printf %s "${said%,}"
}

survey "$1" "$2"
