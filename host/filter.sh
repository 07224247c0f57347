# shellcheck shell=sh disable=SC2034,SC2154
# A change of the host's packet filter, as cut and reroute make it: by iptables, or by nft where that
# is missing or when asked. The lifecycle's functions but `take_own_parameters` and `describe_own`.
#
# The kernel keeps the time: every jump to our chain bears the seconds between which it counts, so a
# rule whose timer died has no effect after RestoreAt. The whole text is first rehearsed in a network
# namespace of its own, which ends with it: what this iptables or this kernel cannot do is refused
# before anything is changed, and what the rehearsal lists is what must be listed afterwards.
#
# The script defines `check_own` (refuses more), `iptables_text 4|6` (for iptables-restore; nothing
# where there are no such peers) and `nft_text` (which begins with `create table`).
timed=yes expected='' rules4=0 rules6=0

# Filter, Share, Flap, Ports, Peers: what all changes of the packet filter have.
take_filter_parameters() {
  take_ports
  take_peers
  parameter Filter
  filter=$value
  case $filter in auto | iptables | nft) ;; *) unfit Filter 'auto, iptables or nft' ;; esac
  take_share
  take_flap
  chain=AEROFAULT-$run_id-$part
  table=aerofault_${run_id}_$part
}

# Sets $percent or $every; both are empty for everything.
take_share() {
  parameter Share
  percent='' every=''
  case $value in
    all) ;;
    [1-9]% | [1-9][0-9]%) percent=${value%?} ;;
    1/[2-9] | 1/[1-9][0-9] | 1/100) every=${value#1/} ;;
    *) unfit Share 'all, 1% to 99%, or 1/2 to 1/100' ;;
  esac
}

# Sets $flap_on and $flap_off, in seconds; both are empty where the fault stays on.
take_flap() {
  parameter Flap
  flap_on='' flap_off=''
  [ "$value" != none ] || return 0
  for seconds in "${value%%-*}" "${value#*-}"; do
    case $seconds in
      [1-9] | [1-9][0-9] | [1-9][0-9][0-9]) ;;
      *) unfit Flap 'none, or two numbers of seconds from 1 to 999' ;;
    esac
  done
  flap_on=${value%%-*} flap_off=${value#*-}
  [ "$(windows | wc -l)" -le 100 ] || unfit Flap 'at most 100 times on until RestoreAt'
}

# When the fault is on, in epoch seconds: a line "START END" each time.
windows() {
  from=$((inject_at / 1000)) to=$(((restore_at + 999) / 1000))
  while [ "$from" -lt "$to" ]; do
    end=$to
    [ -z "$flap_on" ] || [ $((from + flap_on)) -ge "$to" ] || end=$((from + flap_on))
    printf '%s %s\n' "$from" "$end"
    from=$((end + ${flap_off:-0}))
  done
}

check_method() {
  choose_method
  for listed in iptables nft; do
    "${listed}_count" ||
      refuse "Cannot $script as $listed must list its rules: found that it does not"
  done
  refuse_own_addresses
  check_own
  rehearse
  refuse_other_runs
  choose_switch
}

choose_method() {
  method=iptables
  [ "$filter" = nft ] || missing_iptables || return 0
  [ "$filter" != iptables ] || refuse_without "$missing" "$(iptables_package)"
  method=nft
  command -v nft >/dev/null || {
    [ "$filter" != nft ] || refuse_without nft nftables
    refuse_without "$missing" "$(iptables_package)"
  }
}

missing_iptables() {
  for missing in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
    command -v "$missing" >/dev/null || return 0
  done
  return 1
}

iptables_package() { if command -v dnf >/dev/null; then printf iptables-nft; else printf iptables; fi; }

# refuse_without TOOL PACKAGE
refuse_without() {
  for installer in dnf yum apt-get; do
    ! command -v "$installer" >/dev/null || break
  done
  refuse "Cannot $script as $1 must be installed (try: $installer install -y $2): found it missing"
}

# The first of some addresses that is this host's own: own_address ADDRESS...
own_address() {
  printf 'route get %s\n' "$@" | ip -force -batch - 2>/dev/null |
    awk '$1 == "local" && !own { own = $2 } END { print own }'
}

# A peer that is this host itself would cut the host's own probes and nothing else.
refuse_own_addresses() {
  # shellcheck disable=SC2086 # One word an address.
  own=$(own_address $peers4 $peers6) || true
  [ -z "$own" ] || refuse "Cannot $script as peers must be other hosts: found $own to be this one"
}

# Two faults on the same peers would each take the other's effect for its own.
refuse_other_runs() {
  other=$(
    for peer in $peers4 $peers6; do printf 'peer %s\n' "$peer"; done
    printf '%s\n' "$expected" | named_addresses "$run_id" | sed 's/.* /peer /'
    for family in $(families); do "$family-save" | named_addresses; done
    for other in $(nft list tables inet | awk '$3 ~ /^aerofault_/ { print $3 }'); do
      nft list table inet "$other" | named_addresses
    done
  ) || true
  other=$(printf '%s\n' "$other" | awk -v own="$run_id" '
    $1 == "peer" { peers[$2]; next }
    $1 != own && $2 in peers { print $1; exit }')
  [ -z "$other" ] ||
    refuse "Cannot $script as no other run may be in force on these peers: found run $other here"
}

# "RUN ADDRESS" for each address that rules of runs name, as either tool lists them.
named_addresses() {
  awk '
    { sub(/^([46] )?[a-z]+ -A/, "-A") }
    $1 == "table" { split($3, name, "_"); run = name[2] }
    $1 == "-A" { split($2, name, "-"); run = name[1] == "AEROFAULT" ? name[2] : "" }
    run != "" {
      for (i = 1; i < NF; i++)
        if ($i ~ /^(-[sd]|[sd]addr)$/ && $(i + 1) ~ /^[0-9a-f]/) {
          sub(/\/.*/, "", $(i + 1))
          print run, $(i + 1)
        }
    }'
}

# First with the time in it, then without. Where no namespace can be had the rules are only counted.
rehearse() {
  unshare -n true 2>/dev/null || return 0
  "rehearse_$method" && return
  timed=no
  "rehearse_$method" ||
    refuse "Cannot $script as this host must take the rules: found that $problem"
  [ -z "$flap_on" ] ||
    refuse "Cannot $script on and off as $method must match the time: found that it does not"
}

# Both tools know whole seconds only. What comes late is applied at once.
choose_switch() {
  by_kernel=$timed
  [ $((inject_at % 1000)) -eq 0 ] || [ "$inject_at" -le "$(now_ms)" ] || by_kernel=no
  [ "$by_kernel" = yes ] || [ -z "$flap_on" ] ||
    refuse "Cannot $script on and off as InjectAt must be a whole second: found $inject_at"
}

switches_by_kernel() { [ "$by_kernel" = yes ]; }

apply_method() { "apply_$method"; }
