# shellcheck shell=sh disable=SC2154
# Cut for a caller that knows no instants, as AWS FIS is: from now on, for HoldSeconds.
#
# Started by SSM; ends when a look has found nothing of it any more, so that the caller's action lasts
# as long as the fault. The fault itself is ended by the timer that cut arms before its first rule,
# whatever becomes of this script: a command that is cancelled is killed by the agent, and its fault
# goes on to its time. Does not cover: other hosts, which begin when their own command arrives; a
# journal, a proof, and the residue of what is not ours.
set -u
umask 077
run_root=/run/aerofault

fail() {
  echo "Cannot cut as $1" >&2
  exit 2
}

take_seconds() {
  seconds=${SSM_HoldSeconds-}
  case $seconds in
    '' | 0* | *[!0-9]* | ?????*) fail "HoldSeconds must be 1 to 3600: found '$seconds'" ;;
  esac
  [ "$seconds" -le 3600 ] || fail "HoldSeconds must be 1 to 3600: found '$seconds'"
}

# Of the second and the process, for two actions may come to a host in one second.
name_run() {
  now=$(date +%s)
  SSM_RunId=f$((now % 100000000 * 1000 + $$ % 1000))
  SSM_Part=0
  SSM_InjectAt=${now}000
  SSM_RestoreAt=$((now + seconds))000
  export SSM_RunId SSM_Part SSM_InjectAt SSM_RestoreAt
}

own=$(mktemp -d) || fail 'a folder for it must be there: found none'
trap 'rm -rf "$own"' EXIT
cat >"$own/cut.sh" <<'AEROFAULT_CUT'
#include cut
AEROFAULT_CUT
take_seconds
name_run
sh "$own/cut.sh" || exit $?
cp "$run_root/$SSM_RunId/0/restore.sh" "$own/restore.sh" || exit 1
sleep "$((SSM_RestoreAt / 1000 - $(date +%s) + 2))"
said=$(SSM_Action=look sh "$own/restore.sh")
code=$?
echo "$said"
case $said in *'"left":0'*) exit $code ;; *) exit 1 ;; esac
