# shellcheck shell=sh disable=SC2034,SC2154
# How a change of the packet filter is made by nft: a table of the part's own, in one transaction, read
# back whole. Its base chains come before all others at their hooks.
priority=-310 # Behind the reassembly of fragments (-400), before `raw` (-300).

rehearse_nft() {
  # shellcheck disable=SC2016 # For the sh it goes to.
  expected=$(nft_text | unshare -n sh -c 'nft -f - && nft -s list table inet "$1"' rehearse "$table" 2>&1) || {
    problem="nft says $expected" expected=''
    return 1
  }
}

apply_nft() {
  nft_count || abandon 'nft does not list its tables'
  if [ "$ours" -eq 0 ]; then
    changing
    said=$(nft_text | nft -f - 2>&1) || abandon "nft says $said"
    applied_at=$(now_ms)
  fi
  own=$(nft -s list table inet "$table") || abandon 'nft does not list our table'
  if [ -n "$expected" ] && [ "$own" != "$expected" ]; then
    [ -z "$changed" ] || abandon "nft shows other rules than ours in $table"
    refuse "Cannot $script as $table must not exist with other rules: found it"
  fi
  rules4=$(printf '%s\n' "$own" | grep -c '^[[:space:]]*ip [sd]addr .*counter') || true
  rules6=$(printf '%s\n' "$own" | grep -c '^[[:space:]]*ip6 [sd]addr .*counter') || true
}

# Jumps to our chain, one for each time that the fault is on: nft_jumps CHAIN MATCHES. nft takes plain
# numbers for seconds.
nft_jumps() {
  windows | while read -r from end; do
    time=''
    [ "$timed" = no ] || time=" meta time >= $from meta time < $end"
    printf '%s%s jump %s\n' "$2" "$time" "$1"
  done
}

# A set of the ports.
port_set() { printf '{ %s }' "$ports"; }

# The share of packets by chance, or every n-th that a rule sees.
nft_statistic() {
  if [ -n "$percent" ]; then
    printf 'numgen random mod 100 < %s' "$percent"
  else
    printf 'numgen inc mod %s 0' "$every"
  fi
}
