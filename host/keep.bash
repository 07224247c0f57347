# shellcheck shell=bash disable=SC2034,SC2154
# A canary: one connection to a service port, asked `build` twice a second: keep ADDRESS PORT UNTIL
# FILE.
#
# Started by `keep` of probe.sh in a session of its own. Ends at UNTIL, when its connection is reset
# or closed, or when `stop` kills the session. FILE holds one line: "failed WORD", "alive MS" or
# "dead MS HOW", MS being the last instant at which an answer came. A connection that only stalls is
# waited for, for as long as it takes. Does not cover: what a client library would do, which is to
# give up and dial anew.
keep() {
  until=$3 file=$4 errors=$4.err
  exec 2>>"$errors"
  note_self "$file"
  connect "$1" "$2" || { tell "failed $answer" && exit; }
  clock
  answered=$now
  tell "alive $answered"
  while clock && ((now < until)); do
    send $'build\n'
    await_answer
    nap 0.5
  done
  rm -f "$file" "$file.pid" "$errors"
}

# A question sent into silence stays the only one until it is answered.
await_answer() {
  until receive 1; do
    (($? > 128)) || die
    tell "dead $answered timed-out"
    clock
    ((now < until)) || return 0
  done
  clock
  answered=$now
  tell "alive $answered"
}

die() {
  local how=closed
  case $(<"$errors") in
    *reset* | *abort*) how=reset ;;
    *'timed out'*) how=timed-out ;;
  esac
  tell "dead $answered $how"
  exit
}

tell() { printf '%s\n' "$1" >"$file"; }
