# shellcheck shell=sh disable=SC2034,SC2154
# Closes the established TCP connections of this host with chosen peers on chosen ports, and again
# those that come anew, until none has come for a while: a change of a security group takes a moment
# to spread, and Aerospike redials at once. With Action=check only proves that it could, and closes
# nothing but a connection of its own.
#
# Started by SSM, ends within seconds, leaves nothing that would need undoing: it does not keep
# anyone from connecting again. It first proves on a throwaway connection over loopback that this
# kernel closes sockets, since `ss -K` skips in silence what it cannot close
# (CONFIG_INET_DIAG_DESTROY). What comes anew for longer than it waits is refused with their number.
script="sever"
quiet_ms=1500
patience_ms=15000

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
  close_until_quiet
  details=",\"before\":$before,\"left\":$left"
  [ "$left" = 0 ] ||
    refuse "Cannot sever as what is closed must stay closed: found $left connection(s) still coming anew"
  outcome severed
}

# ss, too, may end before it has seen every socket, as the kernel's list of them changes meanwhile.
close_until_quiet() {
  quiet_from=$(now_ms)
  give_up_at=$((quiet_from + patience_ms))
  while :; do
    left=$(each_peer count_sockets)
    now=$(now_ms)
    if [ "$left" -gt 0 ]; then
      each_peer close_sockets >/dev/null
      quiet_from=$now
    fi
    [ $((now - quiet_from)) -lt "$quiet_ms" ] || return 0
    [ "$now" -lt "$give_up_at" ] && [ "$now" -lt "$restore_at" ] || return 0
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
