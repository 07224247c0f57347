# shellcheck shell=sh disable=SC2154
# The timers of a run, as lifecycle.sh and restore.sh share them: for each part a unit of systemd, or
# a process in a session of its own.

unit() { printf 'aerofault-%s-%s' "$run_id" "$part"; }

# systemd restores in the network of PID 1, so it is of use only where that is ours too.
systemd_serves() {
  [ -d /run/systemd/system ] && command -v systemd-run >/dev/null &&
    [ "$(readlink /proc/self/ns/net)" = "$(readlink /proc/1/ns/net)" ]
}

# Ends the timer of this part, or those of all parts, whichever they are. Stopping a systemd timer
# leaves the service alone that it may just have started; a setsid timer waits for the lock we hold,
# or is ourselves.
disarm() {
  if systemd_serves; then
    systemctl stop "aerofault-$run_id-${part:-*}.timer" 2>/dev/null || true
  fi
  for folder in $(part_folders); do
    end_noted "$folder/timer.pid"
    rm -f "$folder/timer" "$folder/timer.pid"
  done
}

# The state folder of this part, or those of all parts of the run.
part_folders() {
  for folder in "$run_state"/${part:-[0-9]*}; do
    [ ! -d "$folder" ] || printf '%s\n' "$folder"
  done
}

# The note NAME of what a boot may not end, in a place that a boot leaves: lasting NAME
lasting() { printf '%s' "$lib_root/$run_id-$part.$1"; }

# The notes NAME of this part, or of all parts of the run. Formerly they lay with the part's state.
lasting_notes() {
  for noted in "$lib_root/$run_id"-${part:-[0-9]*}."$1" "$run_state"/${part:-[0-9]*}/"$1"; do
    [ ! -f "$noted" ] || printf '%s\n' "$noted"
  done
}

# Writes standard input there, whole or not at all: keep_lasting NAME. It is flushed behind our back.
keep_lasting() {
  cat >"$(lasting "$1").new" && mv "$(lasting "$1").new" "$(lasting "$1")" || return 1
  sync "$(lasting "$1")" >/dev/null 2>&1 3>&- 9>&- &
}

# Whether this part, or any part of the run, was applied by METHOD here: noted_method METHOD
noted_method() {
  for folder in $(part_folders); do
    [ ! -f "$folder/method" ] || read -r noted <"$folder/method" || true
    [ "${noted-}" != "$1" ] || return 0
    noted=''
  done
  return 1
}
