# shellcheck shell=bash disable=SC2034,SC2154
# What a node ships to one destination: shipped ADDRESS PORT DC prints the members of a JSON object.
# From server 5.0 on namespaces are added and removed by themselves; before, the link to the whole
# destination is held down, and dc_state tells. The caller ends it after 2 s.
shipped() {
  open_info "$1" "$2" || silent "$answer"
  ask 2 "get-config:context=xdr;dc=$3"$'\n'"dc/$3"$'\n' || silent "$(silence $?)"
  [[ $'\n'$reply == *$'\n'@(get-config:|dc/)*$'\t'* ]] || silent incomplete:destination
  hear_destination "$3"
  [[ -n $found ]] || silent unknown-destination
  printf '"answer":"ok","namespaces":[%s],"linkdown":%s' "$listed" "$linkdown"
}

# Either question is an error on the other's servers; of an old one the first tells of no namespaces.
hear_destination() {
  local line told IFS=$'\n'
  found='' listed='' linkdown=false
  for line in $reply; do
    told=${line#*$'\t'}
    case $told in
      [Ee][Rr][Rr][Oo][Rr]:8[01]:*) silent not-allowed ;;
      [Ee][Rr][Rr][Oo][Rr]* | [Ff][Aa][Ii][Ll]* | *type=unknown* | '') continue ;;
    esac
    case $line in
      get-config:*) hear_namespaces "$told" ;;
      dc/*) hear_link "$told" ;;
    esac
  done
}

hear_namespaces() {
  local name IFS=,
  statistic namespaces "$1" || return 0
  found=true
  for name in $value; do
    is_word "$name" || silent incomplete:namespaces
    listed+=${listed:+,}\"$name\"
  done
}

# CLUSTER_DOWN also says a destination that is out of reach.
hear_link() {
  statistic dc_state "$1" || return 0
  found=true
  [[ $value != CLUSTER_DOWN ]] || linkdown=true
}
