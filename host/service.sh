# shellcheck shell=sh disable=SC2034,SC2154
# Stops this host's service, or lets its processes stand still with their connections open.
#
# Lives as lifecycle.sh says; the script itself switches. stop is `systemctl stop`, undone by start;
# freeze is SIGSTOP for every process of a name, undone by SIGCONT. A reboot ends what stands still, and
# systemd starts the units that are enabled; one that is not is started by restore by command alone,
# for a reboot ends the timer. Does not cover: systemd's own watchdog (WatchdogSec), which may kill
# what stands still, and a restart while frozen: the new process runs.
script="service"
how='' name='' processes=0

take_own_parameters() {
  parameter How
  how=$value
  case $how in stop | freeze) ;; *) unfit How 'stop or freeze' ;; esac
  parameter Name
  name=$value
  case $name in
    '' | [!a-z]* | *[!a-z0-9@._-]*) unfit Name 'the name of a service or process' ;;
    *.target | *.slice | *.scope | *.socket | *.timer | *.mount | *.path)
      unfit Name 'the name of a service or process'
      ;;
  esac
  [ ${#name} -le "$([ "$how" = stop ] && printf 64 || printf 15)" ] ||
    unfit Name 'at most 64 characters for a unit and 15 for a process'
  case $name in
    *ssm* | ssh* | systemd* | dbus* | network* | chron* | ntp* | cloud-* | init* | getty* | \
      user@* | polkit* | udev* | emergency* | rescue* | firewalld* | sudo* | login* | cron* | \
      sh | bash | dash | busybox | ip | node | perl | python*)
      unfit Name "other than what this host or its SSM agent needs"
      ;;
  esac
}

switches_by_kernel() { false; }

check_method() {
  method=service
  is_applied || "check_$how"
}

is_applied() {
  case $how in
    stop) [ "$(cat "$(lasting service)" 2>/dev/null)" = "stop $name" ] && is_stopped ;;
    freeze) [ -f "$state/service" ] && [ -n "$(pids)" ] && stand_still ;;
  esac
}

check_stop() {
  command -v systemctl >/dev/null || refuse 'Cannot stop a service as systemd must run: found none'
  found=$(unit_state "$name")
  [ "$found" = active ] || refuse "Cannot stop $name as it must be active: found it $found"
  group=$(systemctl show -p ControlGroup "$name" 2>/dev/null) || group=''
  group=${group#ControlGroup=}
  [ -z "$group" ] || ! grep -q ":$group\(/\|\$\)" /proc/self/cgroup ||
    refuse "Cannot stop $name as it must not run this script: found that it does"
}

check_freeze() {
  found=$(pids)
  [ -n "$found" ] || refuse "Cannot freeze $name as a process of that name must run: found none"
  # shellcheck disable=SC2086 # One word a process.
  set -- $found
  [ $# -le 64 ] || refuse "Cannot freeze $name as at most 64 processes may bear the name: found $#"
  own=" $(ancestors) "
  for pid; do
    case $own in
      *" $pid "*) refuse "Cannot freeze $name as it must not run this script: $pid does" ;;
    esac
    ! is_frozen "$pid" || refuse "Cannot freeze $name as it must run: found $pid stopped already"
  done
}

# The processes of the name, the kernel's own threads aside.
pids() {
  for folder in /proc/[0-9]*; do
    [ "$(cat "$folder/comm" 2>/dev/null)" = "$name" ] || continue
    [ -z "$(tr -d '\0' <"$folder/cmdline" 2>/dev/null)" ] || printf '%s ' "${folder#/proc/}"
  done
}

# This script and all that started it, 1 included.
ancestors() {
  pid=$$
  while [ "$pid" -gt 1 ]; do
    printf '%s ' "$pid"
    stat=$(cat "/proc/$pid/stat") || break
    # shellcheck disable=SC2086 # The fields after the name are split at their blanks.
    set -- ${stat##*) }
    pid=$2
  done
  printf 1
}

apply_method() {
  if ! is_applied; then
    "check_$how" # It may have changed since.
    "apply_$how"
    applied_at=$(now_ms)
  fi
  [ "$how" = stop ] || processes=$(grep -c '^freeze' "$state/service") || true
}

apply_stop() {
  printf 'stop %s\n' "$name" | keep_lasting service ||
    refuse "Cannot stop $name as its note must be kept: found that it is not"
  changing
  systemctl stop --no-block "$name" 3>&- 9>&- || abandon 'systemctl stop failed'
  until is_stopped || is_too_late; do sleep 0.05; done
  is_stopped || abandon "$name goes on: it is $(unit_state "$name")"
}

# On its way out counts: what it does there, it does because of us.
is_stopped() {
  case $(unit_state "$name") in inactive | failed | deactivating) ;; *) return 1 ;; esac
}

# The lock is held meanwhile, which the timer needs.
is_too_late() {
  tries=$((${tries-100} - 1))
  [ "$tries" -le 0 ] || [ "$(now_ms)" -ge "$restore_at" ]
}

# Each process is noted before its signal. What forked meanwhile is found on the next round.
apply_freeze() {
  changing
  for _ in 1 2 3 4 5; do
    note_processes
    signal_processes
    ! stand_still || return 0
    sleep 0.05
  done
  abandon "a process of $name goes on"
}

note_processes() {
  : >"$state/service.new"
  for pid in $(pids); do
    ! start=$(started "$pid") || printf 'freeze %s %s\n' "$pid" "$start" >>"$state/service.new"
  done
  mv "$state/service.new" "$state/service"
}

signal_processes() {
  while read -r _ pid start; do
    ! is_noted "$pid" "$start" || kill -STOP "$pid" || true
  done <"$state/service"
}

# Every process of the name, and each of them noted.
stand_still() {
  for pid in $(pids); do
    is_frozen "$pid" || return 1
    grep -q -x "freeze $pid $(started "$pid")" "$state/service" || return 1
  done
}

describe_own() { printf ',"how":"%s","processes":%s' "$how" "$processes"; }

live
