# shellcheck shell=sh disable=SC2034,SC2154
# Stops the packets between this host and chosen peers on chosen ports, or a share of them, from
# InjectAt to RestoreAt.
#
# Started by SSM; what starts and ends the fault is told in lifecycle.sh, who keeps its time in
# filter.sh. Where the ports lead into containers, forwarded packets are stopped too (containers.sh).
# ICMP errors end what is being opened (over IPv6 after a second), never what is open; the kernel sends
# a peer a few a second at most, and the rest are drops. A reset ends both.
# Does not cover: connections of this host with itself, forwarded packets on other hosts, and the
# reach of a fault whose peers were wrongly chosen. A wall clock set during the fault moves its ends,
# but the timer goes by another clock.
script="cut"
contained=no

take_own_parameters() {
  take_filter_parameters
  parameter Packets
  packets=$value
  case $packets in
    drop | reject | tcp-reset | net-unreachable | host-unreachable | admin-prohibited) ;;
    proto-unreachable)
      [ -z "$peers6" ] || unfit Packets 'other than proto-unreachable with IPv6, which has no such'
      ;;
    *) unfit Packets 'drop, reject, tcp-reset or an ICMP error' ;;
  esac
  parameter Direction
  direction=$value
  case $direction in both | inbound) ;; *) unfit Direction 'both or inbound' ;; esac
  take_per
  take_local
}

# A SYN that is sent again would be counted again. It is after a drop; and after an ICMP error too
# where the kernel limits those (net.ipv4.icmp_ratelimit) or the dialler is still busy sending, as it
# mostly is over IPv6.
take_per() {
  parameter Per
  per=$value
  case $per in packet | connection) ;; *) unfit Per 'packet or connection' ;; esac
  [ "$per" = packet ] || [ -z "$every" ] || [ "$packets" = tcp-reset ] ||
    unfit Share "by chance for connections, unless Packets is tcp-reset: else SYNs are resent"
}

# Sets $local_address or $local_device; both are empty for any.
take_local() {
  parameter Local
  local_address='' local_device=''
  case $value in
    any) return ;;
    dev:*) local_device=${value#dev:} && is_device ;;
    *:*) local_address=$value && [ -z "$peers4" ] && is_ipv6 "$value" ;;
    *) local_address=$value && [ -z "$peers6" ] && is_ipv4 "$value" ;;
  esac || unfit Local "any, dev:DEVICE, or an address of the peers' family"
}

is_device() {
  case $local_device in
    [!a-z]* | *[!a-z0-9._-]* | ????????????????* | '') return 1 ;;
  esac
}

describe_own() { printf ',"rules4":%s,"rules6":%s' "$rules4" "$rules6"; }

# What is asked of the host besides what filter.sh asks.
check_own() {
  [ -z "$local_address" ] || [ -n "$(own_address "$local_address")" ] ||
    refuse "Cannot cut as Local must be an address of this host: found $local_address elsewhere"
  [ -z "$local_device" ] || grep -q "^ *$local_device:" /proc/net/dev ||
    refuse "Cannot cut as Local must be a device of this host: found no $local_device"
  ! leads_into_container || contained=yes
  [ "$contained$local_address" = "$contained" ] || [ "$contained" = no ] ||
    refuse 'Cannot cut as Local must be a device where ports lead into containers: found an address'
}

live
