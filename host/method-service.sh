# shellcheck shell=sh disable=SC2034,SC2154
# A service that was stopped or stands still, as service and restore share it.
#
# A note `service` says what was done, from before it is done, and counts as in force until the undo
# has removed it: "stop UNIT" among the lasting ones, for a boot starts no unit that is not enabled;
# or "freeze PID START" a process, with the state of the part. A process is only ever signalled while
# its start time is the noted one.

service_count() {
  ours=0
  for notes in $(lasting_notes service); do
    while read -r how name start; do
      [ "$how" = stop ] || is_noted "$name" "$start" || continue
      ours=$((ours + 1))
    done <"$notes"
  done
}

# The process with this id is the one that was noted.
is_noted() { [ -n "$2" ] && [ "$(started "$1")" = "$2" ]; }

service_remove() {
  for notes in $(lasting_notes service); do
    failed=''
    while read -r how name start; do
      "end_$how" "$name" "$start" || failed=yes
    done <"$notes"
    [ -n "$failed" ] || rm -f "$notes"
  done
}

# Waits for systemd to begin, not for the service to be ready: a node may load its index for long.
end_stop() {
  command -v systemctl >/dev/null || return 1
  systemctl reset-failed "$1" 2>/dev/null || true
  systemctl start --no-block "$1" 3>&- 9>&- || return 1
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    case $(unit_state "$1") in active | activating | reloading) return 0 ;; esac
    sleep 0.1
  done
  return 1
}

unit_state() { systemctl is-active "$1" 2>/dev/null || true; }

end_freeze() {
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    is_noted "$1" "$2" || return 0
    kill -CONT "$1" || return 1
    is_frozen "$1" || return 0
    sleep 0.05
  done
  return 1
}

# Stopped by a signal; as a debugger stops a process (t), it is another's.
is_frozen() {
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  case ${stat##*) } in T*) ;; *) return 1 ;; esac
}
