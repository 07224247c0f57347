# shellcheck shell=bash disable=SC2034,SC2154
# Conversations of probe.sh over /dev/tcp, in bash alone so that a recorder costs no processes.
# Runs on bash 4.2 and later (Amazon Linux 2), so EPOCHREALTIME may be missing.
#
# Info protocol: a header of 8 bytes (version 2, type 1, length of the body in 6 bytes, big endian),
# then the body, a line for every question; the reply echoes each line, a tab, the answer. `connect` is a
# plain dial; admit.bash has the way to a node that wants TLS or a login.
LC_ALL=C
trap '' PIPE
set -f
errors=/dev/null # Where bash's own words about connections go.
exec 8<> <(:)    # Reading from this waits and never gets anything: a sleep without a process.
to=3             # Where questions go; answers come from 3.

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

# ask SECONDS QUESTIONS: sets $reply. 1: closed, 2: no reply of this protocol, above 128: no whole
# answer in that time.
ask() { send "$2" && receive "$1"; }

send() {
  local hex
  header=0 length=0 reply=''
  printf -v hex %08x "${#1}"
  # shellcheck disable=SC2059 # Only a format can write a zero byte.
  printf "\\x02\\x01\\x00\\x00\\x${hex:0:2}\\x${hex:2:2}\\x${hex:4:2}\\x${hex:6:2}%s" "$1" >&"$to"
}

# The longest reply taken, in bytes; a node with 32 namespaces says less than half of it.
reply_bytes_max=1048576

# SECONDS are for all of the reply, however slowly it comes. Called again, it goes on where it was.
receive() {
  local piece status value
  clock
  ends=$((now + 1000 * $1))
  while ((header < 8)); do
    receive_byte || return
    case $header in
      0) ((value == 2)) || return 2 ;;
      1) ((value == 1)) || return 2 ;;
      *) length=$((length * 256 + value)) ;;
    esac
    header=$((header + 1))
  done
  ((length <= reply_bytes_max)) || return 2
  while ((${#reply} < length)); do
    rest || return
    status=0 piece=''
    IFS= read -r -N $((length - ${#reply})) -t "$rest" -u 3 piece || status=$?
    reply+=$piece
    ((status == 0)) || return "$status"
  done
}

# Sets $rest to the seconds until $ends; fails as a read does whose time is over.
rest() {
  clock
  local left=$((ends - now))
  ((left > 0)) || return 142
  printf -v rest %d.%03d $((left / 1000)) $((left % 1000))
}

# Sets $value. With the zero byte as delimiter, a zero byte reads as nothing and a newline as
# itself.
receive_byte() {
  local byte
  rest || return
  IFS= read -r -d '' -n 1 -t "$rest" -u 3 byte || return
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

# Errors are told by how they begin, since their texts differ from 4.9 to 8.1. Not every `fail` is
# one: statistics begin with failed_best_practices.
says_error() { [[ $1 =~ ^([Ee][Rr][Rr][Oo][Rr]|[Ff][Aa][Ii][Ll])([: ]|$) ]]; }

is_flag() { [[ $1 == true || $1 == false ]]; }

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
