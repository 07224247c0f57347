# shellcheck shell=bash disable=SC2034,SC2154
# Notes every change of the cluster as one node sees it: record ADDRESS PORT UNTIL FILE.
#
# Started by `record` of probe.sh in a session of its own. Ends at UNTIL, or when `stop` kills the
# session. Keeps one connection and asks on it about six times a second. A line of FILE is one
# change, [ms,size,"key","principal",member,migrating] or [ms,null] while the node does not answer.
# Does not cover: changes shorter than its pace, and what happened while it was connecting.
record() {
  until=$3 file=$4
  exec 7<> <(:) # The follower says here how its connecting ended.
  note_self "$file"
  while clock && ((now < until)); do
    follow "$1" "$2" &
    await_follower $!
    nap 0.2
  done
  rm -f "$file.pid"
}

# A connect under DROP goes on for minutes and is dialled ever more rarely, so it gets one second; with a
# handshake and a login, two.
await_follower() {
  local word='' tls='' seconds=1
  [[ -z ${AEROFAULT_ACCESS-} ]] || seconds=2
  while read -r -t "$seconds" -u 7 word && [[ $word == tls* ]]; do tls=${word#tls }; done
  if [[ $word == open ]]; then
    wait "$1"
    end_tls "$tls"
  else
    kill -9 "$1"
    wait "$1"
    end_tls "$tls"
    while read -r -t 0.01 -u 7 _; do :; done
    recall
    clock
    note "$now" null
  fi
}

# What a follower left by TLS ends by itself, but not while it is still connecting: end_tls "PID START"
end_tls() {
  [[ -z $1 || $(tell_tls "${1% *}") != "tls $1" ]] || kill -9 "${1% *}" 2>/dev/null
}

follow() {
  local asked status answered=''
  tells_tls=true
  open_info "$1" "$2" || { printf 'failed\n' >&7 && exit; }
  printf 'open\n' >&7
  recall
  while clock && ((now < until)); do
    asked=$now
    ask 1 $'statistics\n' || {
      status=$?
      # A link that was up may just be closed; one that never gave an answer is a silent node.
      if ((status != 1)) || [[ -z $answered ]]; then note "$asked" null; fi
      exit
    }
    answered=true
    clock
    hear
    note "$now" "$told"
    nap 0.15
  done
}

# Sets $told to what $reply says of the cluster.
hear() {
  local part parts=()
  for part in cluster_{size,key,principal,is_member} migrate_partitions_remaining; do
    statistic "$part" "${reply#*$'\t'}"
    parts+=("$value")
  done
  told=null
  is_number "${parts[0]}" || return 0
  is_word "${parts[1]}" && is_word "${parts[2]}" || return 0
  is_flag "${parts[3]}" && is_number "${parts[4]}" || return 0
  local member=0 migrating=1
  [[ ${parts[3]} != true ]] || member=1
  [[ ${parts[4]} != 0 ]] || migrating=0
  told="$((10#${parts[0]})),\"${parts[1]}\",\"${parts[2]}\",$member,$migrating"
}

# The most changes noted: 25 a reply, so reading them all back takes 80 replies.
changes_max=2000

note() {
  [[ $2 != "$last" ]] || return 0
  last=$2
  ((noted++ < changes_max)) || return 0
  printf '[%s,%s]\n' "$1" "$2" >>"$file"
}

# Sets $last and $noted from the file, which follower and recorder share.
recall() {
  local lines=()
  [[ ! -f $file ]] || mapfile -t lines <"$file"
  noted=${#lines[@]} last=
  ((noted == 0)) || last=${lines[noted - 1]#*,}
  last=${last%]}
}
