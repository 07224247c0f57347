# shellcheck shell=bash disable=SC2034,SC2154
# How far a node lags behind to its XDR destinations: lag ADDRESS PORT prints the members of a JSON
# object, at most 8 destinations, those that lag most first, each ["NAME",lag,queued,recoveries,pending]:
# seconds, records in the queue, partitions recovered by a scan so far, and those that wait for one.
# From server 5.0 on the destinations are in the configuration and each tells all of it; before,
# dc/NAME tells dc_timelag, and the rest is null. The caller ends it after 2 s.
lag() {
  open_info "$1" "$2" || silent "$answer"
  ask 2 $'build\n' || silent "$(silence $?)"
  [[ $reply =~ ^build$'\t'[0-9]+\. ]] || silent incomplete:build
  if [[ $reply =~ ^build$'\t'[0-4]\. ]]; then
    list='get-dc-config' each='dc/' counter=dc_timelag
  else
    list='get-config:context=xdr' each='get-stats:context=xdr;dc=' counter=lag
  fi
  ask 2 "$list"$'\n' || silent "$(silence $?)"
  [[ $reply == "$list"$'\t'* ]] || silent incomplete:destinations
  hear_destinations "${reply#*$'\t'}"
  lags=''
  if [[ -n $destinations ]]; then
    ask 2 "$(for dc in $destinations; do printf '%s%s\n' "$each" "$dc"; done)"$'\n' ||
      silent "$(silence $?)"
    hear_lags
    check_lags
  fi
  printf '"answer":"ok","lags":[%s]' "$(told_lags)"
}

# A server without XDR answers with an error or with nothing, and has no destinations.
hear_destinations() {
  local one
  destinations=''
  case $1 in
    [Ee][Rr][Rr][Oo][Rr]:8[01]:*) silent not-allowed ;;
    [Ee][Rr][Rr][Oo][Rr]* | [Ff][Aa][Ii][Ll]*) return 0 ;;
  esac
  for one in $(names_in "$1"); do
    ! is_word "$one" || destinations+=" $one"
  done
}

names_in() {
  local part IFS=$';:\n'
  for part in $1; do
    case $part in
      dcs=*) part=${part#dcs=} && printf '%s\n' "${part//,/ }" ;;
      dc-name=*) printf '%s\n' "${part#dc-name=}" ;;
    esac
  done
}

hear_lags() {
  local line name IFS=$'\n'
  for line in $reply; do
    name=${line%%$'\t'*} name=${name#"$each"}
    statistic "$counter" "${line#*$'\t'}" || continue
    if ! is_number "$value" || ! is_word "$name"; then continue; fi
    lags+="$((10#$value)) $name$(queue_in "${line#*$'\t'}")"$'\n'
  done
}

queue_in() {
  local counted
  for counted in in_queue recoveries recoveries_pending; do
    if statistic "$counted" "$1" && is_number "$value"; then
      printf ' %s' "$((10#$value))"
    else
      printf ' null'
    fi
  done
}

# A destination that nothing is said of may be the one that lags most.
check_lags() {
  local name
  for name in $destinations; do
    [[ $'\n'$lags == *[0-9]" $name "* ]] || silent "incomplete:lag"
  done
}

told_lags() {
  local seconds name queue said=''
  while read -r seconds name queue; do
    [[ -z $name ]] || said+="${said:+,}[\"$name\",$seconds,${queue// /,}]"
  done < <(printf %s "$lags" | sort -rn | head -n 8)
  printf %s "$said"
}
