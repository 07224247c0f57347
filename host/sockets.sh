# shellcheck shell=sh disable=SC2154
# The established TCP sockets that sever closes and probe counts.

# sockets PEER PORTS [SS OPTION...]: the listing of ss, with its line of headings. An IPv4 peer is
# also found behind an IPv6 socket (::ffff:a.b.c.d).
sockets() {
  remote=$1 either='' filter=''
  case $remote in *:*) remote="[$remote]" ;; esac
  for port in $(listed "$2"); do
    filter="$filter $either sport = :$port or dport = :$port"
    either=or
  done
  shift 2
  # shellcheck disable=SC2086 # A filter is many words.
  ss "$@" -t -n state established dst "$remote" '(' $filter ')'
}
