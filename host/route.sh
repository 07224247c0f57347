# shellcheck shell=sh disable=SC2034,SC2154
# Gives this host routes to peers that lead nowhere: every port and both ways, for the whole peer.
# For hosts without a packet filter.
#
# Lives as lifecycle.sh says; the script itself switches, for routes know no time. To the host's own
# programs a blackhole is an invalid argument (EINVAL), unreachable EHOSTUNREACH, prohibit EACCES;
# peers hear nothing at all. Refuses peers that this host itself needs. Does not cover: peers
# reached by policy routing (ip rule), other network namespaces of this host, and a proxy that the
# SSM agent may go through on another port than 443.
script="route"
tool='' routes=0

take_own_parameters() {
  take_peers
  peers="$peers4 $peers6"
  parameter How
  how=$value
  case $how in
    blackhole | unreachable | prohibit) ;;
    *) unfit How 'blackhole, unreachable or prohibit' ;;
  esac
}

switches_by_kernel() { false; }

check_method() {
  method=route
  take_tool
  refuse_strange_routes
  refuse_needed_peers
}

take_tool() {
  if command -v ip >/dev/null; then
    tool=ip
  elif busybox route -n >/dev/null 2>&1; then
    tool=busybox
    case $how/$peers6 in
      unreachable/) ;;
      *)
        refuse "Cannot route by busybox as IPv4 and unreachable is all it knows: found $how$peers6"
        ;;
    esac
  else
    refuse 'Cannot route as ip (iproute2) or busybox must be installed: found neither'
  fi
}

# A host route that is there already would be in our way, or be taken away by our undo.
refuse_strange_routes() {
  ! is_applied || return 0
  route_count || refuse 'Cannot route as the routes there are must be listed: found no list'
  [ "$ours" -eq 0 ] || refuse 'Cannot route as this part must have no other routes: found some'
  strange=$(host_routes | head -1)
  [ -z "$strange" ] ||
    refuse "Cannot route as no host route to a peer may be there before: found $strange"
}

host_routes() {
  case $tool in
    ip) ip_batch "$peers" 'route show exact' '' ;;
    busybox) notes_text | list_by_busybox ;;
  esac
}

notes_text() {
  printf '%s %s\n' "$tool" "$how"
  for peer in $peers; do printf '%s\n' "$peer"; done
}

is_applied() {
  [ -f "$state/routes" ] && [ "$(cat "$state/routes")" = "$(notes_text)" ] &&
    count_routes "$state/routes" && [ "$ours" -eq "$(notes_text | sed 1d | wc -l)" ]
}

# All addresses in one spelling, for IPv6 has many.
refuse_needed_peers() {
  needed=$({
    needed_addresses
    for peer in $peers; do printf '%s PEER\n' "$peer"; done
  } | awk "$canonical"'
    { address = canon($1); sub(/^[^ ]+ /, "") }
    $0 != "PEER" { if (!(address in why)) why[address] = $0; next }
    address in why { print why[address]; exit }
    address ~ /^fd000ec2/ { print "where EC2 serves metadata, time and names"; exit }')
  [ -z "$needed" ] ||
    refuse "Cannot route as this host must go on reaching what it needs: found a peer to be $needed"
}

# Lines "ADDRESS WHAT IT IS".
needed_addresses() {
  if [ "$tool" = ip ]; then
    { ip -4 route show table all; ip -6 route show table all || true; } | awk '
      { for (i = 1; i < NF; i++)
          if ($i == "via") print ($(i + 1) ~ /^inet6?$/ ? $(i + 2) : $(i + 1)), "a gateway" }'
    ip -o addr show | awk '{ sub(/\/.*/, "", $4); print $4, "this host itself" }'
  else
    awk 'NR > 1 && $3 != "00000000" { print "hex" $3, "a gateway" }' /proc/net/route
    awk '/LOCAL/ { print address, "this host itself" } { address = $2 }' /proc/net/fib_trie
  fi
  for file in /etc/resolv.conf /run/systemd/resolve/resolv.conf; do
    [ ! -r "$file" ] || awk '$1 == "nameserver" { print $2, "a name server" }' "$file"
  done
  for file in /proc/net/tcp /proc/net/tcp6; do
    [ ! -r "$file" ] || awk '$4 == "01" && $3 ~ /:01BB$/ {
      sub(/:.*/, "", $3); print "hex" $3, "the far end of a connection to port 443" }' "$file"
  done
}

# canon(ADDRESS): four octets, or 32 hexadecimal digits. "hex" is how /proc writes them, where every
# four bytes stand back to front on the processors that Aerospike runs on.
canonical='
  function canon(text,  digits, i) {
    text = tolower(text)
    if (text ~ /^hex/) return unhex(substr(text, 4))
    if (text ~ /^::ffff:.*\./) sub(/^::ffff:/, "", text)
    return text ~ /:/ ? widen(text) : text
  }
  function unhex(text,  i, j, said) {
    sub(/^0000000000000000ffff0000/, "", text)
    if (length(text) == 8) {
      for (i = 7; i > 0; i -= 2) said = said (i < 7 ? "." : "") byte(substr(text, i, 2))
      return said
    }
    for (i = 1; i < 32; i += 8)
      for (j = 6; j >= 0; j -= 2) said = said substr(text, i + j, 2)
    return said
  }
  function byte(text) {
    return 16 * (index("0123456789abcdef", substr(text, 1, 1)) - 1) \
      + index("0123456789abcdef", substr(text, 2, 1)) - 1
  }
  function widen(text,  half, n, i, groups, missing, said) {
    half = index(text, "::")
    if (half) {
      missing = 8 - groups_in(substr(text, 1, half - 1)) - groups_in(substr(text, half + 2))
      for (i = 0; i < missing; i++) said = said ":0"
      text = substr(text, 1, half - 1) said ":" substr(text, half + 2)
      sub(/^:/, "", text); sub(/:$/, "", text)
    }
    n = split(text, groups, ":"); said = ""
    for (i = 1; i <= n; i++) said = said substr("0000" groups[i], length(groups[i]) + 1)
    return said
  }
  function groups_in(text,  parts) { return text == "" ? 0 : split(text, parts, ":") }'

apply_method() {
  routes=$(notes_text | sed 1d | wc -l)
  ! is_applied || return 0
  notes_text >"$state/routes.new"
  mv "$state/routes.new" "$state/routes"
  changing
  said=$("add_by_$tool" "$how" <"$state/routes" 2>&1) || abandon "$tool says $said"
  applied_at=$(now_ms)
  is_applied || abandon 'not every route is there'
}

describe_own() {
  printf ',"routes":%s' "$routes"
  [ -z "$tool" ] || printf ',"by":"%s"' "$tool"
}

live
