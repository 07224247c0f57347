# shellcheck shell=sh disable=SC2154
# The timer of a run, as cut and restore share it: a unit of systemd, or a process in a session of
# its own.

unit() { printf 'aerofault-%s' "$run_id"; }

# systemd restores in the network of PID 1, so it is of use only where that is ours too.
systemd_serves() {
  [ -d /run/systemd/system ] && command -v systemd-run >/dev/null &&
    [ "$(readlink /proc/self/ns/net)" = "$(readlink /proc/1/ns/net)" ]
}

# Ends the timer of this run, whichever it is. Stopping a systemd timer leaves the service alone
# that it may just have started; a setsid timer waits for the lock we hold, or is ourselves.
disarm() {
  if systemd_serves; then
    systemctl stop "$(unit).timer" 2>/dev/null || true
  fi
  end_noted "$state/timer.pid"
  rm -f "$state/timer" "$state/timer.pid"
}
