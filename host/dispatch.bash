# shellcheck shell=bash disable=SC2034,SC2154
# What probe.sh calls: connect|view|xdr|lag|counters|record|keep|dial|tally ADDRESS PORT [MORE].
timed_connect() {
  local began
  errors=$3
  clock
  began=$now
  connect "$1" "$2" || true
  clock
  printf '"answer":"%s","ms":%s' "$answer" $((now - began))
}

case $1 in
  connect) timed_connect "$2" "$3" "$4" ;;
  view) errors=$5 && view "$2" "$3" "$4" ;;
  xdr) errors=$5 && shipped "$2" "$3" "$4" ;;
  lag) errors=$4 && lag "$2" "$3" ;;
  counters) errors=$4 && counters "$2" "$3" ;;
  record) record "$2" "$3" "$4" "$5" ;;
  keep) keep "$2" "$3" "$4" "$5" ;;
  dial) dial_all "$2" "$3" "$4" ;;
  tally) errors=$4 && tally "$2" "$3" ;;
esac
