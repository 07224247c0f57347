# shellcheck shell=sh disable=SC2034,SC2154
# Closes the established TCP connections of this host with chosen peers on chosen ports, once. With
# Action=check only proves that it could, and closes nothing but a connection of its own.
#
# Started by SSM, ends within seconds, leaves nothing that would need undoing: it does not keep
# anyone from connecting again. It first proves on a throwaway connection over loopback that this
# kernel closes sockets, since `ss -K` skips in silence what it cannot close
# (CONFIG_INET_DIAG_DESTROY). Does not cover: connections that are being opened or closed at that
# moment.
script="sever"

main() {
  take_run_id
  take_action
  take_restore_at
  take_ports
  take_peers
  refuse_without_tools
  if [ "$action" = check ]; then
    refuse_unless_able
    outcome able
  fi
  lock 5 || refuse 'Cannot sever as the lock of the run must be free: found it held for 5 s'
  refuse_if_over
  refuse_unless_able
  before=$(each_peer count_sockets)
  left=$before
  close_all
  details=",\"before\":$before,\"left\":$left"
  outcome severed
}

# ss goes through the kernel's list of sockets as it changes, and may end before it has seen them all.
close_all() {
  for _ in 1 2 3 4 5; do
    each_peer close_sockets >/dev/null
    left=$(each_peer count_sockets)
    [ "$left" -gt 0 ] || return 0
    sleep 0.2
  done
}

take_action() {
  parameter Action
  case $value in check | sever) action=$value ;; *) unfit Action 'check or sever' ;; esac
}

refuse_without_tools() {
  for tool in ss bash timeout; do
    command -v "$tool" >/dev/null ||
      refuse "Cannot sever as $tool must be installed: found it missing"
  done
}

refuse_unless_able() {
  kernel_closes || refuse "Cannot sever as the kernel must close sockets on request: found $found"
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

main
