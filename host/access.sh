# shellcheck shell=sh disable=SC2034,SC2154
# Lets probe and survey of one run ask a node that wants TLS or a login (docs/access.md).
#
#   key    makes a key pair of this run on this host, and replies the public key
#   open   keeps how to reach the node: the TLS name, the file of CAs, and the credential, which comes
#          sealed to that key (RSA-OAEP with SHA-256)
#   close  takes both away
#
# Login is one text for many hosts, ID@ADDRESS=BASE64 with semicolons between; each takes its own (see
# own.sh). Started by SSM; ends within seconds and changes nothing on the network. What it keeps is under
# /run, for root alone, until Until, `stop` of probe, `close` or a reboot; after Until nothing reads it,
# and the next script of ours here deletes it. The private key goes as soon as it was used. Neither
# credential nor key is ever an argument or in the environment of a process, or said. Does not cover:
# root on this host, who can read the file while it is there.
script="access"
word_most=253

main() {
  take_run_id
  take_instant Until
  until=$value
  [ $((until - $(now_ms))) -le "$day_ms" ] || until=$(($(now_ms) + day_ms))
  parameter Action
  action=$value
  case $action in key | open | close) ;; *) unfit Action 'key, open or close' ;; esac
  details=",\"action\":\"$action\""
  take_tls
  take_login
  mkdir -p "$run_root"
  forget_access
  place=$run_root/$run_id.access
  key=$run_root/$run_id.access-key
  case $action in
    key) make_key ;;
    open) open_access ;;
    close) drop_access && outcome closed ;;
  esac
}

before_unplanned_end() { [ -z "${new-}" ] || rm -f "$new"; }

# Probes of this run say why they cannot ask: unable WORD SENTENCE
unable() {
  new=$(mktemp "$run_root/access.XXXXXX")
  printf '%s\n!%s\n' "$until" "$1" >"$new"
  mv "$new" "$place"
  details="$details,\"word\":\"$1\""
  refuse "$2"
}

need_openssl() {
  command -v openssl >/dev/null || unable no-openssl \
    'Cannot ask a node by TLS or with a login as openssl must be installed here: found it missing'
}

# A file of its own first, so that a key is whole or not there. What stands before the key is not read.
make_key() {
  need_openssl
  new=$(mktemp "$run_root/access.XXXXXX")
  { printf '%s\n' "$until" && openssl genrsa 2048 2>/dev/null; } >"$new"
  public=$(openssl rsa -in "$new" -pubout -outform DER 2>/dev/null | base64 | tr -d '\n')
  [ -n "$public" ] || outcome failed 'Cannot make a key as openssl must make one: found none'
  mv "$new" "$key"
  details="$details,\"key\":\"$public\""
  outcome made
}

open_access() {
  need_openssl
  [ "$ca" = system ] || { [ -f "$ca" ] && [ -r "$ca" ]; } || unable no-ca-file \
    "Cannot trust the node as access.tls.caFile must be a file on this host: found no $ca"
  new=$(mktemp "$run_root/access.XXXXXX")
  printf '%s\n%s\n%s\n' "$until" "$tls" "$ca" >"$new"
  [ -z "$sealed" ] || unseal
  mv "$new" "$place"
  outcome opened
}

take_tls() {
  parameter Tls
  tls=$value
  case $tls in '' | -* | *[!A-Za-z0-9._-]*) unfit Tls 'none, or a TLS name' ;; esac
  [ ${#tls} -le "$word_most" ] || unfit Tls "at most $word_most characters"
  parameter CaFile
  ca=$value
  case $ca in
    system) return 0 ;;
    /*) ;;
    *) unfit CaFile 'system, or an absolute path' ;;
  esac
  case $ca in *[!A-Za-z0-9._/-]* | *//* | */../* | */.. | */) unfit CaFile 'a plain path' ;; esac
  [ ${#ca} -le "$word_most" ] || unfit CaFile "at most $word_most characters"
}

take_login() {
  parameter Login
  login=$value sealed=
  if [ "$login" != none ]; then
    take_sealed
  elif [ "$action/$tls" = open/none ]; then
    unfit Login 'given where Tls is none'
  fi
}

take_sealed() {
  [ ${#login} -le 16000 ] || unfit Login 'at most 16,000 characters'
  are_sealed "$login" || unfit Login 'none, or sections of ID@ADDRESS=BASE64'
  own_section "$login" ||
    refuse "Cannot accept parameter Login as one section must be for $who: found $found"
  sealed=$own
}

are_sealed() {
  case $1 in '' | \;* | *\; | *\;\;* | *[!A-Za-z0-9+/.@=\;-]*) return 1 ;; esac
  for section in $(printf %s "$1" | tr ';' ' '); do
    case $section in *@*@* | @* | *@=*) return 1 ;; *@*=?*) ;; *) return 1 ;; esac
    case ${section%%@*} in *[!a-z0-9-]*) return 1 ;; esac
    address=${section#*@}
    is_ipv4 "${address%%=*}" || return 1
  done
}

# The key serves once; whoever reads the command later finds nothing that opens it.
unseal() {
  [ -f "$key" ] || outcome failed \
    'Cannot open the credential as the key of this run must be here: found none'
  printf %s "$sealed" | base64 -d | openssl pkeyutl -decrypt -inkey "$key" \
    -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 >>"$new" 2>/dev/null ||
    outcome failed 'Cannot open the credential as it must be sealed to the key of this run: found another'
  rm -f "$key"
  [ "$(sed -n '5{\|^[$]2[aby][$]10[$][A-Za-z0-9./]\{53\}$|=;}' "$new")" = 5 ] || outcome failed \
    'Cannot keep the credential as a user and a hash must be sealed: found something else'
}

main
