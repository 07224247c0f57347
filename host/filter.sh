# shellcheck shell=sh disable=SC2154
# The packet filter, as cut and restore share it. Whatever changes something needs the run's lock.
#
# Nothing here touches a rule that is not in our chain or a jump to it. iptables on nftables leaves
# the empty base chains INPUT and OUTPUT (policy ACCEPT) of table filter behind where they never
# existed.

# The families this kernel has: iptables, and ip6tables unless IPv6 is off.
families() {
  printf iptables
  [ ! -e /proc/net/if_inet6 ] || printf ' ip6tables'
}

# Counts our chains and every jump to them: sets $count, or fails when that cannot be known.
count_ours() {
  count=0
  for family in $(families); do
    count_family "$family" || return 1
    count=$((count + ours))
  done
}

# Without the tool nothing of ours can be there, unless this run was here before the tool went.
count_family() {
  ours=0
  command -v "$1" >/dev/null || {
    [ ! -e "$state/timer" ]
    return
  }
  listing=$("$1" -w 5 -S) || return 1
  ours=$(printf '%s\n' "$listing" | awk -v chain="$chain" '
    $1 == "-N" && $2 == chain { n++ }
    $1 == "-A" && $(NF - 1) ~ /^-[jg]$/ && $NF == chain { n++ }
    END { print n + 0 }')
}

# Removes our jumps and chain from both families, in one transaction each, or else piece by piece.
# Judge it by counting again.
remove_ours() {
  for family in $(families); do
    for way in at_once by_piece; do
      if count_family "$family" && [ "$ours" -gt 0 ]; then "remove_$way" "$family" || true; fi
    done
  done
}

# On nftables every transaction waits for the kernel, some 30 ms; one keeps the end of a fault
# sharp.
remove_at_once() {
  {
    printf '*filter\n'
    printf '%s\n' "$listing" | sed -n "s/^-A \\(INPUT\\|OUTPUT\\) -j $chain\$/-D \\1 -j $chain/p"
    printf -- '-F %s\n-X %s\nCOMMIT\n' "$chain" "$chain"
  } | "$1-restore" --noflush -w 5
}

# Someone else's jump to our chain, which keeps it, must not keep ours.
remove_by_piece() {
  for hook in INPUT OUTPUT; do
    while "$1" -w 5 -D "$hook" -j "$chain" 2>/dev/null; do :; done
  done
  "$1" -w 5 -F "$chain" || true
  "$1" -w 5 -X "$chain" || true
}
