# shellcheck shell=sh disable=SC2034,SC2154
# Pauses this node's shipping to one destination, by the node's own info protocol.
#
# Lives as lifecycle.sh says; the script itself switches. How it pauses and resumes is in xdr.bash.
# A restart of the node ends the fault early: it ships what its configuration file says. Does not
# cover: nodes that want a login or TLS (refused beside access), and the 30 s after force-linkdown, in which the server goes
# on shipping.
script="xdr"
how='' dc='' namespaces=''

take_own_parameters() {
  parameter Address
  address=$value
  is_ipv4 "$address" || is_ipv6 "$address" || unfit Address 'an address'
  parameter Port
  port=$value
  is_port "$port" || unfit Port 'a number from 1 to 65535'
  parameter How
  how=$value
  case $how in
    force-linkdown | remove-namespaces) ;;
    *) unfit How 'force-linkdown or remove-namespaces' ;;
  esac
  parameter Dc
  dc=$value
  is_name "$dc" || unfit Dc '1 to 31 of letters, digits, - and _'
  take_namespaces
  take_rewind
}

is_name() {
  case $1 in '' | *[!A-Za-z0-9_-]*) return 1 ;; esac
  [ ${#1} -le 31 ]
}

take_namespaces() {
  parameter Namespaces
  is_list "$value" A-Za-z0-9_- 32 || unfit Namespaces '1 to 32 names'
  for name in $(listed "$value"); do
    is_name "$name" || unfit Namespaces 'names of 1 to 31 letters, digits, - and _'
  done
  namespaces=$value
}

take_rewind() {
  parameter Rewind
  rewind=$value
  case $rewind in
    none | all | 0) ;;
    [1-9] | [1-9][0-9]*)
      case $rewind in *[!0-9]* | ??????*) unfit Rewind 'none, all or up to 86400 seconds' ;; esac
      [ "$rewind" -le 86400 ] || unfit Rewind 'none, all or up to 86400 seconds'
      ;;
    *) unfit Rewind 'none, all or up to 86400 seconds' ;;
  esac
}

switches_by_kernel() { false; }

check_method() {
  method=xdr
  for tool in bash timeout; do
    command -v "$tool" >/dev/null ||
      refuse "Cannot pause XDR as $tool must be installed: found it missing"
  done
  is_applied || take_notes
}

is_applied() { [ -f "$(lasting xdr)" ] && [ -f "$state/applied" ]; }

# Sets $told to what must be known for the undo.
take_notes() {
  [ ! -f "$(lasting xdr)" ] ||
    refuse 'Cannot pause XDR as this part must not have tried before: found that it has'
  told=$(talk_xdr note "$address" "$port" "$how" "$dc" "$namespaces" "$rewind") ||
    told='! no answer'
  case $told in
    to\ *) ;;
    *) refuse "Cannot pause XDR as the node must ship to $dc: found that ${told#'! '}" ;;
  esac
}

apply_method() {
  ! is_applied || return 0
  take_notes
  printf '%s\n' "$told" | keep_lasting xdr ||
    refuse 'Cannot pause XDR as its note must be kept: found that it is not'
  changing
  said=$(talk_xdr pause "$(lasting xdr)") || said='! no answer'
  applied_at=$(now_ms)
  [ "$said" = ok ] || abandon "${said#'! '}"
}

describe_own() {
  printf ',"how":"%s","dc":"%s","namespaces":%s' "$how" "$dc" \
    "$(printf %s "$namespaces" | tr , '\n' | grep -c .)"
}

live
