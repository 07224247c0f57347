# shellcheck shell=sh disable=SC2034,SC2154
# How a change of the packet filter is made by iptables: one transaction a family, read back whole.

rehearse_iptables() {
  expected=''
  for family in 4 6; do
    rehearse_family "$family" "$(tables_of "$family")" || return 1
  done
}

tables_of() { if [ "$1" = 4 ]; then printf iptables; else printf ip6tables; fi; }

# rehearse_family 4|6 TOOL: adds to $expected what TOOL lists, each line behind the family.
rehearse_family() {
  text=$(iptables_text "$1")
  [ -n "$text" ] || return 0
  # shellcheck disable=SC2016 # For the sh it goes to.
  listed=$(printf '%s\n' "$text" |
    unshare -n sh -c '"$1-restore" --noflush -w 5 && "$1-save"' rehearse "$2" 2>&1) || {
    problem="$2-restore says $listed"
    return 1
  }
  keeps_time || return 1
  listed=$(printf '%s\n' "$listed" | only_own)
  expected="$expected$(printf '%s\n' "$listed" | sed "s/^/$1 /")
"
}

# iptables takes times for UTC whatever TZ says; one that does not would list another.
keeps_time() {
  [ "$timed" = yes ] || return 0
  problem='iptables-restore takes times for others'
  case $listed in *"--datestart $(utc $((inject_at / 1000))) "*) ;; *) return 1 ;; esac
}

# Applies what is not there yet, family by family; on any failure takes all of it away again.
apply_iptables() {
  apply_family 4 iptables
  apply_family 6 ip6tables
}

apply_family() {
  text=$(iptables_text "$1")
  [ -n "$text" ] || return 0
  list_own "$2" || abandon "$2 does not list its rules"
  if [ -z "$own" ]; then
    changing
    note_fresh "$2"
    said=$(printf '%s\n' "$text" | "$2-restore" --noflush -w 5 2>&1) ||
      abandon "$2-restore says $said"
    applied_at=$(now_ms)
    list_own "$2" || abandon "$2 does not list its rules"
    printf '%s\n' "$saved" | jumps_first || abandon "$2 does not show our jump as the first rule"
  fi
  is_expected "$1" || decline_strange_rules "$2"
  eval "rules$1=\$(printf '%s\\n' \"\$own\" | grep -c -- \" -A \$chain \")"
}

# What is there is what the rehearsal listed; without one, as many lines as the text has.
is_expected() {
  if [ -n "$expected" ]; then
    [ "$own" = "$(printf %s "$expected" | sed -n "s/^$1 //p")" ]
  else
    [ "$(printf '%s\n' "$own" | wc -l)" -eq "$(printf '%s\n' "$text" | grep -c '^[:-]')" ]
  fi
}

decline_strange_rules() {
  [ -z "$changed" ] || abandon "$1 shows other rules than ours in $chain"
  refuse "Cannot $script as $chain must not exist with other rules: found it in $1"
}

# Nothing but jumps of runs comes before ours: their rules accept nothing either.
jumps_first() {
  awk -v chain="$chain" '
    /^\*/ { table = $1 }
    $1 != "-A" || $2 ~ /^AEROFAULT-/ { next }
    $NF ~ "^" chain "(-[a-z])?$" { found = 1; if (others[table, $2]) late = 1 }
    $NF !~ /^AEROFAULT-[a-z0-9]+-[0-9]+(-[a-z])?$/ { others[table, $2] = 1 }
    END { exit !found || late }'
}

# Jumps to our chain as the first rules of a hook, one for each time that the fault is on. A stop is
# the last second that still counts: jumps HOOK MATCHES
jumps() {
  windows | while read -r from end; do
    time=''
    [ "$timed" = no ] || time=" -m time --datestart $(utc "$from") --datestop $(utc $((end - 1)))"
    printf -- '-I %s 1 %s%s -j %s\n' "$1" "$2" "$time" "$chain"
  done
}

# Epoch seconds as iptables reads them. No process a time: there may be 200.
utc() {
  days=$(($1 / 86400 + 719468)) second=$(($1 % 86400))
  of_era=$((days % 146097))
  year=$(((of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365))
  of_year=$((of_era - 365 * year - year / 4 + year / 100))
  month=$(((5 * of_year + 2) / 153))
  day=$((of_year - (153 * month + 2) / 5 + 1))
  era=$((days / 146097))
  year=$((year + era * 400 + (month >= 10)))
  printf '%04d-%02d-%02dT%02d:%02d:%02d' "$year" $(((month + 2) % 12 + 1)) "$day" \
    $((second / 3600)) $((second / 60 % 60)) $((second % 60))
}

# The share of packets by chance, or every n-th that a rule sees.
statistic() {
  if [ -n "$percent" ]; then
    printf -- '-m statistic --mode random --probability 0.%02d' "$percent"
  else
    printf -- '-m statistic --mode nth --every %s --packet 0' "$every"
  fi
}
