# shellcheck shell=sh disable=SC2034,SC2154
# Removes what a run did to this host, or looks for it; needs the run id alone, any number of times.
#
# Started by SSM (Action look|undo), for all parts of the run and by whatever method; or by the timer
# that a part's script armed ("timer" as first argument, and the instant to wait for as second where
# no systemd does the waiting), for that part alone. Ends when it has looked, or when nothing is left;
# the timer tries for ten minutes. Both actions first leave a tombstone under the run's lock, so that
# nothing late can apply any more. After a reboot, which takes rules, routes and timers away
# together, it undoes what the boot did not. Does not cover: connections (they come back by
# themselves), probes (`stop` of probe ends them).
script="restore"
who="command"
tries=1
[ "${1-}" != timer ] || who=timer tries=120

main() {
  take_run_id
  [ "$who" = command ] || take_part
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

# The timer without systemd: notes who it is, so that its part can see it armed and undo can end it.
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
  count_ours || return 1
  found=$count left=$count
  [ "$action" = look ] || undo
}

# /run serves where the disk is full or read-only: better a tombstone until the reboot than none. On
# disk it is flushed behind our back, for a tombstone that a crash takes away is none.
bury() {
  mkdir -p "$lib_root" || true
  grave=$(tombstone "$lib_root" "$part")
  [ -e "$grave" ] || { now_ms >"$grave"; } || now_ms >"$(tombstone "$run_root" "$part")"
  sync "$grave" >/dev/null 2>&1 3>&- 9>&- &
}

# Counts what is there by any method: sets $count and $present, or fails when it cannot be known.
count_ours() {
  count=0 present=''
  for method in $methods; do
    problem="Cannot look as $method must list what there is: found that it does not"
    "${method}_count" || return 1
    count=$((count + ours))
    [ "$ours" -eq 0 ] || present="$present $method"
  done
  for folder in $(part_folders); do
    ! noted_lives "$folder/waiter.pid" || count=$((count + 1))
  done
}

# Ends what only waits for its instant (lifecycle.sh). It waits without the lock that we hold.
end_waiters() {
  for folder in $(part_folders); do
    end_noted "$folder/waiter.pid"
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      noted_lives "$folder/waiter.pid" || break
      sleep 0.1
    done
  done
}

undo() {
  end_waiters
  for method in $present; do "${method}_remove" || true; done
  left=''
  count_ours || return 1
  left=$count
  [ "$left" -eq 0 ] || return 1
  [ "$found" -eq 0 ] || note_end
  disarm
  tidy || true
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

# The line, with when and by whom the last of the run was removed: answer EXIT_CODE.
answer() {
  at=null by=null
  for noted in "$run_state/restored" "$run_state"/[0-9]*/restored; do
    [ -f "$noted" ] || continue
    read -r noted_at noted_by <"$noted"
    if [ "$at" = null ] || [ "$noted_at" -gt "$at" ]; then at=$noted_at by="\"$noted_by\""; fi
  done
  word=clean
  [ "$left" -eq 0 ] || word=present
  details="$details,\"found\":$found,\"left\":$left,\"restoredAt\":$at,\"restoredBy\":$by"
  say "$1" "\"outcome\":\"$word\"$details"
}

main "${2-}"
