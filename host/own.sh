# shellcheck shell=sh disable=SC2034,SC2154
# One text for many hosts, and which part of it is this host's: ID@ADDRESS=MORE;ID@ADDRESS=MORE.
#
# The SSM agent says which instance this is. Where it does not, the section is this host's whose
# address it has. Where no section or several are this host's, it takes none.

# own_section SECTIONS: sets $own_address and $own to the address and MORE of this host's section;
# else fails, with $who and $found saying why. The characters of SECTIONS are checked before.
own_section() {
  own='' own_address='' found=0 addresses=''
  who="instance ${AWS_SSM_INSTANCE_ID-}"
  [ -n "${AWS_SSM_INSTANCE_ID-}" ] || know_by_address
  for section in $(printf %s "$1" | tr ';' ' '); do
    is_own "$section" || continue
    found=$((found + 1)) own=${section#*=} own_address=${section#*@}
    own_address=${own_address%%=*}
  done
  [ "$found" -eq 1 ]
}

know_by_address() {
  addresses=$(local_ipv4s | tr ' ' '\n' | sort -u | tr '\n' ' ')
  who="a host with ${addresses:-no address that it can find} as its own"
}

are_sections() {
  case $1 in '' | \;* | *\; | *\;\;* | *[!a-z0-9.,@=\;-]*) return 1 ;; esac
  for section in $(printf %s "$1" | tr ';' ' '); do
    case $section in *@*@* | *=*=* | @* | *@=*) return 1 ;; *@*=?*) ;; *) return 1 ;; esac
    case ${section%%@*} in *[!a-z0-9-]*) return 1 ;; esac
    case ${section#*=} in ,* | *, | *,,* | *[!,0-9]*) return 1 ;; esac
    address=${section#*@}
    is_ipv4 "${address%%=*}" || return 1
  done
}

is_own() {
  if [ -n "${AWS_SSM_INSTANCE_ID-}" ]; then
    [ "${1%%@*}" = "$AWS_SSM_INSTANCE_ID" ]
  else
    address=${1#*@}
    case " $addresses " in *" ${address%%=*} "*) ;; *) return 1 ;; esac
  fi
}

# This host's IPv4 addresses: by the kernel's own table, else by a program.
local_ipv4s() {
  known=$(local_addresses </proc/net/fib_trie) || true
  [ -n "$known" ] || known=$(ip -4 -o addr show | awk '{ sub("/.*", "", $4); print $4 }')
  [ -n "$known" ] || known=$(hostname -I) || true
  printf %s "$known"
}

# A leaf of the table, and below it what it is for: "|-- 10.0.1.2", "/32 host LOCAL".
local_addresses() {
  last=''
  while read -r mark leaf kind _; do
    case "$mark $leaf $kind" in
      '|-- '*) last=$leaf ;;
      '/32 host LOCAL') printf '%s\n' "$last" ;;
    esac
  done
}
