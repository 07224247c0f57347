# shellcheck shell=sh disable=SC2034,SC2154
# What the packet filter of a host holds already, as survey looks at it: rules that stop, turn or
# hide the ports asked about, rules of other runs, how long others keep the filter to themselves.

# How long others keep the packet filter to themselves. One answer within 3 s, or no fault here.
look_at_lock() {
  has iptables || return 0
  began=$(now_ms)
  if iptables -w 3 -S INPUT >/dev/null; then
    waited=$(($(now_ms) - began))
    [ "$waited" -le 1000 ] || finding warns "Cannot switch iptables on time as its lock must be\
 free within 1 s: found that listing rules took $waited ms"
  else
    finding refuses \
      'Cannot filter packets as iptables must list its rules within 3 s: found that it does not'
  fi
}

# The rules of iptables as it saves them, then those of nft, as lines "KIND TEXT". iptables' tables
# on nft are not told twice. Listing loads no table that is not in use.
look_at_rules() {
  container=false
  rules=$({
    ! has iptables || iptables-save 2>/dev/null | sort_rules
    ! has ip6tables || ip6tables-save 2>/dev/null | sort_rules
    ! has nft || nft list ruleset 2>/dev/null | sort_statements
  } | head -100)
  ! leads_into_container || container=true
  ifs=$IFS
  IFS='
'
  for line in $rules; do
    IFS=$ifs
    look_at_rule "${line%% *}" "${line#* }"
    IFS='
'
  done
  IFS=$ifs
  ! ip -o link 2>/dev/null | grep -q ' xdp' || finding warns \
    'Cannot be sure to filter every packet as no XDP program may come first: found one (ip link)'
}

look_at_rule() {
  rule=$(printf %s "$2" | cut -c1-110)
  case $1 in
    stop) finding warns "Cannot tell the fault from what a rule stops already: found $rule" ;;
    turn) finding refuses "Cannot stop packets to a port that a rule changes first: found $rule" ;;
    untracked) finding warns "Cannot reroute connections that are not tracked: found $rule" ;;
    offload) finding warns "Cannot stop what a flowtable takes past the filter: found $rule" ;;
    run)
      [ "$rule" = "$run_id" ] || finding refuses "Cannot begin as no other run may be in force\
 here: found run $rule (restore it first)"
      ;;
  esac
}

sort_rules() {
  awk -v ports="$ports" "$port_match"'
    /^\*/ { table = substr($1, 2) }
    /^:AEROFAULT-/ { split($1, part, "-"); print "run", part[2]; next }
    !/^-A / || /^-A AEROFAULT-/ || / -p (udp|icmp|ipv6-icmp|sctp)( |$)/ { next }
    {
      ours = 0; target = ""
      for (i = 2; i < NF; i++) {
        if ($i ~ /^--(dport|sport|dports|sports|ports)$/ && $(i - 1) != "!") ours = named($(i + 1))
        if ($i == "-j") target = $(i + 1)
      }
      if (!ours) next
      if (target ~ /^(DROP|REJECT)$/) print "stop", $0
      else if (target == "DNAT") print "container", $0
      else if (target ~ /^(REDIRECT|TPROXY)$/) print "turn", $0
      else if (target == "NOTRACK" || /-j CT .*--notrack/) print "untracked", $0
    }'
}

# Ports behind a named set (@x) cannot be told.
sort_statements() {
  awk -v ports="$ports" -v backend="$backend" "$port_match"'
    /^table / {
      theirs = backend ~ /nft/ && $2 ~ /^ip6?$/ && $3 ~ /^(filter|nat|mangle|raw|security)$/
      ours = $3 ~ /^aerofault_/
      if (ours) { split($3, part, "_"); print "run", part[2] }
      next
    }
    theirs || ours { next }
    { sub(/^[ \t]+/, "") }
    /^flowtable / { print "offload", $0; next }
    !/(tcp|th) (dport|sport) / || / (dport|sport) !=/ { next }
    {
      list = $0
      sub(/.*(tcp|th) (dport|sport) /, "", list)
      if (list ~ /^\{/) { sub(/^\{ */, "", list); sub(/ *\}.*/, "", list); gsub(/ /, "", list) }
      else sub(/ .*/, "", list)
      if (!named(list)) next
      if (/ (drop|reject)( |$)/) print "stop", $0
      else if (/ dnat( |$)/) print "container", $0
      else if (/ (redirect|tproxy)( |$)/) print "turn", $0
      else if (/ notrack( |$)/) print "untracked", $0
    }'
}

leads_into_container() {
  case "
$rules" in *'
container '*) return 0 ;; esac
  has ss || return 1
  ss -l -t -n -p | awk -v ports="$ports" "$port_match"'
    /"docker-proxy"/ { port = $4; sub(/.*:/, "", port); if (named(port)) found = 1 }
    END { exit !found }'
}
