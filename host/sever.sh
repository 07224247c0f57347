# shellcheck shell=sh disable=SC2034,SC2154
# Closes the established TCP connections of this host with chosen peers on chosen ports, once.
#
# Started by SSM, ends within seconds, leaves nothing that would need undoing: it does not keep
# anyone from connecting again. It first proves on a connection of its own that this kernel closes
# sockets, since `ss -K` skips in silence what it cannot close (CONFIG_INET_DIAG_DESTROY). Does not
# cover: connections that are being opened or closed at that moment.
script="sever"

main() {
  take_run_id
  take_restore_at
  take_ports
  take_peers
  for tool in ss bash timeout; do
    command -v "$tool" >/dev/null ||
      refuse "Cannot sever as $tool must be installed: found it missing"
  done
  lock 5 || refuse 'Cannot sever as the lock of the run must be free: found it held for 5 s'
  refuse_if_over
  kernel_closes ||
    refuse 'Cannot sever as the kernel must close sockets on request: found that it does not'
  before=$(each_peer count_sockets)
  each_peer close_sockets >/dev/null
  details=",\"before\":$before,\"left\":$(each_peer count_sockets)"
  outcome severed
}

# Runs a command for every peer and prints the sum of what it prints.
each_peer() {
  for peer in $peers4 $peers6; do "$1" "$peer"; done | awk '{ n += $1 } END { print n + 0 }'
}

# shellcheck disable=SC2329 # By name, through each_peer.
count_sockets() { sockets "$1" "$ports" | awk 'NR > 1' | wc -l; }

# It prints "RTNETLINK answers: Invalid argument" now and then and works all the same.
# shellcheck disable=SC2329 # By name, through each_peer.
close_sockets() { sockets "$1" "$ports" -K || true; }

# Closes a connection of our own to some listener of this host. Without one the kernel's
# configuration must do, and `left` shows what came of it.
kernel_closes() {
  tried=no
  for listener in $(listeners); do
    tried=yes
    ! closes_own "${listener%/*}" "${listener##*/}" || return 0
  done
  [ "$tried" = no ] && configured_to_close
}

# Up to five as address/port, sshd before others, since it shrugs at a lost connection.
listeners() {
  ss -l -t -n | awk 'NR > 1 {
    port = $4; sub(/.*:/, "", port)
    address = substr($4, 1, length($4) - length(port) - 1)
    gsub(/[][]|%.*/, "", address)
    if (address == "0.0.0.0" || address == "*") address = "127.0.0.1"
    if (address == "::") address = "::1"
    print (port == 22 ? 0 : 1), address "/" port
  }' | sort -u | head -5 | cut -d' ' -f2
}

closes_own() {
  # shellcheck disable=SC2016 # For the bash it goes to.
  timeout 3 bash -c '
    address=$1 port=$2
    case $address in *:*) address="[$address]" ;; esac
    exec 7<>"/dev/tcp/$1/$2" || exit 1
    own() { ss -t -n -p state established dst "$address" dport = ":$port" | grep "pid=$$,"; }
    line=$(own) || exit 1
    read -r _ _ local _ <<<"$line"
    ss -K -t -n state established \
      src "$address" sport = ":${local##*:}" dst "$address" dport = ":$port"
    ! own
  ' closes_own "$1" "$2" >/dev/null 3>&- 9>&-
}

configured_to_close() {
  config=/boot/config-$(uname -r)
  if [ -r /proc/config.gz ]; then
    zcat /proc/config.gz | grep -q '^CONFIG_INET_DIAG_DESTROY=y'
  else
    [ -r "$config" ] && grep -q '^CONFIG_INET_DIAG_DESTROY=y' "$config"
  fi
}

main
