# shellcheck shell=bash disable=SC2034,SC2154
# Pauses and resumes shipping to one destination, by the node's info protocol:
#
#   note ADDRESS PORT HOW DC NAMESPACES REWIND  prints what resume must know, and changes nothing
#   pause FILE                                  does it, FILE being what note printed
#   resume FILE                                 undoes it, as often as one likes
#
# Says "ok", or "! REASON" and ends. The first line of FILE is "to ADDRESS PORT HOW DC REWIND
# SINCE", SINCE being epoch ms; then comes "namespace NAME LAG SETTINGS" a namespace.
#
# remove-namespaces is for servers from 5.0 on. Removing a namespace drops its place in what was
# shipped, so adding it again goes back to SINCE and the lag there was. Adding may also begin with
# default settings and ship by them until they are set again; so settings that decide what is
# shipped must be the default ones. Others are set again where they differ.
note() {
  address=$1 port=$2 how=$3 dc=$4
  names=${5//,/ }
  reach
  note_"${how//-/_}"
  clock
  printf 'to %s %s %s %s %s %s\n%s' "$address" "$port" "$how" "$dc" "$6" "$now" "$noted"
}

reach() {
  connect "$address" "$port" || fail "the node is $(why "$address" "$port")"
  put build
  release=${told%%.*}
  is_number "$release" || fail 'the node does not tell its build'
}

fail() {
  printf '! %s' "$1"
  exit
}

# put QUESTION: sets $told to the answer.
put() {
  ask 3 "$1"$'\n' || fail 'the node does not answer'
  told=${reply#*$'\t'} told=${told%%$'\n'*}
  case $told in
    [Ee][Rr][Rr][Oo][Rr]:8[01]:*) fail 'the node wants a login, or a role' ;;
  esac
}

is_error() { [[ $told =~ ^([Ee][Rr][Rr][Oo][Rr]|[Ff][Aa][Ii][Ll]) || $told == *type=unknown* ]]; }

# From 4.1 to 4.9. The node goes on for 30 s after the command.
note_force_linkdown() {
  ((10#$release < 5)) || fail "server $told knows no force-linkdown"
  put "dc/$dc"
  statistic dc_state "$told" || fail "destination $dc is not known"
  [[ $value == CLUSTER_UP || $value == CLUSTER_WINDOW_SHIP ]] || fail "destination $dc is $value"
  noted=$'\n'
}

note_remove_namespaces() {
  ((10#$release >= 5)) || fail "server $told knows force-linkdown only"
  read_shipped
  noted=
  local name
  for name in $names; do
    is_shipped "$name" || fail "namespace $name is not shipped to $dc"
    read_settings "$name"
    refuse_filters "$name"
    put "get-stats:context=xdr;dc=$dc;namespace=$name"
    statistic lag "$told" && is_number "$value" || value=0
    noted+="namespace $name $value $settings"$'\n'
  done
}

# Sets $shipped to the namespaces that go to the destination, between commas.
read_shipped() {
  put "get-config:context=xdr;dc=$dc"
  if is_error || [[ -z $told ]]; then fail "destination $dc is not known"; fi
  statistic namespaces "$told" || true
  shipped=,$value,
}

is_shipped() { [[ $shipped == *",$1,"* ]]; }

read_settings() {
  put "get-config:context=xdr;dc=$dc;namespace=$1"
  if is_error || [[ $told != *=* || $told == *[[:space:]]* ]]; then
    fail "the settings of $1 are not told"
  fi
  settings=$told
}

refuse_filters() {
  local pair IFS=';'
  for pair in $settings; do
    case $pair in
      bin-policy=all | remote-namespace=null | write-policy=auto) ;;
      shipped-sets=null | ignored-sets=null | shipped-bins=null | ignored-bins=null) ;;
      *=false | *=) ;;
      bin-policy=* | remote-namespace=* | write-policy=* | ship-* | *ed-sets=* | *ed-bins=* | \
        forward=* | ignore-expunges=*)
        case $pair in ship-versions-*) continue ;; esac
        fail "$1 has $pair, which might not hold while it is added again"
        ;;
    esac
  done
}

read_notes() {
  local line
  mapfile -t lines <"$1"
  read -r _ address port how dc rewind since <<<"${lines[0]}"
  [[ -n $since ]] || fail 'the notes of the fault are not complete'
}

pause() {
  read_notes "$1"
  reach
  if [[ $how == force-linkdown ]]; then
    command_node "xdr-command:force-linkdown=true;dc=$dc"
  else
    each_namespace remove_namespace
    read_shipped
    each_namespace see_removed
  fi
  printf ok
}

command_node() {
  put "$1"
  [[ $told == [Oo][Kk]* ]] || fail "the node says $told to $1"
}

each_namespace() {
  local line word name lag before
  for line in "${lines[@]:1}"; do
    read -r word name lag before <<<"$line"
    [[ $word != namespace ]] || "$1" "$name" "$lag" "$before"
  done
}

remove_namespace() { command_node "set-config:context=xdr;dc=$dc;namespace=$1;action=remove"; }

see_removed() { ! is_shipped "$1" || fail "namespace $1 is still shipped"; }

resume() {
  read_notes "$1"
  reach
  if [[ $how == force-linkdown ]]; then
    command_node "xdr-command:force-linkdown=false;dc=$dc"
  else
    read_shipped
    each_namespace add_namespace
    read_shipped
    each_namespace see_added
  fi
  printf ok
}

add_namespace() {
  is_shipped "$1" || command_node \
    "set-config:context=xdr;dc=$dc;namespace=$1;action=add;rewind=$(back_to "$2")"
  set_again "$1" "$3"
}

# Seconds, rounded up, so that nothing written meanwhile is missed.
back_to() {
  if [[ $rewind != none ]]; then
    printf %s "$rewind"
  else
    clock
    printf %s $(((now - since + 999) / 1000 + 1 + 10#$1))
  fi
}

set_again() {
  local pair
  read_settings "$1"
  for pair in ${2//;/ }; do
    [[ ";$settings;" == *";$pair;"* || $pair == enabled=* ]] ||
      command_node "set-config:context=xdr;dc=$dc;namespace=$1;$pair"
  done
}

see_added() {
  local pair
  is_shipped "$1" || fail "namespace $1 is not shipped again"
  read_settings "$1"
  for pair in ${3//;/ }; do
    [[ ";$settings;" == *";$pair;"* ]] || fail "namespace $1 has no longer $pair"
  done
}

"$@"
