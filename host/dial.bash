# shellcheck shell=bash disable=SC2034,SC2154
# Every port of every address, dialled: dial ADDRESSES PORTS FOLDER prints a letter for each, address by
# address: O open, R refused, T timed out, U unreachable, X reset, ? not known. Both lists have _
# between. So many at once, 2 s each, so that all end by themselves whoever is silent.
at_once=64

dial_all() {
  local address port place places=() number
  for address in ${1//_/ }; do
    for port in ${2//_/ }; do places+=("$address/$port"); done
  done
  for ((number = 0; number < ${#places[@]}; number += at_once)); do
    dial_some "$3" "${places[@]:number:at_once}"
  done
}

dial_some() {
  local folder=$1 number
  shift
  for ((number = 1; number <= $#; number++)); do
    dial "${!number}" >"$folder/$number" 2>/dev/null &
  done
  wait
  for ((number = 1; number <= $#; number++)); do
    letter=''
    read -r -n 1 letter <"$folder/$number"
    printf %s "${letter:-?}"
  done
}

# A shell of its own, so that its end closes the connection, and its limit ends the waiting.
dial() {
  local said status=0
  # shellcheck disable=SC2016 # The inner shell expands it.
  said=$(timeout -s KILL 2 bash --norc -c 'exec 3<>"/dev/tcp/$1"' bash "$1" 2>&1) || status=$?
  case $status/$said in
    0/*) printf O ;;
    137/* | */*'timed out'*) printf T ;;
    */*refused*) printf R ;;
    */*reset*) printf X ;;
    */*'temporarily unavailable'* | */*'Cannot allocate'* | */*'Too many open'* | 12[4-7]/*) printf '?' ;;
    *) printf U ;;
  esac
}
