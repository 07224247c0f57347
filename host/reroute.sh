# shellcheck shell=sh disable=SC2034,SC2154
# Sends new connections that this host dials to peers' ports, or a share of them, to another
# address, from InjectAt to RestoreAt; where asked, under another source address.
#
# Started by SSM; what starts and ends the fault is told in lifecycle.sh, who keeps its time in
# filter.sh. Address translation sees the first packet of a connection alone, and the kernel's
# record of the connection (conntrack) keeps to that choice: what was turned stays turned after
# RestoreAt for as long as it lives, and what stood before is never turned. Nothing fails over: a
# connection turned to an address that does not answer is not given another. Does not cover:
# connections that others dial to this host, forwarded connections, and packets that are not
# tracked (NOTRACK).
script="reroute"
to='' source=''

take_own_parameters() {
  take_filter_parameters
  parameter To
  to=$value
  is_like_peers "$to" || unfit To "another host's address, of the peers' family"
  for peer in $peers4 $peers6; do
    [ "$peer" != "$to" ] || unfit To 'none of the peers'
  done
  parameter Source
  case $value in
    none) ;;
    *) source=$value && is_like_peers "$value" ;;
  esac || unfit Source "none, or an address of the peers' family"
}

# An address of a single host, in the one family that all peers are of.
is_like_peers() {
  case $1 in
    *:*) [ -z "$peers4" ] && is_host6 "$1" ;;
    *) [ -z "$peers6" ] && is_host4 "$1" ;;
  esac
}

describe_own() { printf ',"rules4":%s,"rules6":%s' "$rules4" "$rules6"; }

# What is asked of the host besides what filter.sh asks.
check_own() {
  [ -z "$(own_address "$to")" ] ||
    refuse "Cannot reroute as To must be another host: found $to to be this one"
  [ -z "$source" ] || [ -n "$(own_address "$source")" ] ||
    refuse "Cannot reroute as Source must be an address of this host: found $source elsewhere"
}

iptables_text() {
  turned=$peers4
  [ "$1" = 4 ] || turned=$peers6
  [ -n "$turned" ] || return 0
  printf '*nat\n:%s - [0:0]\n' "$chain"
  jumps OUTPUT "-p tcp -m multiport --dports $ports"
  for peer in $turned; do
    picked=''
    [ -z "$percent$every" ] || {
      picked="$(statistic) "
      printf -- '-A %s -d %s\n' "$chain" "$peer"
    }
    printf -- '-A %s -d %s -p tcp %s-j DNAT --to-destination %s\n' "$chain" "$peer" "$picked" "$to"
  done
  [ -z "$source" ] || iptables_source
  printf 'COMMIT\n'
}

# A chain of its own, for the hook is another; it knows our connections by whom they meant to reach.
iptables_source() (
  chain=$chain-s
  printf ':%s - [0:0]\n' "$chain"
  jumps POSTROUTING "-p tcp -m multiport --dports $ports"
  for peer in $turned; do
    printf -- '-A %s -d %s -p tcp -m conntrack --ctstate DNAT --ctorigdst %s' "$chain" "$to" "$peer"
    printf -- ' -j SNAT --to-source %s\n' "$source"
  done
)

# Its hooks come before those of iptables' nat (-100 and 100): the first translation counts.
nft_text() {
  family=ip
  [ -z "$peers6" ] || family=ip6
  printf 'create table inet %s\ntable inet %s {\nchain turn {\n' "$table" "$table"
  for peer in $peers4 $peers6; do
    picked=''
    [ -z "$percent$every" ] || {
      picked="$(nft_statistic) "
      printf '%s daddr %s counter\n' "$family" "$peer"
    }
    printf '%s daddr %s %scounter dnat %s to %s\n' "$family" "$peer" "$picked" "$family" "$to"
  done
  printf '}\nchain output {\ntype nat hook output priority -110; policy accept;\n'
  nft_jumps turn "tcp dport $(port_set)"
  printf '}\n'
  [ -z "$source" ] || nft_source
  printf '}\n'
}

nft_source() {
  printf 'chain source {\n'
  for peer in $peers4 $peers6; do
    printf '%s daddr %s ct status dnat ct original %s daddr %s counter snat %s to %s\n' \
      "$family" "$to" "$family" "$peer" "$family" "$source"
  done
  printf '}\nchain postrouting {\ntype nat hook postrouting priority 90; policy accept;\n'
  nft_jumps source "tcp dport $(port_set)"
  printf '}\n'
}

live
