# shellcheck shell=sh disable=SC2034,SC2154
# What runs have in iptables: chains AEROFAULT-RUN-PART in any table (a second one of a part has a
# letter more), and the jumps to them. Whatever changes something needs the run's lock.
#
# Nothing here touches a rule that is not in such a chain or a jump to it from a built-in chain.
# iptables on nftables makes tables and built-in chains when they are first used. Those that the run
# made are taken away again if they are empty, where nft is there to tell and iptables can (1.8.8 on);
# elsewhere they stay behind.

# The families this kernel has: iptables, and ip6tables unless IPv6 is off.
families() {
  printf iptables
  [ ! -e /proc/net/if_inet6 ] || printf ' ip6tables'
}

# Chains and jumps of this part, or of the whole run, in both families and all tables.
iptables_count() {
  total=0
  for family in $(families); do
    list_own "$family" || return 1
    total=$((total + $(printf '%s\n' "$own" | grep -c '^[a-z]* \(:\|-A [A-Z]* \)' || true)))
  done
  ours=$total
}

# list_own FAMILY: sets $own to chains, rules and jumps, each line of iptables-save behind its table.
# Without the tool nothing of ours can be there, unless this run used it before the tool went.
list_own() {
  own='' saved=''
  command -v "$1-save" >/dev/null || {
    if noted_method iptables; then return 1; else return 0; fi
  }
  saved=$("$1-save") || return 1
  own=$(printf '%s\n' "$saved" | only_own)
}

# Sorted by chain, in the order of the rules: the order of chains means nothing.
only_own() {
  awk -v own="^AEROFAULT-$run_id-${part:-[0-9]+}(-s)?\$" '
    /^\*/ { table = substr($1, 2) }
    /^:/ && substr($1, 2) ~ own { print table, $1 }
    $1 == "-A" && ($2 ~ own || $(NF - 1) ~ /^-[jg]$/ && $NF ~ own) { print table, $0 }
  ' | sort -s -k1,3
}

# In one transaction for each table, or else line by line.
iptables_remove() {
  for family in $(families); do
    if ! list_own "$family" || [ -z "$own" ]; then continue; fi
    removal | by_table | "$family-restore" --noflush -w 5 || remove_by_line
  done
}

# What takes $own away, each line behind its table. Someone else's jump to our chain, from a chain of
# theirs, keeps it.
removal() {
  printf '%s\n' "$own" | awk '
    $2 ~ /^:/ {
      chain = substr($2, 2)
      flush = flush $1 " -F " chain "\n"
      end = end $1 " -X " chain "\n"
    }
    $3 ~ /^(INPUT|OUTPUT|FORWARD|PREROUTING|POSTROUTING)$/ { sub(/ -A /, " -D "); print }
    END { printf "%s%s", flush, end }'
}

# Lines behind their tables, as iptables-restore reads them.
by_table() {
  awk '
    { table = $1; sub(/^[a-z]+ /, ""); lines[table] = lines[table] $0 "\n" }
    END { for (table in lines) printf "*%s\n%sCOMMIT\n", table, lines[table] }'
}

remove_by_line() {
  removal | while read -r line; do
    printf '%s\n' "$line" | by_table | "$family-restore" --noflush -w 5 || true
  done
}

# Notes which tables and built-in chains of $text are not there yet: note_fresh FAMILY
note_fresh() {
  case $("$1" -V) in *nf_tables*) ;; *) return 0 ;; esac
  { nft list chains "$(nft_family "$1")" && printf '%s\n' "$text"; } 2>/dev/null | awk -v family="$1" '
    $1 == "table" { there[$3]; table = $3 }
    $1 == "chain" { there[table, $2] }
    /^\*/ { table = substr($1, 2) }
    $1 == "-I" && !((table, $2) in there) { print family, table, $2; there[table, $2] }
    $1 == "COMMIT" && !(table in there) { print family, table }
  ' >>"$run_root/fresh.tables"
}

nft_family() { if [ "$1" = iptables ]; then printf ip; else printf ip6; fi; }

# Removes those when no run has anything left in iptables. The kernel takes no chain that has rules,
# and whoever uses a table has chains at its hooks.
tidy() {
  [ -f "$run_root/fresh.tables" ] || return 0
  for family in $(families); do
    if "$family-save" | grep -q '^:AEROFAULT-'; then return; fi
  done
  while read -r family named base; do
    if [ -n "$base" ]; then
      "$family" -w 5 -t "$named" -X "$base" || true
    else
      delete_empty_table "$(nft_family "$family")" "$named" || true
    fi
  done <"$run_root/fresh.tables" 2>/dev/null
  rm -f "$run_root/fresh.tables"
}

# In one transaction, which fails when a chain came back.
delete_empty_table() {
  [ "$(nft list table "$1" "$2" | tr -d ' \n')" = "table$1$2{}" ] || return 0
  {
    for base in PREROUTING INPUT FORWARD OUTPUT POSTROUTING; do
      printf 'create chain %s %s %s\n' "$1" "$2" "$base"
    done
    printf 'delete table %s %s\n' "$1" "$2"
  } | nft -f -
}
