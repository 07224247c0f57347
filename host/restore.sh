# shellcheck shell=sh disable=SC2034,SC2154
# Removes what a run did to this host, or looks for it; needs the run id alone, any number of times.
#
# Started by SSM (Action look|undo) or by the timer that cut armed ("timer" as first argument, and
# the instant to wait for as second where no systemd does the waiting). Ends when it has looked, or
# when nothing is left; the timer tries for ten minutes. Both actions first leave a tombstone under
# the run's lock, so that no late cut can apply any more. Does not cover: a reboot (rules and timers
# vanish together), connections (they come back by themselves), probes (`stop` of probe ends them),
# the empty base chains that iptables on nftables leaves.
script="restore"
who="command"
tries=1
[ "${1-}" != timer ] || who=timer tries=120

main() {
  take_run_id
  parameter Action
  action=$value
  case $action in look | undo) ;; *) unfit Action 'look or undo' ;; esac
  details=",\"action\":\"$action\""
  [ -z "${1-}" ] || await_instant "$1"
  until attempt; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || give_up
    unlock
    sleep 5
  done
  forget_old_runs || true
  answer 0
}

# The timer without systemd: notes who it is, so that cut can see it armed and undo can end it.
await_instant() {
  printf '%s %s\n' "$$" "$(started $$)" >"$state/timer.pid.new"
  mv "$state/timer.pid.new" "$state/timer.pid"
  wait_until "$1"
}

# One look or undo; where it fails, $problem says why and $left what it knows to be left.
attempt() {
  left=''
  problem='Cannot restore as the lock of the run must be free: found it held for 20 s'
  lock 20 || return 1
  bury
  problem='Cannot look as iptables must list its rules: found that it does not'
  count_ours || return 1
  found=$count left=$count
  [ "$action" = look ] || undo
}

# /run serves where the disk is full or read-only: better a tombstone until the reboot than none. On
# disk it is flushed behind our back, for a tombstone that a crash takes away is none.
bury() {
  mkdir -p "$lib_root" || true
  [ -e "$(tombstone)" ] || { now_ms >"$(tombstone)"; } || now_ms >"$run_root/$run_id.tombstone"
  sync "$(tombstone)" >/dev/null 2>&1 3>&- 9>&- &
}

undo() {
  [ "$found" -eq 0 ] || remove_ours
  left=''
  count_ours || return 1
  left=$count
  [ "$left" -eq 0 ] || return 1
  [ "$found" -eq 0 ] || note_end
  disarm
}

note_end() {
  mkdir -p "$state"
  printf '%s %s\n' "$(now_ms)" "$who" >"$state/restored.new"
  mv "$state/restored.new" "$state/restored"
}

# Thirty days outlive every delivery, redrive and retry of the run.
forget_old_runs() {
  command -v find >/dev/null || return 0
  find "$lib_root" -maxdepth 1 -name '*.tombstone' -mtime +30 | while read -r old; do
    id=$(basename "$old" .tombstone)
    rm -rf "${run_root:?}/$id" "$run_root/$id.lock" "$run_root/$id.probes" "$old"
  done
}

give_up() {
  [ -n "$left" ] || outcome failed "$problem"
  answer 1
}

# The line, with when and by whom the rules of the run were removed: answer EXIT_CODE.
answer() {
  at=null by=null
  if [ -f "$state/restored" ]; then
    read -r at by <"$state/restored"
    by="\"$by\""
  fi
  word=clean
  [ "$left" -eq 0 ] || word=present
  details="$details,\"found\":$found,\"left\":$left,\"restoredAt\":$at,\"restoredBy\":$by"
  say "$1" "\"outcome\":\"$word\"$details"
}

main "${2-}"
