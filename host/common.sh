# shellcheck shell=sh disable=SC2034,SC2154
# What every aerofault host script shares. The composer puts it in front of the script itself.
#
# Started by the SSM agent as root, parameters in the environment as SSM_<Name>. Ends with exactly
# one line of JSON on stdout (descriptor 3 from here on); everything else goes to stderr. An end
# nobody planned is reported as "failed". A SIGKILL prints nothing: only the timer covers that.
set -eu
umask 077
LC_ALL=C TZ=UTC PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL TZ PATH
exec 3>&1 1>&2 </dev/null
cd /

run_root=/run/aerofault
lib_root=/var/lib/aerofault
run_id=
details= # More members of the JSON line, each with a comma in front.
reported=
day_ms=86400000

trap 'end_unplanned' EXIT
trap 'exit 143' HUP INT TERM

end_unplanned() {
  status=$?
  trap - EXIT
  [ -z "$reported" ] || exit "$status"
  before_unplanned_end || true
  outcome failed "Cannot finish $script as every command must succeed: found exit code $status"
}

# A script that may have something in force takes it away here.
before_unplanned_end() { :; }

# A method that leaves more behind than can matter takes it away here, once nothing else is left.
tidy() { :; }

# Prints the one line and ends: outcome WORD [REASON].
outcome() {
  case $1 in refused) code=3 ;; failed) code=1 ;; *) code=0 ;; esac
  reason=
  [ -z "${2-}" ] || reason=",\"reason\":\"$(printf %s "$2" | plain)\""
  say "$code" "\"outcome\":\"$1\"$reason$details"
}

refuse() { outcome refused "$1"; }

say() {
  reported=yes
  run=null
  [ -z "$run_id" ] || run="\"$run_id\""
  printf '{"script":"%s","run":%s,%s}\n' "$script" "$run" "$2" >&3
  exit "$1"
}

# Text of tools, made fit for a JSON string.
plain() { tr '\n' ' ' | tr -cd 'A-Za-z0-9 .,:;/()=_-' | cut -c1-300; }

now_ms() { date +%s%3N; }

# Sets $value to a parameter. An agent without ENV_VAR interpolation leaves it unset.
parameter() {
  value=
  eval "[ -n \"\${SSM_$1+set}\" ]" ||
    refuse "Cannot read parameter $1 as the agent must export SSM_$1 (3.3.2746.0 on): it is unset"
  eval "value=\$SSM_$1"
}

unfit() { refuse "Cannot accept parameter $1 as it must be $2: found something else"; }

take_run_id() {
  parameter RunId
  case $value in '' | *[!a-z0-9]* | ?????????????*) unfit RunId '1 to 12 of a-z and 0-9' ;; esac
  run_id=$value
  part=''
  run_state=$run_root/$run_id
  state=$run_state
}

# One fault of the run on this host. Everything of ours bears run and part; without a part the whole
# run is meant.
take_part() {
  parameter Part
  case $value in [0-9] | [1-9][0-9]) ;; *) unfit Part 'a number from 0 to 99' ;; esac
  part=$value
  state=$run_state/$part
}

# take_instant NAME: sets $value to epoch milliseconds of this age.
take_instant() {
  parameter "$1"
  case $value in
    [1-9]????????????) case $value in *[!0-9]*) unfit "$1" '13 digits' ;; esac ;;
    *) unfit "$1" '13 digits' ;;
  esac
}

take_restore_at() {
  take_instant RestoreAt
  restore_at=$value
  [ $((restore_at - $(now_ms))) -le "$day_ms" ] ||
    refuse 'Cannot accept parameter RestoreAt as it must be within 24 hours: found it later'
}

# A comma list without gaps: is_list VALUE CHARACTERS MOST
is_list() {
  case $1 in '' | ,* | *, | *,,* | *[!,$2]*) return 1 ;; esac
  [ "$(printf %s "$1" | tr -cd , | wc -c)" -lt "$3" ]
}

take_ports() {
  parameter Ports
  is_list "$value" 0-9 15 || unfit Ports '1 to 15 port numbers'
  for port in $(listed "$value"); do
    is_port "$port" || unfit Ports 'numbers from 1 to 65535'
    case $port in 22 | 443) unfit Ports 'other than 22 and 443, which this host needs' ;; esac
  done
  ports=$value
}

is_port() {
  case $1 in [1-9] | [1-9][0-9]*) ;; *) return 1 ;; esac
  case $1 in *[!0-9]* | ??????*) return 1 ;; esac
  [ "$1" -le 65535 ]
}

