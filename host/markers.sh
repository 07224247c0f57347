# shellcheck shell=sh disable=SC2034,SC2154
# Writes marker records through each side of a split, reads them back, or removes them: a client of
# the cluster, with the package aerospike that this host has for its Node.
#
#   Action  write   through each of Sides, smaller ones first, then reads all from each side
#           read    reads all from each side again
#           remove  removes the run's own records, by their keys, and no others
#   Sides   ADDRESS/ID of each node, a comma between nodes, a semicolon between sides
#
# The package is looked for in $AEROFAULT_CLIENT, /var/lib/aerofault/client, and where npm puts
# global ones. Started by SSM; ends at Until, or after 20 s. Changes nothing on this host. Records
# bear a time to live of an hour where the namespace lets records expire. Covers no cluster that wants
# a login, or TLS.
script="markers"
records_per_kind=100
longest_s=20

main() {
  take_run_id
  parameter Action
  case $value in write | read | remove) ;; *) unfit Action 'write, read or remove' ;; esac
  take_instant Until
  take_word Namespace 31
  take_word Set 63
  parameter Port
  is_port "$value" || unfit Port 'a number from 1 to 65535'
  take_sides
  find_client
  ask_client
}

# take_word NAME MOST
take_word() {
  parameter "$1"
  case $value in '' | *[!A-Za-z0-9_-]*) unfit "$1" "1 to $2 letters, digits, - and _" ;; esac
  [ ${#value} -le "$2" ] || unfit "$1" "1 to $2 letters, digits, - and _"
}

take_sides() {
  parameter Sides
  case $value in
    '' | *[!A-Za-z0-9.:/\;,]*) unfit Sides 'nodes as ADDRESS/ID, in sides' ;;
    [\;,]* | *[\;,] | *[\;,][\;,]*) unfit Sides 'nodes as ADDRESS/ID, in sides' ;;
    *\;*\;*\;*\;*) unfit Sides '4 sides at most' ;;
  esac
  for node in $(printf %s "$value" | tr ';,' '  '); do
    case ${node#*/} in "$node" | '' | *[!0-9A-Z]*) unfit Sides 'nodes as ADDRESS/ID, in sides' ;; esac
    is_ipv4 "${node%%/*}" || is_ipv6 "${node%%/*}" || unfit Sides 'nodes as ADDRESS/ID, in sides'
  done
}

# Sets $node and $packages.
find_client() {
  node='' packages=''
  for node in "$(command -v node || true)" /usr/local/bin/node "$lib_root/client/bin/node" ''; do
    [ ! -x "$node" ] || break
  done
  for folder in "${AEROFAULT_CLIENT:-}" "$lib_root/client" /usr/local/lib /usr/lib; do
    packages=$folder/node_modules
    [ ! -d "$packages/aerospike" ] || break
    packages=''
  done
  if [ -n "$node" ] && [ -n "$packages" ]; then return 0; fi
  outcome absent "Cannot write marker records as this host must have Node 20 or later and its package aerospike: found neither or one; run: npm install --prefix $lib_root/client aerospike"
}

ask_client() {
  told=$(NODE_PATH=$packages records_per_kind=$records_per_kind \
    timeout -s KILL "$longest_s" "$node" - 3>&- <<'AEROFAULT_CLIENT'
#include markers_client
AEROFAULT_CLIENT
  ) || told='! its client ended without a word'
  case $told in
    '"outcome"'*) say 0 "$told" ;;
    *) outcome failed "Cannot $SSM_Action marker records as the client must do it: found ${told#'! '}" ;;
  esac
}

main
