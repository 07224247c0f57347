# shellcheck shell=bash disable=SC2034,SC2154
# How far a node lags behind to its XDR destinations: lag ADDRESS PORT prints the members of a JSON
# object, at most 8 destinations, those that lag most first. From server 5.0 on the destinations are
# in the configuration and each tells its lag; before, dc/NAME tells dc_timelag. The caller ends it
# after 2 s.
lag() {
  connect "$1" "$2" || silent "$answer"
  ask 2 $'build\n' || silent "$(silence $?)"
  if [[ ${reply#*$'\t'} =~ ^[0-4]\. ]]; then
    list='get-dc-config' each='dc/' counter=dc_timelag
  else
    list='get-config:context=xdr' each='get-stats:context=xdr;dc=' counter=lag
  fi
  ask 2 "$list"$'\n' || silent "$(silence $?)"
  hear_destinations "${reply#*$'\t'}"
  lags=''
  if [[ -n $destinations ]]; then
    ask 2 "$(for dc in $destinations; do printf '%s%s\n' "$each" "$dc"; done)"$'\n' ||
      silent "$(silence $?)"
    hear_lags
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
    ! is_number "$value" || lags+="$((10#$value)) $name"$'\n'
  done
}

told_lags() {
  local seconds name said=''
  while read -r seconds name; do
    [[ -z $name ]] || said+="${said:+,}[\"$name\",$seconds]"
  done < <(printf %s "$lags" | sort -rn | head -n 8)
  printf %s "$said"
}
