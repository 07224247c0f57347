# shellcheck shell=sh disable=SC2034,SC2154
# Stops the packets between this host and chosen peers on chosen ports, until RestoreAt.
#
# Started by SSM. The order is: arm a timer for RestoreAt, see it armed, wait for InjectAt without
# the lock, ask again whether the run is over, apply in one transaction a family, read the rules
# back. Ends within seconds after InjectAt. What it leaves ends by the timer at RestoreAt, by
# restore.sh, or by a reboot. Safe to repeat: a second cut of the same run finds the first one
# ("already"). Killed at any point, the timer alone restores. Does not cover: connections of this
# host with itself, forwarded packets (containers on a bridge), and the reach of a fault whose peers
# were wrongly chosen.
script="cut"
timer='' applied_at=null rules4=0 rules6=0 changed=

main() {
  take_run_id
  take_parameters
  lock 5 || refuse 'Cannot cut as the lock of the run must be free: found it held for 5 s'
  refuse_if_over
  refuse_without_tools
  refuse_own_addresses
  arm
  unlock
  wait_until "$inject_at"
  lock 5 || refuse 'Cannot cut as the lock of the run must be free: found it held for 5 s'
  refuse_if_over
  arm
  apply
  conclude
}

take_parameters() {
  take_instant InjectAt
  inject_at=$value
  take_restore_at
  [ "$inject_at" -lt "$restore_at" ] || unfit RestoreAt 'later than InjectAt'
  take_ports
  take_peers
  parameter Packets
  packets=$value
  case $packets in
    drop | reject | tcp-reset) ;;
    *) unfit Packets 'drop, reject or tcp-reset' ;;
  esac
  parameter Direction
  direction=$value
  case $direction in both | inbound) ;; *) unfit Direction 'both or inbound' ;; esac
  describe
}

# What the line says besides the outcome.
describe() {
  details=",\"injectAt\":$inject_at,\"appliedAt\":$applied_at,\"rules4\":$rules4,\"rules6\":$rules6"
  [ -z "$timer" ] || details=",\"timer\":\"$timer\"$details"
}

refuse_without_tools() {
  for tool in iptables iptables-restore ip6tables ip6tables-restore; do
    command -v "$tool" >/dev/null ||
      refuse "Cannot cut as $tool must be installed (try: $(install_command)): found it missing"
  done
  # Else a restore could not tell whether anything is left.
  count_ours ||
    refuse 'Cannot cut as iptables must list its rules of both families: found that it does not'
}

install_command() {
  if command -v dnf >/dev/null; then
    printf 'dnf install -y iptables-nft'
  elif command -v yum >/dev/null; then
    printf 'yum install -y iptables'
  else
    printf 'apt-get install -y iptables'
  fi
}

# A peer that is this host itself would cut the host's own probes and nothing else.
refuse_own_addresses() {
  for peer in $peers4 $peers6; do
    case $(ip route get "$peer" 2>/dev/null || true) in
      local*) refuse "Cannot cut as peers must be other hosts: found $peer to be this one" ;;
    esac
  done
}

# Applies what is not there yet, family by family; on any failure takes all of it away again.
apply() {
  apply_family 4 iptables "$peers4"
  apply_family 6 ip6tables "$peers6"
}

apply_family() {
  [ -n "$3" ] || return 0
  count_family "$2" || abandon "$2 does not list its rules"
  if [ "$ours" -eq 0 ]; then
    changed=yes
    said=$(batch "$3" | "$2-restore" --noflush -w 5 2>&1) || abandon "$2-restore says $said"
    applied_at=$(now_ms)
    is_first "$2" || abandon "$2 does not show our jump as the first rule"
  fi
  is_in_force "$2" "$3" || decline_strange_rules "$2"
  eval "rules$1=\$expected"
}

decline_strange_rules() {
  [ -z "$changed" ] || abandon "$1 shows other rules than ours in $chain"
  refuse "Cannot cut as $chain must not exist with other rules: found it in $1"
}

# One transaction: chain, rules and jumps come together or not at all.
batch() {
  printf '*filter\n:%s - [0:0]\n' "$chain"
  rules "$1" | sed "s/^/-A $chain /"
  for hook in $(hooks); do printf -- '-I %s 1 -j %s\n' "$hook" "$chain"; done
  printf 'COMMIT\n'
}

hooks() { if [ "$direction" = both ]; then printf 'INPUT OUTPUT'; else printf INPUT; fi; }

# One chain serves both hooks: source and destination tell the directions apart. A reset we send
# must get past our own rules, or the peer would see silence.
rules() {
  match='-p tcp'
  [ "$packets" != tcp-reset ] || match='-p tcp -m tcp ! --tcp-flags RST RST'
  for peer in $1; do
    if [ "$direction" = both ]; then
      printf -- '-s %s %s -m multiport --ports %s -j %s\n' "$peer" "$match" "$ports" "$(target)"
      printf -- '-d %s %s -m multiport --ports %s -j %s\n' "$peer" "$match" "$ports" "$(target)"
    else
      printf -- '-s %s %s -m multiport --dports %s -j %s\n' "$peer" "$match" "$ports" "$(target)"
    fi
  done
}

target() {
  case $packets in
    drop) printf DROP ;;
    reject) printf REJECT ;;
    tcp-reset) printf 'REJECT --reject-with tcp-reset' ;;
  esac
}

# The chain holds exactly our rules, and exactly our jumps lead to it: sets $expected. iptables
# itself compares, since it spells addresses its own way.
is_in_force() {
  expected=$(rules "$2" | wc -l)
  [ "$("$1" -w 5 -S "$chain" | grep -c '^-A')" -eq "$expected" ] || return 1
  rules "$2" | while read -r rule; do
    # shellcheck disable=SC2086 # A rule is many words.
    "$1" -w 5 -C "$chain" $rule || exit 1
  done || return 1
  count_family "$1"
  # shellcheck disable=SC2046 # One jump a hook, and the chain itself.
  set -- "$1" $(hooks)
  [ "$ours" -eq $# ] || return 1
  tables=$1
  shift
  for hook; do "$tables" -w 5 -C "$hook" -j "$chain" || return 1; done
}

# Nothing but jumps of other runs comes before ours: their rules accept nothing either.
is_first() {
  for hook in $(hooks); do
    "$1" -w 5 -S "$hook" | awk -v chain="$chain" '
      NR > 1 && $NF == chain { found = 1; exit }
      NR > 1 && !/ -j AEROFAULT-[a-z0-9]+$/ { exit }
      END { exit !found }' || return 1
  done
}

# Takes everything of this run away; keeps the timer where that did not work.
abandon() {
  problem="Cannot cut as every rule must be in force: found that $1"
  remove_ours
  if count_ours && [ "$count" -eq 0 ]; then
    disarm
    outcome failed "$problem; nothing of the run is left"
  fi
  outcome failed "$problem; the timer will remove what is left"
}

before_unplanned_end() { [ -z "$changed" ] || remove_ours; }

conclude() {
  if [ -n "$changed" ]; then
    printf '%s\n' "$applied_at" >"$state/applied"
    describe
    outcome applied
  fi
  [ ! -f "$state/applied" ] || read -r applied_at <"$state/applied"
  describe
  outcome already
}

main
