# shellcheck shell=sh disable=SC2034
# Which of the ports a list of iptables names: 3000,3001:3005
port_match='
  function named(list,  parts, ends, i, j, n) {
    n = split(list, parts, ",")
    for (i = 1; i <= n; i++) {
      if (split(parts[i], ends, /[:-]/) < 2) ends[2] = ends[1]
      for (j in wanted) if (j >= ends[1] + 0 && j <= ends[2] + 0) return 1
    }
    return 0
  }
  BEGIN { n = split(ports, asked, ","); for (i = 1; i <= n; i++) wanted[asked[i] + 0] }'
