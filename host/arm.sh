# shellcheck shell=sh disable=SC2034,SC2154
# The arming of the timer that ends a part, before anything is changed. For lifecycle.sh.
#
# What starts the timer: the script that changes something. What ends it: RestoreAt, a restore by
# command, a reboot (with everything else).

# Sees to it that a timer restores at RestoreAt, or refuses. Again before applying: another call for
# this part that failed may have ended the timer while this one waited.
arm() {
  armed_at='' kind=''
  [ ! -f "$state/timer" ] || read -r kind armed_at <"$state/timer"
  if [ -n "$kind" ] && is_armed "$kind"; then
    timer=$kind
    [ "$armed_at" = "$restore_at" ] ||
      refuse "Cannot $script as its timer must be armed for RestoreAt: found it armed for $armed_at"
  else
    arm_anew
  fi
  describe
}

arm_anew() {
  place_restore
  for kind in systemd setsid; do
    printf '%s %s\n' "$kind" "$restore_at" >"$state/timer"
    if "arm_$kind" && is_armed "$kind"; then
      timer=$kind
      return
    fi
    disarm
  done
  refuse "Cannot $script as a timer must be armed first: found that systemd-run and setsid armed none"
}

is_armed() {
  case $1 in
    systemd) systemctl is-active --quiet "$(unit).timer" ;;
    setsid) noted_lives "$state/timer.pid" ;;
  esac
}

# By the monotonic clock, so that a clock set back cannot lengthen the fault. The default accuracy
# is 1 min.
arm_systemd() {
  systemd_serves || return 1
  systemctl reset-failed "$(unit).timer" "$(unit).service" 2>/dev/null || true
  systemd-run --unit="$(unit)" --on-active="$((restore_at - $(now_ms)))ms" \
    --timer-property=AccuracySec=100ms \
    /usr/bin/env "SSM_RunId=$run_id" "SSM_Part=$part" SSM_Action=undo \
    /bin/sh "$state/restore.sh" timer 3>&- 9>&-
}

# In a session of its own: the agent ends a command by killing its process group.
arm_setsid() {
  rm -f "$state/timer.pid"
  SSM_RunId=$run_id SSM_Part=$part SSM_Action=undo \
    setsid /bin/sh "$state/restore.sh" timer "$restore_at" >/dev/null 2>&1 3>&- 9>&- &
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    [ ! -f "$state/timer.pid" ] || return 0
    sleep 0.1
  done
  kill -9 "$!" || true
  return 1
}

# A shell reads its script as it goes, so a copy in use is replaced, never rewritten.
place_restore() {
  mkdir -p "$state"
  cat >"$state/restore.new" <<'AEROFAULT_RESTORE'
#include restore
AEROFAULT_RESTORE
  mv "$state/restore.new" "$state/restore.sh"
}