# Sets $peers4 and $peers6, one blank in front of each.
take_peers() {
  parameter Peers
  is_list "$value" 0-9a-f.: 1000 || unfit Peers '1 to 1,000 addresses'
  peers4='' peers6=''
  for peer in $(listed "$value"); do
    if is_host4 "$peer"; then
      peers4="$peers4 $peer"
    elif is_host6 "$peer"; then
      peers6="$peers6 $peer"
    else
      unfit Peers 'addresses of single hosts, neither loopback nor link-local nor multicast'
    fi
  done
}

listed() { printf %s "$1" | tr , ' '; }

# Addresses that can be another host's: neither loopback nor link-local (where the credentials of
# the instance are served) nor multicast nor mapped.
is_host4() {
  case $1 in 0.* | 127.* | 169.254.* | 22[4-9].* | 2[345]?.*) return 1 ;; esac
  is_ipv4 "$1"
}

is_host6() {
  case $1 in ::* | fe[89ab]?:* | ff??:*) return 1 ;; esac
  is_ipv6 "$1"
}

# No process an address: there may be a thousand.
is_ipv4() {
  case $1 in *[!0-9.]* | .* | *. | *..* | *.*.*.*.*) return 1 ;; *.*.*.*) ;; *) return 1 ;; esac
  unread=$1.
  while [ -n "$unread" ]; do
    octet=${unread%%.*} unread=${unread#*.}
    case $octet in 0 | [1-9] | [1-9][0-9] | [12][0-9][0-9]) ;; *) return 1 ;; esac
    [ "$octet" -le 255 ] || return 1
  done
}

is_ipv6() {
  case $1 in *[!0-9a-f:]* | *:::* | *::*::* | :[!:]* | *[!:]:) return 1 ;; esac
  groups=0 unread=$1:
  while [ -n "$unread" ]; do
    case ${unread%%:*} in ?????*) return 1 ;; ?*) groups=$((groups + 1)) ;; esac
    unread=${unread#*:}
  done
  case $1 in *::*) [ "$groups" -le 7 ] ;; *) [ "$groups" -eq 8 ] ;; esac
}

# Takes the run's lock within SECONDS and keeps it until `unlock` or the end of the script. Children
# that live longer than the script must close descriptor 9.
lock() {
  command -v flock >/dev/null ||
    refuse 'Cannot go on as flock must be installed (util-linux): found it missing'
  mkdir -p "$run_root"
  exec 9>>"$run_root/$run_id.lock"
  flock -w "$1" 9
}

unlock() { flock -u 9; }

# Of the run, or of one part: tombstone FOLDER [PART]
tombstone() { printf %s "$1/$run_id${2:+-$2}.tombstone"; }

# What every script that would change something asks under the lock (restore-protocol, rule 14).
refuse_if_over() {
  mkdir -p "$lib_root" || true
  [ -w "$lib_root" ] ||
    refuse "Cannot go on as $lib_root must take a tombstone: found it not writable"
  for folder in "$lib_root" "$run_root"; do
    [ ! -e "$(tombstone "$folder")" ] || refuse 'restored already'
    [ ! -e "$(tombstone "$folder" "${part:-none}")" ] || refuse 'restored already'
  done
  [ "$(now_ms)" -lt "$restore_at" ] || refuse 'deadline passed'
}

# Sleeps until an instant by the wall clock, but never longer than it looked at the start: a clock
# set back must not lengthen a fault.
wait_until() {
  rest_ms=$(($1 - $(now_ms)))
  longest=$rest_ms began=$(uptime_ms)
  while [ "$rest_ms" -gt 0 ]; do
    [ "$rest_ms" -lt 900 ] || rest_ms=900
    sleep "$(printf '0.%03d' "$rest_ms")"
    rest_ms=$(($1 - $(now_ms)))
    monotonic=$((longest - $(uptime_ms) + began))
    [ "$monotonic" -gt "$rest_ms" ] || rest_ms=$monotonic
  done
}

uptime_ms() {
  read -r up _ </proc/uptime
  printf '%s%s0' "${up%.*}" "${up#*.}" | sed 's/^0*\(.\)/\1/'
}

# The start time of a living process, which tells it from a later one with the same id; else fails.
started() {
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  # shellcheck disable=SC2086 # The fields after the name are split at their blanks.
  set -- ${stat##*) }
  [ "$1" != Z ] && printf '%s' "${20}"
}

# A process noted as "PID START" in a file lives: sets $pid.
noted_lives() {
  pid='' start=''
  [ -f "$1" ] && read -r pid start <"$1" && [ -n "$start" ] && [ "$(started "$pid")" = "$start" ]
}

# Ends a noted process with its whole group, unless that is this script itself.
end_noted() {
  noted_lives "$1" || return 0
  [ "$pid" = $$ ] || kill -9 "-$pid" || true
}
