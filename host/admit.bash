# shellcheck shell=bash disable=SC2034,SC2154
# The way to a node's answers: open_info ADDRESS PORT connects, and where access.sh kept something for
# this run, by TLS and with a login. Where it fails, $answer says why, and $denied too if it is not the
# network.
#
# TLS is openssl's: it ends when its input does, so also when this shell is killed; until it is connected
# a recorder must end it (see record.bash). The certificate must be of a CA in the file and bear the
# name; a session that is not verified is never used. Login is the message of type 2 with command 20,
# user (0) and credential (3), each field with its length and id; the answer's second byte is the result
# (layout: aerospike/aerospike-admin lib/live_cluster/client/info.py). Does not cover: client
# certificates, LDAP and PKI.
open_info() {
  to=3 denied=''
  if [[ -z ${AEROFAULT_ACCESS-} || ! -r $AEROFAULT_ACCESS ]]; then
    connect "$1" "$2"
    return
  fi
  read_access
  case $tls_name in
    !*) deny "${tls_name#!}" ;;
    none) connect "$1" "$2" && admit ;;
    *) secure "$1" "$2" && admit ;;
  esac
}

deny() {
  denied=$1 answer=$1
  return 1
}

# Lines: its end, the TLS name, the file of CAs, and where there is a login the user and the credential.
read_access() {
  local end
  tls_name='' ca_file='' user='' credential=''
  {
    IFS= read -r end && IFS= read -r tls_name && IFS= read -r ca_file &&
      IFS= read -r user && IFS= read -r credential
  } <"$AEROFAULT_ACCESS"
  clock
  is_number "$end" && ((now < end)) || tls_name='!access-over'
  return 0
}

# A session without a login is tried out by a question, so that a certificate that is not right is told
# as such.
admit() {
  if [[ -n $user ]]; then
    log_in
  elif [[ $to == 4 ]]; then
    ask 2 $'build\n' || deny_tls $?
  fi
}

secure() {
  command -v openssl >/dev/null || deny no-openssl || return
  local options=(-quiet -no_ign_eof -connect "$1:$2" -servername "$tls_name")
  options+=(-verify 9 -verify_return_error -verify_hostname "$tls_name")
  [[ $ca_file == system ]] || options+=(-CAfile "$ca_file")
  exec 5<> <(:) # What openssl complains of; it waits to be read.
  coproc TLS {
    read -r _ || exit # Until we have our ends of it, or are gone: a shell forgets those of one that ends.
    # Before 1.1.0 it trusts the system's CAs beside the file, unless these are elsewhere.
    [[ $ca_file == system ]] || export SSL_CERT_FILE=$ca_file SSL_CERT_DIR=/dev/null
    exec openssl s_client "${options[@]}" 2>&5
  }
  exec 3<&"${TLS[0]}" 4>&"${TLS[1]}"
  to=4
  [[ -z ${tells_tls-} ]] || tell_tls "$TLS_PID" >&7
  printf '\n' >&4
}

# "tls PID START", by which a recorder can end it.
tell_tls() {
  local stat
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
  # shellcheck disable=SC2206 # The fields after the name are split at their blanks.
  stat=(${stat##*) })
  printf 'tls %s %s\n' "$1" "${stat[19]}"
}

# What no answer of a session means, by what openssl says of it: deny_tls STATUS
deny_tls() {
  local line told=''
  (($1 <= 128)) || deny timed-out || return
  (($1 == 1)) || deny unreadable || return
  while IFS= read -r -t 0.1 -u 5 line; do told+=$line$'\n'; done
  case $told in
    *'num=62:'* | *[Hh]'ostname mismatch'*) deny tls-name ;;
    *'num=9:'* | *'num=10:'*) deny tls-expired ;;
    *'num='* | *'certificate verify failed'*) deny tls-untrusted ;;
    *refused*) deny refused ;;
    *'timed out'*) deny timed-out ;;
    *'No route'* | *'nreachable'*) deny unreachable ;;
    *alert* | *'wrong version'* | *'unknown protocol'* | *':error:'*) deny tls-refused ;;
    *) deny closed ;;
  esac
}

log_in() {
  clock
  ends=$((now + 2000))
  send_login
  local status=0
  receive_login || status=$?
  if ((status != 0)); then
    [[ $to == 3 ]] || deny_tls "$status" || return
    case $status in
      1) deny closed ;;
      2) deny login-unreadable ;;
      *) deny timed-out ;;
    esac
    return
  fi
  # 51 and 52: this server has no security, or has it off, and answers everybody.
  case $login_result in
    0 | 51 | 52) ;;
    60 | 62 | 65) deny login-refused ;;
    63) deny login-expired ;;
    82) deny login-not-allowed ;;
    *) deny "login-error-$login_result" ;;
  esac
}

# One write, so that no part of it stands alone.
send_login() {
  local size user_size credential_size none='\x00\x00\x00\x00'
  in_bytes size $((26 + ${#user} + ${#credential}))
  in_bytes user_size $((1 + ${#user}))
  in_bytes credential_size $((1 + ${#credential}))
  # shellcheck disable=SC2059 # Only a format can write a zero byte.
  printf "\\x02\\x02\\x00\\x00$size\\x00\\x00\\x14\\x02$none$none$none$user_size\\x00%s$credential_size\\x03%s" \
    "$user" "$credential" >&"$to"
}

# in_bytes NAME NUMBER: sets NAME to a number of 4 bytes, as a format writes it.
in_bytes() {
  local hex
  printf -v hex %08x "$2"
  printf -v "$1" '\\x%s\\x%s\\x%s\\x%s' "${hex:0:2}" "${hex:2:2}" "${hex:4:2}" "${hex:6:2}"
}

# The longest reply to a login that is taken, in bytes; a session token has some hundreds.
login_bytes_max=4096

# Sets $login_result. 2: no reply of this protocol. What comes with it (a token) is read and left.
receive_login() {
  local count value length=0
  for ((count = 0; count < 8; count++)); do
    receive_byte || return
    case $count in
      0) ((value == 0 || value == 2)) || return 2 ;;
      1) ((value == 2)) || return 2 ;;
      *) length=$((length * 256 + value)) ;;
    esac
  done
  ((length >= 16 && length <= login_bytes_max)) || return 2
  for ((count = 0; count < length; count++)); do
    receive_byte || return
    ((count != 1)) || login_result=$value
  done
}
