# shellcheck shell=sh disable=SC2034,SC2154
# The life of every script that changes something on a host until RestoreAt: one part of a run.
#
# The order is: take the parameters, take the run's lock, ask whether the run is over, let the
# script check that it can, arm a timer for RestoreAt and see it armed. Then, where the kernel
# itself will switch the change on at InjectAt and off at RestoreAt, apply at once; else wait for
# InjectAt without the lock, ask again, apply; where InjectAt is too far for a command of SSM, a copy
# of the script in a session of its own does the waiting, and the line comes at once. Read back what
# is there, print one line. What it leaves ends by the timer, by restore.sh, or by a reboot. Safe to
# repeat: a second time finds the first ("already"). Killed at any point, the timer alone restores.
#
# The script defines, and calls `live` at its end:
#   take_own_parameters  as `parameter` and `unfit` of common.sh do
#   check_method         sets $method; refuses what cannot work here
#   switches_by_kernel   true where apply_method may run early, since the kernel keeps the time
#   apply_method         applies what is not there yet and sees that it is: `changing` before the
#                        first change, applied_at=$(now_ms) after the last, `abandon REASON` when
#                        it did not work, `refuse` when nothing was changed
#   describe_own         prints more members of the line, each with a comma in front; it is asked at
#                        every stage, so what it prints must be set from the start
# And for each method, in a file of its own that restore.sh has too, of the part, or of the whole
# run where $part is empty:
#   METHOD_count         sets $ours to how much is there; fails when that cannot be known
#   METHOD_remove        removes it all; judge it by counting again
timer='' method='' switch='' applied_at=null changed=''

live() {
  take_run_id
  take_part
  [ -z "${AEROFAULT_WAITER-}" ] || note_waiter
  take_instant InjectAt
  inject_at=$value
  take_restore_at
  [ "$inject_at" -lt "$restore_at" ] || unfit RestoreAt 'later than InjectAt'
  take_own_parameters
  describe
  lock_run
  refuse_if_over
  check_method
  arm
  if switches_by_kernel; then
    switch=kernel
  else
    is_near || leave_waiting
    wait_unlocked
  fi
  apply_method
  conclude
}

lock_run() {
  lock 5 || refuse "Cannot $script as the lock of the run must be free: found it held for 5 s"
}

# Another call of this run may have failed meanwhile and ended the timer, or a restore have come.
wait_unlocked() {
  switch=script
  describe
  unlock
  wait_until "$inject_at"
  lock_run
  refuse_if_over
  arm
}

# SSM ends a command two minutes after it began, and nobody should wait long for its line: an instant
# further off than this is left to a copy.
near_ms=25000
is_near() {
  [ -n "${AEROFAULT_WAITER-}" ] || [ $((inject_at - $(now_ms))) -le "$near_ms" ]
}

# The copy begins where this script began, and asks again whether the run is over, under the lock. It
# ends at InjectAt, or by a restore; where it dies, nothing ever begins. No kill of the command's
# process group reaches it.
leave_waiting() {
  switch=script
  word=already
  if ! noted_lives "$state/waiter.pid"; then
    word=applied
    start_waiter || refuse "Cannot $script as a copy must wait for InjectAt: found that none started"
  fi
  applied_at=$inject_at
  describe
  outcome "$word"
}

start_waiter() {
  cp "$0" "$state/waiter.new" && mv "$state/waiter.new" "$state/waiter.sh" || return 1
  rm -f "$state/waiter.pid"
  AEROFAULT_WAITER=yes setsid /bin/sh "$state/waiter.sh" >/dev/null 2>&1 3>&- 9>&- &
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    ! noted_lives "$state/waiter.pid" || return 0
    sleep 0.1
  done
  kill -9 "$!" || true
  return 1
}

note_waiter() {
  printf '%s %s\n' "$$" "$(started $$)" >"$state/waiter.pid.new"
  mv "$state/waiter.pid.new" "$state/waiter.pid"
}

# What the line says besides the outcome.
describe() {
  details=",\"part\":$part,\"injectAt\":$inject_at,\"appliedAt\":$applied_at"
  [ -z "$timer" ] || details="$details,\"timer\":\"$timer\""
  [ -z "$switch" ] || details="$details,\"switch\":\"$switch\""
  [ -z "$method" ] || details="$details,\"method\":\"$method\""
  details=$details$(describe_own)
}

# From here on an end that nobody planned removes again.
changing() {
  changed=yes
  printf '%s\n' "$method" >"$state/method"
}

# abandon REASON: takes everything of this part away; keeps the timer where that did not work.
abandon() {
  problem="Cannot $script as the whole fault must be in force: found that $1"
  "${method}_remove"
  if "${method}_count" && [ "$ours" -eq 0 ]; then
    disarm
    tidy || true
    changed=''
    outcome failed "$problem; nothing of it is left"
  fi
  changed=''
  outcome failed "$problem; the timer will remove what is left"
}

before_unplanned_end() { [ -z "$changed" ] || "${method}_remove"; }

conclude() {
  if [ -n "$changed" ]; then
    # Applied early, it is in force from InjectAt on.
    [ "$switch" = script ] || [ "$applied_at" -ge "$inject_at" ] || applied_at=$inject_at
    printf '%s\n' "$applied_at" >"$state/applied"
    changed=''
    describe
    outcome applied
  fi
  [ ! -f "$state/applied" ] || read -r applied_at <"$state/applied"
  describe
  outcome already
}
