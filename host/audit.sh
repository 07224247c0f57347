# shellcheck shell=sh disable=SC2034,SC2154
# What an audit asks of a host, for probe. Every host is asked in the same words, so that one command
# serves fifty: lists of addresses and ports have _ between, answers come in their order, and the answer
# bears the verb alone, for the question would take most of the line.

listed_() { printf %s "$1" | tr _ ' '; }

check_audit() {
  case $verb in
    here) asked_ports=$address asked_addresses='' ;;
    *) asked_ports=$port asked_addresses=$address ;;
  esac
  count=0
  for each in $(listed_ "$asked_addresses"); do
    is_ipv4 "$each" || is_ipv6 "$each" || unfit Probes 'questions with addresses'
    count=$((count + 1))
  done
  dials=0
  for each in $(listed_ "$asked_ports"); do
    is_port "$each" || unfit Probes 'questions with ports from 1 to 65535'
    dials=$((dials + count))
  done
  [ "$verb" != all ] || [ "$dials" -le 640 ] || unfit Probes 'at most 640 dials'
}

# The addresses of this host, blanks around each.
own_addresses() {
  printf ' %s' "$(ip -o addr 2>/dev/null | awk '{ sub("/.*", "", $4); printf "%s ", $4 }')"
}

start_all() {
  mkdir "$scratch/dials"
  timeout -s KILL 26 bash "$scratch/talk.bash" dial "$address" "$port" "$scratch/dials" \
    >"$said" 9>&- 3>&- &
  jobs="$jobs $!"
}

# One's own address would be dialled over the loopback: its letters are "-". What is missing is not known.
finish_all() {
  { cat "$scratch/$number" 2>/dev/null || true; } |
    awk -v asked="$address" -v ports="$port" -v own="$(own_addresses)" '
      { letters = letters $0 }
      END {
        width = split(ports, p, "_"); n = split(asked, a, "_")
        for (i = 1; i <= n; i++) for (j = 1; j <= width; j++) {
          letter = substr(letters, (i - 1) * width + j, 1)
          if (index(own, " " a[i] " ")) letter = "-"
          told = told (letter == "" ? "?" : letter)
        }
        printf "\"letters\":\"%s\"", told
      }'
}

start_tally() {
  own=$(own_addresses)
  for each in $(listed_ "$address"); do
    case $own in *" $each "*) limited tally "$each" "$port" "$said.err" && return ;; esac
  done
  printf '"answer":"silent","reason":"elsewhere"' >"$said"
}

finish_tally() { heard '"answer":"silent","reason":"timed-out"'; }

# By peer and port, whichever end has it: "2,24,0;;1,0,0" for those asked about, then all others with
# their addresses, those with most connections first, as far as there is room.
finish_peers() {
  filter='' either=''
  for each in $(listed_ "$port"); do
    filter="$filter $either sport = :$each or dport = :$each" either=or
  done
  # shellcheck disable=SC2086 # A filter is many words.
  ss -t -n state established '(' $filter ')' | awk -v asked="$address" -v ports="$port" -v room="$room" '
    function place(end) { return match(end, /:[0-9]+$/) }
    function host(end) {
      end = substr(end, 1, place(end) - 1); gsub(/[][]/, "", end); sub(/%.*/, "", end)
      sub(/^::ffff:/, "", end); return end
    }
    function counts(peer,  text, i, sum) {
      for (i = 1; i <= n; i++) {
        text = text (i > 1 ? "," : "") (count[peer, i] + 0); sum += count[peer, i]
      }
      return sum ? text : ""
    }
    BEGIN {
      n = split(ports, number, "_"); for (i = 1; i <= n; i++) column[number[i]] = i
      m = split(asked, address, "_"); for (i = 1; i <= m; i++) isAsked[address[i]]
    }
    NR > 1 {
      here = substr($3, place($3) + 1); there = substr($4, place($4) + 1); peer = host($4)
      count[peer, here in column ? column[here] : column[there]]++
      if (!(peer in isAsked)) total[peer]++
    }
    END {
      for (i = 1; i <= m; i++) known = known (i > 1 ? ";" : "") counts(address[i])
      for (;;) {
        most = ""
        for (peer in total) if (most == "" || total[peer] > total[most]) most = peer
        if (most == "") break
        one = "[\"" most "\",\"" counts(most) "\"]"
        if (length(known) + length(others) + length(one) + 40 > room) left++
        else others = others (others == "" ? "" : ",") one
        delete total[most]
      }
      printf "\"links\":\"%s\",\"others\":[%s],\"more\":%d", known, others, left
    }'
}

