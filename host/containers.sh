# shellcheck shell=sh disable=SC2034,SC2154
# Whether one of the ports leads into a container on this host. Of use to cut alone.

# A translation of addresses names one of the ports, or a container engine's proxy listens on it.
leads_into_container() {
  {
    for family in $(families); do "$family-save" -t nat | grep -- '-j DNAT'; done
    nft list ruleset | grep ' dnat '
    ss -l -t -n -p | awk '/docker-proxy/ { sub(/.*:/, "", $4); print "dport", $4 }'
  } 2>/dev/null | names_port
}

# Ports stand behind --dport, --dports or dport, alone, as a list or as ranges.
names_port() {
  awk -v ports="$ports" '
    BEGIN { count = split(ports, wanted, ",") }
    match($0, /dports? (!= )?[0-9{][0-9:, -]*/) {
      said = substr($0, RSTART, RLENGTH)
      gsub(/[^0-9:,-]/, "", said)
      parts = split(said, named, ",")
      for (i = 1; i <= parts; i++) {
        ends = split(named[i], range, "[:-]")
        for (j = 1; j <= count; j++)
          if (wanted[j] + 0 >= range[1] + 0 && wanted[j] + 0 <= range[ends] + 0) found = 1
      }
    }
    END { exit !found }'
}
