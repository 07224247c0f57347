# shellcheck shell=sh disable=SC2034,SC2154
# Asks read-only questions from this host. Probes is a comma list; each item gives one result, in
# order:
#
#   new/ADDR/PORT             opens a connection, 2 s at most
#   view/ADDR/PORT/N          what the node says of its cluster, whose size should be N
#   record/ADDR/PORT          starts a recorder of that view's changes (see record.bash)
#   recorded/ADDR/PORT/SINCE  its changes later than SINCE (epoch ms), 25 at most
#   keep/ADDR/PORT            starts a canary: a connection that stands (see keep.bash)
#   kept/ADDR/PORT            how the canary is
#   links/ADDR/PORT           established connections with ADDR, PORT at either end
#   xdr/ADDR/PORT/DC          what the node ships to DC (see shipped.bash)
#   lag/ADDR/PORT             how far the node lags behind to its XDR destinations (see lag.bash)
#   counters/ADDR/PORT        what the node has counted since it started (see counters.bash)
#   hits                      what the rules of the run have met, by their counters
#   all/ADDRS/PORTS           a letter for each address and port dialled; ADDRS and PORTS with _ between
#   peers/ADDRS/PORTS         established connections with each of ADDRS, and with anybody else, by port
#   tally/ADDRS/PORT          what the node here, whose address is one of ADDRS, counts (see tally.bash)
#   routes/ADDRS              a letter for each address: how the kernel would send there
#   here/PORTS                which ports something listens on here, and which rules stop packets to them
#   stop                      ends recorders and canaries of the run and removes what they wrote, and what
#                             access.sh kept
#
# Where hosts have questions of their own, Probes is one text for all of them: the questions, then
# for each host its instance id, its address and the numbers of its questions, counted from 1:
# ITEM,ITEM,ITEM;ID@ADDRESS=1,3;ID@ADDRESS=2. Each asks its own; one that is in none refuses.
#
# Started by SSM; ends after about 2 s at the latest, `all` after 26: 2 for every 64 dials. Recorders
# and canaries go on in sessions of their own until Until, `stop` or a reboot. Changes nothing on the
# network. The line stays under 2,500 characters: "left" counts the items at the end that found no room;
# ask for them again.
script="probe"
line_most=2380 # Characters for the results; the rest of the line needs less than 120.
patience_ms=2000
jobs='' results=''

main() {
  take_run_id
  take_instant Until
  until=$(earlier "$value" $(($(now_ms) + day_ms)))
  folder=$state/probe
  take_probes
  mkdir -p "$run_root"
  forget_old_scratch
  take_access
  scratch=$(mktemp -d "$run_root/probe.XXXXXX")
  place_talk
  at=$(now_ms)
  give_up_at=$((at + patience_ms))
  each_item start
  for job in $jobs; do wait "$job" || true; done
  each_item finish
  rm -rf "$scratch"
  say 0 "\"at\":$at,\"results\":[$results]$details"
}

# What killed probes left behind.
forget_old_scratch() {
  command -v find >/dev/null || return 0
  find "$run_root" -maxdepth 1 -name 'probe.*' -mmin +60 -exec rm -rf '{}' + || true
}

earlier() { if [ "$1" -lt "$2" ]; then printf %s "$1"; else printf %s "$2"; fi; }

before_unplanned_end() { [ -z "${scratch-}" ] || rm -rf "$scratch"; }

# All of this host's items are checked before any is asked.
take_probes() {
  parameter Probes
  [ ${#value} -le 16000 ] || unfit Probes 'at most 16,000 characters'
  probes=$value
  case $value in *';'*) choose_own ;; esac
  [ ${#probes} -le 3000 ] || unfit Probes "at most 3,000 characters of one host's questions"
  is_list "$probes" A-Za-z0-9./:_- 3000 || unfit Probes 'a list of questions'
  each_item check
}

choose_own() {
  items=${value%%;*}
  is_list "$items" A-Za-z0-9./:_- 4000 || unfit Probes 'a list of questions in front of sections'
  are_sections "${value#*;}" || unfit Probes 'sections of ID@ADDRESS=NUMBERS'
  own_section "${value#*;}" ||
    refuse "Cannot accept parameter Probes as one section must be for $who: found $found"
  # shellcheck disable=SC2046 # One argument an item.
  pick $(listed "$items")
}

# Sets $probes to the items whose numbers are in $own.
pick() {
  probes=''
  for number in $(listed "$own"); do
    case $number in 0* | ?????*) unfit Probes 'sections that count from 1' ;; esac
    [ "$number" -le $# ] || unfit Probes 'sections that count no further than the questions'
    eval "probes=\$probes\${probes:+,}\${$number}"
  done
}

# Calls start_VERB, finish_VERB or check for every item, with $item, $number and the item's parts
# set.
each_item() {
  number=0
  for item in $(listed "$probes"); do
    number=$((number + 1))
    split "$item"
    "$1"
  done
}

split() {
  ifs=$IFS
  IFS=/
  # shellcheck disable=SC2086 # The item is split at its slashes.
  set -- $1
  IFS=$ifs
  verb=${1-} address=${2-} port=${3-} extra=${4-} fields=$# named=$item
  file=$folder/$verb-$address-$port
}

check() {
  case $verb/$fields in
    new/3 | record/3 | keep/3 | kept/3 | links/3 | lag/3 | counters/3 | stop/1 | hits/1) ;;
    xdr/4) is_dc "$extra" || unfit Probes 'destinations of 1 to 31 letters, digits, - and _' ;;
    view/4) is_port "$extra" || unfit Probes 'views with the size of a cluster' ;;
    recorded/4) is_instant || unfit Probes 'recorded since epoch milliseconds' ;;
    all/3 | peers/3 | tally/3 | routes/2 | here/2) check_audit && return ;;
    *) unfit Probes 'a list of questions that probe knows' ;;
  esac
  [ "$fields" -gt 1 ] || return 0
  is_port "$port" || unfit Probes 'questions with a port from 1 to 65535'
  is_ipv4 "$address" || is_ipv6 "$address" || unfit Probes 'questions with an address'
}