# O: it would be sent, by some route. B, U, P: a route there is that leads nowhere. N: there is none.
finish_routes() {
  told=''
  for each in $(listed_ "$address"); do
    if said=$(ip route get "$each" 2>&1); then
      told=${told}O
    else
      case $said in
        *'Invalid argument'*) told=${told}B ;;
        *'No route'*) told=${told}U ;;
        *'ermission denied'* | *'Operation not permitted'*) told=${told}P ;;
        *'Network is unreachable'*) told=${told}N ;;
        *) told="$told?" ;;
      esac
    fi
  done
  printf '"letters":"%s"' "$told"
}

finish_here() {
  ports=$(printf %s "$address" | tr _ ,)
  printf '"listens":[%s],' "$(listens)"
  stops | awk -v room="$room" '
    {
      line = substr($0, 1, 160); gsub(/[^A-Za-z0-9 .,:;\/()=_!{}@*-]/, "", line)
      if (used + length(line) + 70 > room) { left++; next }
      used += length(line) + 3; text = text (text == "" ? "" : ",") "\"" line "\""
    }
    END { printf "\"stops\":[%s],\"more\":%d", text, left }'
}

# The rules that drop or reject packets to or from the ports, or all: as iptables-save has them, policies
# as "-P CHAIN DROP"; those of nft with "nft CHAIN" in front. What a rule before them lets through is not
# known here. Listing loads no table that is not in use.
stops() {
  for family in iptables ip6tables; do
    ! command -v "$family-save" >/dev/null || "$family-save" 2>/dev/null | stops_of_iptables
  done
  ! command -v nft >/dev/null || nft list ruleset 2>/dev/null | stops_of_nft
}

stops_of_iptables() {
  awk -v ports="$ports" "$port_match"'
    /^:(INPUT|OUTPUT|FORWARD) DROP/ { print "-P", substr($1, 2), "DROP"; next }
    !/^-A .* -j (DROP|REJECT)( |$)/ || / -p (udp|icmp|ipv6-icmp|sctp)( |$)/ || / -[io] lo( |$)/ { next }
    {
      names = 0; ours = 0
      for (i = 2; i < NF; i++) {
        if ($i !~ /^--(dport|sport|dports|sports|ports)$/) continue
        names = 1
        if ($(i - 1) == "!" || named($(i + 1))) ours = 1
      }
      if (!names || ours) print
    }'
}

# The tables that iptables keeps on nft were told already.
stops_of_nft() {
  awk -v ports="$ports" "$port_match"'
    /^table / { theirs = $2 ~ /^ip6?$/ && $3 ~ /^(filter|nat|mangle|raw|security)$/; next }
    theirs { next }
    { sub(/^[ \t]+/, "") }
    /^chain / { chain = $2; next }
    /hook (input|output|forward|prerouting|ingress).*policy drop/ { print "nft", chain, "policy drop"; next }
    !/(^| )(drop|reject)( |$)/ || /(^| )(udp|icmp|icmpv6) / || /(iif|oif|iifname|oifname) "?lo"?( |$)/ { next }
    /(tcp|th) (dport|sport) / && !/ (dport|sport) !=/ {
      list = $0
      sub(/.*(tcp|th) (dport|sport) /, "", list)
      if (list ~ /^\{/) { sub(/^\{ */, "", list); sub(/ *\}.*/, "", list); gsub(/ /, "", list) }
      else sub(/ .*/, "", list)
      if (list !~ /^@/ && !named(list)) next
    }
    { print "nft", chain, $0 }'
}
