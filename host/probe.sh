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
#   hits                      what the rules of the run have met, by their counters
#   stop                      ends recorders and canaries of the run and removes what they wrote
#
# Started by SSM; ends after about 2 s at the latest. Recorders and canaries go on in sessions of
# their own until Until, `stop` or a reboot. Changes nothing on the network. The line stays under 2,500 characters: "left" counts the items at the end that found no
# room; ask for them again.
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

# All items are checked before any is asked.
take_probes() {
  parameter Probes
  [ ${#value} -le 3000 ] || unfit Probes 'at most 3,000 characters'
  is_list "$value" A-Za-z0-9./:_- 3000 || unfit Probes 'a list of questions'
  probes=$value
  each_item check
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
  verb=${1-} address=${2-} port=${3-} extra=${4-} fields=$#
  file=$folder/$verb-$address-$port
}

check() {
  case $verb/$fields in
    new/3 | record/3 | keep/3 | kept/3 | links/3 | lag/3 | stop/1 | hits/1) ;;
    xdr/4) is_dc "$extra" || unfit Probes 'destinations of 1 to 31 letters, digits, - and _' ;;
    view/4) is_port "$extra" || unfit Probes 'views with the size of a cluster' ;;
    recorded/4) is_instant || unfit Probes 'recorded since epoch milliseconds' ;;
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
    lag) limited lag "$address" "$port" "$said.err" ;;
    view | xdr) limited "$verb" "$address" "$port" "$extra" "$said.err" ;;
    record | keep) start_background ;;
    stop) stop_background ;;
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

is_late() { [ "$(now_ms)" -ge "$give_up_at" ]; }

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
  rmdir "$state" 2>/dev/null || true # Where cut and restore left something, it stays.
}

# Adds the item's result to the line while there is room for it.
finish() {
  if [ -z "$details" ]; then
    room=$((line_most - ${#results} - ${#item} - 60))
    answer=$("finish_$verb")
    result="{\"probe\":\"$item\",$answer}"
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

finish_keep() {
  word=opening
  until read_canary || is_late || ! noted_lives "$file.pid"; do sleep 0.05; done
  read_canary || true
  case $word in
    alive | dead) printf '"answer":"open"' ;;
    failed) printf '"answer":"%s"' "$answered" ;;
    *) end_unheard ;;
  esac
}

# A canary that does not come to stand would only be confusing later.
end_unheard() {
  if noted_lives "$file.pid"; then
    end_noted "$file.pid"
    rm -f "$file.pid"
    printf '"answer":"timed-out"'
  else
    printf '"answer":"absent"'
  fi
}

# Sets $word, $answered and $how. The canary rewrites its line in place, so it may be empty for a
# moment.
read_canary() {
  word='' answered='' how=''
  for _ in 1 2 3; do
    [ -f "$file" ] || return 1
    read -r word answered how <"$file" && return
    sleep 0.01
  done
  return 1
}

finish_kept() {
  file=$folder/keep-$address-$port
  if ! read_canary || [ "$word" = failed ]; then
    printf '"answer":"absent"'
  elif [ "$word" = alive ] && [ $(($(now_ms) - answered)) -lt "$patience_ms" ]; then
    printf '"answer":"alive","lastAt":%s' "$answered"
  else
    printf '"answer":"dead","lastAt":%s,"how":"%s"' "$answered" "${how:-timed-out}"
  fi
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
