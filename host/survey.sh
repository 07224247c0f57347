# shellcheck shell=sh disable=SC2034,SC2154
# Says what this host is like before anything is touched: clock, tools, what its kernel can do, what
# in its packet filter would void or already does the harm, and its node's own word on itself.
#
# Started by SSM. Ends after some seconds, 30 at most. Changes nothing: no lock, no tombstone, no
# rule; what its kernel can do is tried in a network namespace that ends with the trial (its modules
# stay loaded). What could not be found out is left out. Does not cover: what other hosts' filters,
# security groups and network ACLs do, and programs that filter before iptables and nft do (XDP is
# reported, eBPF elsewhere is not seen).
script="survey"
line_most=2450
findings=''

main() {
  take_run_id
  take_instant SentAt
  sent_at=$value
  take_ports
  take_info
  at=$(now_ms)
  clock=$(clock)
  look_at_tools
  look_at_folders
  look_at_clock
  look_at_lock
  look_at_rules
  look_at_runs
  node=null
  take_access
  [ "$info" = none ] || ask_node
  tell
}

# Info is none, ADDRESS/PORT, or ID@ADDRESS=PORT for each of many hosts with semicolons between.
take_info() {
  parameter Info
  info=$value
  case $info in
    none) return 0 ;;
    *@*) choose_info ;;
  esac
  is_port "${info##*/}" || unfit Info 'none, or an address and a port with a slash between'
  is_ipv4 "${info%/*}" || is_ipv6 "${info%/*}" ||
    unfit Info 'none, or an address and a port with a slash between'
}

choose_info() {
  [ ${#info} -le 16000 ] || unfit Info 'at most 16,000 characters'
  are_sections "$info" || unfit Info 'sections of ID@ADDRESS=PORT'
  own_section "$info" ||
    refuse "Cannot accept parameter Info as one section must be for $who: found $found"
  info=$own_address/$own
}

# finding refuses|warns TEXT: once each; `tell` leaves out what no room is left for.
finding() {
  refuses=false
  [ "$1" != refuses ] || refuses=true
  said="{\"refuses\":$refuses,\"says\":\"$(printf %s "$2" | plain)\"}"
  case "
$findings" in *"
$said
"*) return 0 ;; esac
  findings="$findings$said
"
}

tell() {
  line="\"at\":$at,\"sentAt\":$sent_at,\"clock\":$clock,\"tools\":[$(quoted "$tools")]"
  line="$line,\"iptables\":$backend,\"abilities\":[$(quoted "$(abilities)")],\"timer\":\"$(timer)\""
  line="$line,\"container\":$container,\"listens\":[$(listens)],\"node\":$node"
  say 0 "$line,\"findings\":[$(fitting $((line_most - ${#line} - 60)))]"
}

# The findings that there is room for, those that refuse first, with the number of the others.
fitting() {
  printf %s "$findings" | sort -r -t: -k2,2 -s | awk -v room="$1" '
    { if (left || used + length($0) + 1 > room - 70) left++
      else { used += length($0) + 1; printf "%s%s", comma, $0; comma = "," } }
    END {
      if (left) printf "%s{\"refuses\":false,\"says\":\"%d more findings\"}", comma, left
    }'
}

quoted() {
  for word in $1; do printf '"%s" ' "$word"; done | sed 's/ $//; s/ /,/g'
}

timer() { if systemd_serves; then printf systemd; else printf setsid; fi; }

# A tombstone must find room, and so must the notes of what is in force.
look_at_folders() {
  for folder in "$lib_root" "$run_root"; do
    while [ ! -d "$folder" ]; do folder=$(dirname "$folder"); done
    [ -w "$folder" ] || finding refuses \
      "Cannot change anything here as $folder must be writable: found that it is not"
    free=$(df -Pk "$folder" 2>/dev/null | awk 'NR == 2 { print $4 }')
    case $free in '' | *[!0-9]*) continue ;; esac
    [ "$free" -ge 1024 ] || finding refuses \
      "Cannot change anything here as $folder must have 1 MB free: found $free KB"
  done
}

# chrony's own estimate: how far the clock is ahead, and half of the root delay with its dispersion.
clock() {
  tracking=$(chronyc -n tracking 2>/dev/null | sed 's/  *:/:/') || true
  printf '%s\n' "$tracking" | awk -F ': ' '
    $1 == "System time" { split($2, t, " "); ahead = t[3] == "slow" ? -t[1] : t[1]; known++ }
    $1 == "Root delay" { delay = $2 + 0; known++ }
    $1 == "Root dispersion" { dispersion = $2 + 0; known++ }
    $1 == "Leap status" { synchronised = $2 !~ /^Not/ }
    END {
      if (known < 3 || !synchronised) printf "null"
      else printf "{\"by\":\"chrony\",\"offsetMs\":%.3f,\"errorMs\":%.3f}",
        ahead * 1000, (dispersion + delay / 2) * 1000
    }'
}

look_at_clock() {
  ! has chronyc || [ "$clock" != null ] || finding warns \
    'Cannot trust the clock as chrony must be synchronised: found that it is not (chronyc tracking)'
}

# Whatever its mechanism, a run that has a timer here may have something in force.
look_at_runs() {
  for noted in "$run_root"/*/timer "$run_root"/*/*/timer; do
    [ -e "$noted" ] || continue
    other=${noted#"$run_root/"}
    look_at_rule run "${other%%/*}"
  done
}

ask_node() {
  has bash && has timeout || return 0
  answer=$(question "${info%/*}" "${info##*/}") || answer='! timed-out'
  case $answer in
    '{'*'}') node=$answer ;;
    *'not-allowed') finding warns "Cannot ask the node at $info as $(must_be not-allowed)" ;;
    *) finding refuses "Cannot ask the node at $info as $(must_be "${answer#'! '}")" ;;
  esac
}

# Why a node does not answer, with what would change that, as the end of a sentence.
must_be() {
  case $1 in
    not-allowed) says='access.login must be in the experiment where a login is wanted: found none' ;;
    login-refused) says='access.login must hold a user and the password that the cluster knows: found it refused' ;;
    login-expired) says='the password of access.login must be valid: found it expired' ;;
    login-not-allowed) says='the user of access.login must be let in from this host: found it is not' ;;
    tls-name) says="access.tls.name must be in the node's certificate: found another" ;;
    tls-expired) says='its certificate must be valid now: found that it is not' ;;
    tls-untrusted) says='access.tls.caFile must hold the CA of its certificate: found it untrusted' ;;
    tls-refused) says='it must speak TLS there and ask for no client certificate: found TLS refused' ;;
    no-openssl) says='openssl must be installed for TLS and logins: found it missing' ;;
    no-ca-file) says='access.tls.caFile must be a file on this host: found none' ;;
    access-over) says='what access was given must be valid: found its time over' ;;
    *) says="it must answer: found $1" ;;
  esac
  printf %s "$says"
}

question() {
  timeout -s KILL 5 bash -s -- "$1" "$2" 3>&- <<'AEROFAULT_TALK'
#include survey_talk
AEROFAULT_TALK
}

main
