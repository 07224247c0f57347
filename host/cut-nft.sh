# shellcheck shell=sh disable=SC2034,SC2154
# A cut as text for nft: the same as in cut-iptables.sh, line for line.

nft_text() {
  printf 'create table inet %s\ntable inet %s {\nchain stop {\n' "$table" "$table"
  nft_lines ip "$peers4"
  nft_lines ip6 "$peers6"
  printf '}\n'
  nft_hook input "$(nft_end iifname daddr)"
  [ "$direction" = inbound ] || nft_hook output "$(nft_end oifname saddr)"
  [ "$contained" = no ] || nft_forward
  printf '}\n'
}

# nft_hook HOOK OUR_END: a port at either end, since either end may have dialled.
nft_hook() {
  nft_base "$1"
  nft_jumps stop "$2tcp dport $(port_set)$(nft_flags)"
  [ "$direction" = inbound ] ||
    nft_jumps stop "$2tcp sport $(port_set) tcp dport != $(port_set)$(nft_flags)"
  printf '}\n'
}

nft_base() {
  printf 'chain %s {\ntype filter hook %s priority %s; policy accept;\n' "$1" "$1" "$priority"
}

# Our end: nft_end DEVICE_MATCH ADDRESS_MATCH
nft_end() {
  [ -z "$local_device" ] || printf '%s "%s" ' "$1" "$local_device"
  case $local_address in
    '') ;;
    *:*) printf 'ip6 %s %s ' "$2" "$local_address" ;;
    *) printf 'ip %s %s ' "$2" "$local_address" ;;
  esac
}

nft_flags() {
  if [ "$per$percent$every" != "$per" ] && [ "$per" = connection ]; then
    printf ' tcp flags & (fin|syn|rst|ack) == syn'
  elif [ "$packets" = tcp-reset ]; then
    printf ' tcp flags & rst != rst'
  fi
}

nft_forward() {
  way=''
  [ "$direction" = both ] || way=' ct direction original'
  dialled="meta l4proto tcp ct original proto-dst $(port_set)$way$(nft_flags)"
  nft_base forward
  nft_jumps stop "$(nft_end iifname daddr)$dialled"
  [ -z "$local_device" ] || [ "$direction" = inbound ] ||
    nft_jumps stop "$(nft_end oifname saddr)$dialled"
  printf '}\n'
}

# nft_lines FAMILY PEERS
nft_lines() {
  verdict=$(nft_verdict "$1")
  picked=$(nft_pick "$1")
  ways=saddr
  [ "$direction" = inbound ] || ways='saddr daddr'
  for peer in $2; do
    for way in $ways; do
      [ -z "$picked" ] || printf '%s %s %s counter\n' "$1" "$way" "$peer"
      printf '%s %s %s %scounter %s\n' "$1" "$way" "$peer" "$picked" "$verdict"
    done
  done
}

nft_verdict() {
  case $packets/$1 in
    drop/*) printf drop ;;
    tcp-reset/*) printf 'meta l4proto tcp reject with tcp reset' ;;
    reject/ip) printf 'reject with icmp type port-unreachable' ;;
    reject/ip6) printf 'reject with icmpv6 type port-unreachable' ;;
    net-unreachable/ip) printf 'reject with icmp type net-unreachable' ;;
    net-unreachable/ip6) printf 'reject with icmpv6 type no-route' ;;
    host-unreachable/ip) printf 'reject with icmp type host-unreachable' ;;
    host-unreachable/ip6) printf 'reject with icmpv6 type addr-unreachable' ;;
    proto-unreachable/ip) printf 'reject with icmp type prot-unreachable' ;;
    admin-prohibited/ip) printf 'reject with icmp type admin-prohibited' ;;
    admin-prohibited/ip6) printf 'reject with icmpv6 type admin-prohibited' ;;
  esac
}

# A resent SYN must meet the same fate, so connections are hashed, not drawn.
nft_pick() {
  [ -n "$percent$every" ] || return 0
  if [ "$per$every" = connection ]; then
    printf 'jhash %s saddr . %s daddr . tcp sport . tcp dport mod 100 seed %s < %s' \
      "$1" "$1" $((restore_at / 1000 % 65536 + 1)) "$percent"
  else
    nft_statistic
  fi
  printf ' '
}