is_dc() { case $1 in '' | *[!A-Za-z0-9_-]* | ????????????????????????????????*) return 1 ;; esac }

is_instant() { case $extra in *[!0-9]* | ??????????????*) return 1 ;; esac }

start() {
  said=$scratch/$number
  case $verb in
    new) limited connect "$address" "$port" "$said.err" ;;
    lag | counters) limited "$verb" "$address" "$port" "$said.err" ;;
    view | xdr) limited "$verb" "$address" "$port" "$extra" "$said.err" ;;
    record | keep) start_background ;;
    stop) stop_background ;;
    all) start_all ;;
    tally) start_tally ;;
  esac
}

# What takes longer than our patience leaves nothing written.
limited() {
  timeout -s KILL 2 bash "$scratch/talk.bash" "$@" >"$said" 9>&- 3>&- &
  jobs="$jobs $!"
}

# At most one recorder and one canary an address; asked again, the one that lives answers.
start_background() {
  lock_background
  mkdir -p "$folder"
  if noted_lives "$file.pid" || [ "$until" -le "$at" ]; then return 0; fi
  # What a recorder noted outlives it; a canary is a new one.
  if [ "$verb" = record ]; then touch "$file"; else rm -f "$file"; fi
  rm -f "$file.pid" "$file.err"
  setsid bash "$scratch/talk.bash" "$verb" "$address" "$port" "$until" "$file" \
    >/dev/null 2>&1 3>&- 9>&- &
  until [ -f "$file.pid" ] || is_late; do sleep 0.02; done
}

# Not the run's lock: a probe must never make a restore wait.
lock_background() {
  exec 9>>"$run_root/$run_id.probes"
  flock -w 5 9 ||
    outcome failed 'Cannot start or stop probes as their lock must be free: found it held for 5 s'
}

stop_background() {
  lock_background
  for noted in "$folder"/*.pid; do end_noted "$noted"; done
  rm -rf "$folder"
  drop_access
  rmdir "$state" 2>/dev/null || true # Where cut and restore left something, it stays.
}

# Adds the item's result to the line while there is room for it.
finish() {
  if [ -z "$details" ]; then
    case $verb in all | peers | tally | routes | here) named=$verb ;; esac
    room=$((line_most - ${#results} - ${#named} - 60))
    answer=$("finish_$verb")
    result="{\"probe\":\"$named\",$answer}"
    if [ $((${#results} + ${#result})) -lt "$line_most" ]; then
      results=$results${results:+,}$result
      return
    fi
  fi
  left=$((${left-0} + 1))
  details=",\"left\":$left"
}

finish_new() { heard '"answer":"timed-out","ms":2000'; }

finish_xdr() { heard '"answer":"silent","reason":"timed-out"'; }

finish_lag() { heard '"answer":"silent","reason":"timed-out"'; }

finish_counters() { heard '"answer":"silent","reason":"timed-out"'; }

finish_view() { heard '"answer":"silent","reason":"timed-out"'; }

heard() { if [ -s "$scratch/$number" ]; then cat "$scratch/$number"; else printf %s "$1"; fi; }

finish_record() {
  word=absent
  ! noted_lives "$file.pid" || word=recording
  printf '"answer":"%s"' "$word"
}

finish_recorded() {
  noted=$folder/record-$address-$port
  if [ -f "$noted" ]; then
    printf '"answer":"ok",'
    changes "$noted"
  else
    printf '"answer":"absent"'
  fi
}

# The last line may be half written: only whole ones count.
changes() {
  awk -F '[][,]' -v since="$extra" -v room="$room" '
    /\]$/ && $2 + 0 > since + 0 {
      if (n == 25 || length(out) + length($0) + 1 > room) { more = 1; exit }
      out = out (n++ ? "," : "") $0
    }
    END { printf "\"changes\":[%s],\"more\":%s", out, more ? "true" : "false" }' "$1"
}

finish_links() {
  printf '"established":%s' "$(sockets "$address" "$port" | awk 'NR > 1' | wc -l)"
}

finish_hits() { hits; }

finish_stop() { printf '"answer":"stopped"'; }

place_talk() {
  cat >"$scratch/talk.bash" <<'AEROFAULT_TALK'
#include talk
AEROFAULT_TALK
}

main
