# shellcheck shell=bash disable=SC2034,SC2154
# Conversations of probe.sh over /dev/tcp, in bash alone so that a recorder costs no processes.
# Runs on bash 4.2 and later (Amazon Linux 2), so EPOCHREALTIME may be missing.
#
# Info protocol: a header of 8 bytes (version 2, type 1, length of the body in 6 bytes, big endian),
# then the body, a line for every question; the reply echoes each line, a tab, the answer. Does not
# cover: TLS listeners, and logging in to a cluster that has security on.
LC_ALL=C
trap '' PIPE
set -f
errors=/dev/null # Where bash's own words about connections go.
exec 8<> <(:)    # Reading from this waits and never gets anything: a sleep without a process.

nap() { read -r -t "$1" -u 8 _ || true; }

# Sets $now to epoch milliseconds.
clock() {
  if [[ -n ${EPOCHREALTIME-} ]]; then
    local micros=${EPOCHREALTIME/[.,]/}
    now=$((micros / 1000))
  else
    clock_by_uptime
  fi
}

# Bash before 5: uptime plus what date said, asked again every ten seconds.
clock_by_uptime() {
  local up
  read -r up _ </proc/uptime
  up=$((10#${up/./} * 10))
  if ((up > ${uptime_expires:-0})); then
    uptime_base=$(($(date +%s%3N) - up))
    uptime_expires=$((up + 10000))
  fi
  now=$((uptime_base + up))
}

# Opens descriptor 3, else sets $answer to why not. It takes as long as the kernel likes: the caller
# limits it.
connect() {
  answer=open
  { exec 3<>"/dev/tcp/$1/$2"; } 2>"$errors" && return
  answer=$(word_of "$(<"$errors")")
  return 1
}

# The word for a connection that failed, where its errors go nowhere: it is tried once more.
why() { word_of "$( { exec 3<>"/dev/tcp/$1/$2"; } 2>&1)"; }

word_of() {
  case $1 in
    *refused*) printf refused ;;
    *reset*) printf reset ;;
    *'timed out'*) printf timed-out ;;
    *) printf unreachable ;;
  esac
}

# ask SECONDS QUESTIONS: sets $reply. 1: closed, above 128: no answer in that time.
ask() { send "$2" && receive "$1"; }

send() {
  local hex
  printf -v hex %08x "${#1}"
  # shellcheck disable=SC2059 # Only a format can write a zero byte.
  printf "\\x02\\x01\\x00\\x00\\x${hex:0:2}\\x${hex:2:2}\\x${hex:4:2}\\x${hex:6:2}%s" "$1" >&3
}

# The longest reply taken, in bytes; a node with 32 namespaces says less than half of it.
reply_bytes_max=1048576

receive() {
  local i value length=0
  for ((i = 0; i < 8; i++)); do
    receive_byte "$1" || return
    case $i in
      0) ((value == 2)) || return 1 ;;
      1) ((value == 1)) || return 1 ;;
      *) length=$((length * 256 + value)) ;;
    esac
  done
  ((length <= reply_bytes_max)) || return 1
  IFS= read -r -N "$length" -t "$1" -u 3 reply
}

# Sets $value. With the zero byte as delimiter, a zero byte reads as nothing and a newline as
# itself.
receive_byte() {
  local byte
  IFS= read -r -d '' -n 1 -t "$1" -u 3 byte || return
  value=0
  [[ -z $byte ]] || printf -v value %d "'$byte"
  value=$((value & 255))
}

# statistic NAME TEXT: sets $value to the value of NAME in TEXT ("a=1;b=2", whatever lines follow);
# fails where it is missing.
statistic() {
  value=
  [[ ";$2" =~ \;$1=([^\;[:cntrl:]]*) ]] && value=${BASH_REMATCH[1]}
}

is_number() { [[ $1 =~ ^[0-9]{1,15}$ ]]; }

# Fit to stand between quotes in JSON.
is_word() { [[ $1 =~ ^[A-Za-z0-9._-]{1,40}$ ]]; }

# Notes "PID START" in FILE.pid, so that a later script knows this process from another with its id.
note_self() {
  local stat
  read -r stat </proc/$BASHPID/stat
  # shellcheck disable=SC2206 # The fields after the name are split at their blanks.
  stat=(${stat##*) })
  printf '%s %s\n' "$BASHPID" "${stat[19]}" >"$1.pid"
}
