# shellcheck shell=sh disable=SC2034,SC2154
# Routes to peers that lead nowhere, as route and restore share them.
#
# The file `routes` of a part says what it adds, from before it adds anything: a line with tool and
# kind of route, then a peer a line. ip marks its routes with protocol 177, so that no other is ever
# taken for ours; busybox knows no such mark, so there the file alone tells.

route_protocol=177

route_count() {
  total=0
  for notes in $(route_notes); do
    count_routes "$notes" || return 1
    total=$((total + ours))
  done
  ours=$total
}

route_remove() {
  for notes in $(route_notes); do
    read -r noted_tool noted_how <"$notes"
    "delete_by_$noted_tool" "$noted_how" <"$notes" || true
    ! count_routes "$notes" || [ "$ours" -gt 0 ] || rm -f "$notes"
  done
}

route_notes() {
  for folder in $(part_folders); do
    [ ! -f "$folder/routes" ] || printf '%s\n' "$folder/routes"
  done
}

# count_routes FILE: sets $ours to how many of its routes are there.
count_routes() {
  read -r noted_tool noted_how <"$1"
  there=$("list_by_$noted_tool" "$noted_how" <"$1") || return 1
  ours=$(printf '%s\n' "$there" | grep -c .) || true
}

# One process a family, whatever the number of peers: ip_batch PEERS WORDS_BEFORE WORDS_AFTER
ip_batch() {
  status=0
  for family in 4 6; do
    length=32
    [ "$family" = 4 ] || length=128
    lines=$(for peer in $1; do
      case $peer/$family in
        *:*/6 | *.*/4) printf '%s %s/%s %s\n' "$2" "$peer" "$length" "$3" ;;
      esac
    done)
    [ -z "$lines" ] || printf '%s\n' "$lines" | ip "-$family" -force -batch - || status=1
  done
  return "$status"
}

# The peers of a file on stdin: what follows its first line.
noted_peers() { sed 1d; }

add_by_ip() { ip_batch "$(noted_peers)" "route add $1" "proto $route_protocol"; }

delete_by_ip() { ip_batch "$(noted_peers)" "route del $1" "proto $route_protocol" 2>/dev/null; }

list_by_ip() {
  command -v ip >/dev/null || return 1
  listing=$(ip_batch "$(noted_peers)" 'route show exact' "proto $route_protocol") || return 1
  printf '%s\n' "$listing" | grep "^$1 " || true
}

add_by_busybox() {
  noted_peers | while read -r peer; do busybox route add -host "$peer" reject || exit 1; done
}

delete_by_busybox() {
  noted_peers | while read -r peer; do
    busybox route del -host "$peer" reject 2>/dev/null || true
  done
}

# The kernel's table has addresses back to front and in hex, 0x4 for a host and 0x200 for a reject.
list_by_busybox() {
  [ -r /proc/net/route ] || return 1
  noted_peers | awk '
    FILENAME == "-" {
      split($1, octet, ".")
      wanted[sprintf("%02X%02X%02X%02X", octet[4], octet[3], octet[2], octet[1])]
      next
    }
    ($2 in wanted) && $8 == "FFFFFFFF" && $4 ~ /[2367ABEF].[4-7C-F]$/ { print "unreachable", $2 }
  ' - /proc/net/route
}
