# shellcheck shell=sh disable=SC2034,SC2154
# A cut as text for iptables-restore. What tells packets apart sits on the jumps; the chain has one
# line a peer and way, two where only a share is stopped: the first of them counts the candidates.

iptables_text() {
  stopped=$peers4
  [ "$1" = 4 ] || stopped=$peers6
  [ -n "$stopped" ] || return 0
  printf '*filter\n:%s - [0:0]\n' "$chain"
  cut_jumps
  cut_lines "$1"
  printf 'COMMIT\n'
}

# A port at either end, since either end may have dialled; inbound only what came to the port.
cut_jumps() {
  if [ "$direction" = both ]; then
    jumps INPUT "$(end_of -i -d)-p tcp -m multiport --ports $ports$(flags)"
    jumps OUTPUT "$(end_of -o -s)-p tcp -m multiport --ports $ports$(flags)"
  else
    jumps INPUT "$(end_of -i -d)-p tcp -m multiport --dports $ports$(flags)"
  fi
  [ "$contained" = no ] || container_jumps
}

# Our end: end_of DEVICE_OPTION ADDRESS_OPTION
end_of() {
  [ -z "$local_device" ] || printf '%s %s ' "$1" "$local_device"
  [ -z "$local_address" ] || printf '%s %s ' "$2" "$local_address"
}

# Only first packets where connections are chosen. A reset we send must get past our own rules, or
# the peer would see silence.
flags() {
  if [ "$per$percent$every" != "$per" ] && [ "$per" = connection ]; then
    printf ' -m tcp --tcp-flags FIN,SYN,RST,ACK SYN'
  elif [ "$packets" = tcp-reset ]; then
    printf ' -m tcp ! --tcp-flags RST RST'
  fi
}

# The kernel's record of the connection knows which port was dialled before it was changed.
container_jumps() {
  way=''
  [ "$direction" = both ] || way=' --ctdir ORIGINAL'
  for port in $(listed "$ports"); do
    dialled="-p tcp -m conntrack --ctorigdstport $port$way$(flags)"
    jumps FORWARD "$(end_of -i -d)$dialled"
    [ -z "$local_device" ] || [ "$direction" = inbound ] || jumps FORWARD "$(end_of -o -s)$dialled"
  done
}

# Source and destination tell the directions apart, so one chain serves all hooks.
cut_lines() {
  target=$(iptables_target "$1")
  picked=$(iptables_pick "$1")
  ways=-s
  [ "$direction" = inbound ] || ways='-s -d'
  for peer in $stopped; do
    for way in $ways; do
      [ -z "$picked" ] || printf -- '-A %s %s %s\n' "$chain" "$way" "$peer"
      printf -- '-A %s %s %s %s%s\n' "$chain" "$way" "$peer" "$picked" "$target"
    done
  done
}

iptables_target() {
  case $packets$1 in
    drop?) printf -- '-j DROP' ;;
    tcp-reset?) printf -- '-p tcp -j REJECT --reject-with tcp-reset' ;;
    reject4) printf -- '-j REJECT --reject-with icmp-port-unreachable' ;;
    reject6) printf -- '-j REJECT --reject-with icmp6-port-unreachable' ;;
    net-unreachable4) printf -- '-j REJECT --reject-with icmp-net-unreachable' ;;
    net-unreachable6) printf -- '-j REJECT --reject-with icmp6-no-route' ;;
    host-unreachable4) printf -- '-j REJECT --reject-with icmp-host-unreachable' ;;
    host-unreachable6) printf -- '-j REJECT --reject-with icmp6-addr-unreachable' ;;
    proto-unreachable4) printf -- '-j REJECT --reject-with icmp-proto-unreachable' ;;
    admin-prohibited4) printf -- '-j REJECT --reject-with icmp-admin-prohibited' ;;
    admin-prohibited6) printf -- '-j REJECT --reject-with icmp6-adm-prohibited' ;;
  esac
}

# Which of the candidates are stopped; nothing for all.
iptables_pick() {
  [ -n "$percent$every" ] || return 0
  if [ "$per$every" = connection ]; then
    hashed "$1"
  else
    statistic
  fi
  printf ' '
}

# By the port of the dialler, for a resent SYN must meet the same fate. Diallers take every other
# port, one after the other: seven bits above the lowest, and the values that are stopped spread in
# ten bands over the 128.
hashed() {
  start='0>>22&0x3C@0'
  [ "$1" = 4 ] || start=40
  hit=$(((128 * percent + 50) / 100)) bands=10 band=0 values=''
  [ "$hit" -gt 0 ] || hit=1
  [ "$hit" -ge "$bands" ] || bands=$hit
  [ $((128 - hit)) -ge "$bands" ] || bands=$((128 - hit))
  while [ "$band" -lt "$bands" ]; do
    first=$((band * 128 / bands))
    last=$((first + (band + 1) * hit / bands - band * hit / bands - 1))
    values=$values${values:+,}$first:$last
    band=$((band + 1))
  done
  printf -- '-m u32 --u32 %s>>17&0x7F=%s' "$start" "$values"
}
