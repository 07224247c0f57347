# shellcheck shell=sh disable=SC2154
# What the rules of a run have met so far, for probe: the kernel's counters.

# hits: the members of the item's answer. seen counts the packets that were candidates, hit those
# that were stopped or turned; of a fault without a share they are the same.
hits() {
  {
    for family in iptables ip6tables; do "$family-save" -c; done
    for table in $(nft list tables inet | awk -v own="^aerofault_${run_id}_" '$3 ~ own { print $3 }'); do
      nft list table inet "$table"
    done
  } 2>/dev/null | awk -v run="$run_id" '
    $1 == "table" { split($3, name, "_"); here = name[2] == run ? name[3] : "" }
    $2 == "-A" { split($3, name, "-"); here = name[1] == "AEROFAULT" && name[2] == run ? name[3] : "" }
    here == "" || / -j SNAT | snat / { next }
    $2 == "-A" { split(substr($1, 2), count, ":"); add(count[1], / -j /) }
    match($0, /counter packets [0-9]+ bytes [0-9]+/) {
      split(substr($0, RSTART, RLENGTH), count, " ")
      add(count[3], length($0) > RSTART + RLENGTH)
    }
    function add(packets, verdict) {
      if (verdict) hit[here] += packets; else seen[here] += packets
      known[here]
      if (!verdict) shared[here]
    }
    END {
      printf "\"parts\":["
      for (part = 0; part < 100; part++) {
        if (!(part in known)) continue
        printf "%s{\"part\":%d,\"seen\":%d,\"hit\":%d}", comma, part,
          part in shared ? seen[part] : hit[part], hit[part]
        comma = ","
      }
      printf "]"
    }'
}
