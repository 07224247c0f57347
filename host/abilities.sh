# shellcheck shell=sh disable=SC2034,SC2154
# What a host is able to do, for survey: its tools, and the abilities of its kernel.

look_at_tools() {
  tools=''
  for tool in iptables iptables-restore ip6tables nft ip busybox ss conntrack flock timeout bash \
    systemd-run setsid chronyc openssl; do
    ! command -v "$tool" >/dev/null || tools="$tools $tool"
  done
  has iptables || has nft || finding warns "Cannot filter packets as iptables or nft must be\
 installed: found neither (try: $(install iptables))"
  for tool in flock timeout bash; do
    has "$tool" || finding refuses "Cannot change or probe anything here as $tool must be\
 installed: found it missing (try: $(install "$tool"))"
  done
  has ss || finding warns "Cannot sever or count connections as ss must be installed: found it\
 missing (try: $(install ss))"
  has setsid || systemd_serves || finding refuses \
    'Cannot arm a timer as systemd or setsid must be there: found neither (install util-linux)'
  look_at_backend
}

has() { case " $tools " in *" $1 "*) ;; *) return 1 ;; esac }

# install TOOL: the command that would.
install() {
  for packager in dnf yum apt-get zypper apk; do
    ! command -v "$packager" >/dev/null || break
  done
  case $1/$packager in
    iptables/dnf) package=iptables-nft ;;
    flock/* | setsid/*) package=util-linux ;;
    timeout/*) package=coreutils ;;
    ss/dnf | ss/yum) package=iproute ;;
    ss/*) package=iproute2 ;;
    *) package=$1 ;;
  esac
  case $packager in
    apk) printf 'apk add %s' "$package" ;;
    zypper) printf 'zypper -n install %s' "$package" ;;
    *) printf '%s install -y %s' "$packager" "$package" ;;
  esac
}

look_at_backend() {
  backend=null
  has iptables || return 0
  case $(iptables --version 2>/dev/null) in
    *nf_tables*) backend='"nft"' ;;
    *) backend='"legacy"' ;;
  esac
}

# What the kernel does, seen in a namespace of our own, or else by what is built for it.
abilities() {
  if in_throwaway true 2>/dev/null; then
    nft=''
    ! has nft || nft=nft
    in_throwaway timeout 15 sh -c "$trials" trials "$backend" "$nft" 2>/dev/null || true
    within=in_throwaway
    if closes own 2>/dev/null; then printf sever; return; fi
    [ "$closed" -eq 2 ] || return 0
    within=
  else
    abilities_by_name
  fi
  ! has ss || ! has timeout || ! has bash || ! kernel_closes 2>/dev/null || printf sever
}

in_throwaway() {
  # shellcheck disable=SC2016 # For the sh it goes to.
  unshare -n sh -c 'ip link set lo up; exec "$@"' throwaway "$@"
}

# Tried on the tool that a cut would take: iptables, or nft where that is missing.
# shellcheck disable=SC2016 # For the sh it goes to.
trials='
  able() { word=$1; shift; ! "$@" >/dev/null 2>&1 || printf "%s " "$word"; }
  rule() { iptables -w 1 -A OUTPUT -p tcp -m multiport --ports 1,2 "$@"; }
  table() {
    printf "table inet t { chain %s { type %s hook output priority 0; %s; }; }" "$@" | nft -f -
  }
  if [ "$1" != null ]; then
    able time rule -m time --datestart 2037-01-01T00:00:00 --datestop 2037-01-01T00:00:01 -j ACCEPT
    able statistic rule -m statistic --mode random --probability 0.5 -j ACCEPT
    able u32 rule -m u32 --u32 "0>>22&0x3C@0&0xFF=0:9" -j ACCEPT
    able reject rule -j REJECT --reject-with tcp-reset
    able nat iptables -w 1 -t nat -A OUTPUT -p tcp -j DNAT --to-destination 192.0.2.1
  elif [ -n "$2" ]; then
    able statistic table s filter "numgen random mod 100 < 50 drop"
    able reject table r filter "tcp dport 1 reject with tcp reset"
    able nat table n nat "tcp dport 1 dnat ip to 192.0.2.1"
  fi
  [ -z "$2" ] || able nft-time table t filter "meta time > 2114380800000000000 drop"
  exit 0'

# Where no namespace may be made: a match that iptables knows and a module that the kernel has.
abilities_by_name() {
  has iptables || return 0
  for match in time statistic u32; do
    ! iptables -m "$match" -h >/dev/null 2>&1 || ! has_module "xt_$match" || printf '%s ' "$match"
  done
  ! has_module ipt_REJECT || printf 'reject '
  ! has_module nf_nat || printf 'nat '
}

has_module() {
  modules=/lib/modules/$(uname -r)
  [ -d "/sys/module/$1" ] ||
    grep -q -s "/$1\.ko" "$modules/modules.builtin" "$modules/modules.dep"
}
