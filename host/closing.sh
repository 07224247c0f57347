# shellcheck shell=sh disable=SC2034,SC2154
# Whether this kernel closes sockets on request, as sever and survey ask it: `ss -K` skips in silence
# what it cannot close (CONFIG_INET_DIAG_DESTROY), so it is tried on a throwaway connection.

# Closes a connection of our own to some listener of this host, or else to one of our own. Where
# neither can be had the kernel's configuration must do, and `left` shows what came of it. Sets
# $found to why not.
kernel_closes() {
  found='that a connection of our own over loopback survived ss -K'
  tried=no
  for listener in $(listeners); do
    ! closes "${listener%/*}" "${listener##*/}" || return 0
  done
  ! closes own || return 0
  [ "$tried" = no ] || return 1
  found='no connection of our own to try it on, nor CONFIG_INET_DIAG_DESTROY=y in its configuration'
  configured_to_close
}

# closes ADDRESS PORT | closes own: sets $tried once there was a connection to close.
closes() {
  closed=0
  close_throwaway "$@" || closed=$?
  [ "$closed" -eq 2 ] || tried=yes
  [ "$closed" -eq 0 ]
}

# Up to five as address/port, sshd before others, since it shrugs at a lost connection.
listeners() {
  ss -l -t -n | awk 'NR > 1 {
    port = $4; sub(/.*:/, "", port)
    address = substr($4, 1, length($4) - length(port) - 1)
    gsub(/[][]|%.*/, "", address)
    if (address == "0.0.0.0" || address == "*") address = "127.0.0.1"
    if (address == "::") address = "::1"
    print (port == 22 ? 0 : 1), address "/" port
  }' | sort -u | head -5 | cut -d' ' -f2
}

# Opens a connection and closes it from outside: 1 when it survives, 2 where none could be opened.
# `own` listens first, with perl or python3; that listener ends with the connection, or after 5 s.
# $within may be a function that runs a command elsewhere. Started by a daemon with a socket for input,
# bash would otherwise run what it finds in the home folder first.
close_throwaway() {
  # shellcheck disable=SC2016 # For the bash it goes to.
  ${within-} timeout 3 bash --norc -c '
    address=$1 port=${2-}
    if [[ $address == own ]]; then
      address=127.0.0.1
      exec 8< <(perl -MSocket -e "$3" || python3 -c "$4")
      read -r -t 2 -u 8 port || exit 2
    fi
    { exec 7<>"/dev/tcp/$address/$port"; } || exit 2
    case $address in *:*) address="[$address]" ;; esac
    own() { ss -t -n -p state established dst "$address" dport = ":$port" | grep "pid=$$,"; }
    line=$(own) || exit 2
    read -r _ _ local _ <<<"$line"
    ss -K -t -n state established \
      src "$address" sport = ":${local##*:}" dst "$address" dport = ":$port"
    ! own
  ' close_throwaway "$1" "${2-}" "$listen_perl" "$listen_python" >/dev/null 3>&- 9>&- || {
    [ $? -eq 1 ] || return 2
    return 1
  }
}

# One connection on a free port of loopback, which is printed.
# shellcheck disable=SC2016 # For perl.
listen_perl='
  $| = 1;
  alarm 5;
  socket(S, PF_INET, SOCK_STREAM, 0) && bind(S, sockaddr_in(0, INADDR_LOOPBACK)) && listen(S, 1)
    or exit 1;
  printf "%d\n", sockaddr_in(getsockname S);
  accept(C, S) and sysread(C, $_, 1);'
listen_python='
import signal, socket
signal.alarm(5)
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen(1)
print(s.getsockname()[1], flush=True)
s.accept()[0].recv(1)'

# What is not known for sure is taken for a no.
configured_to_close() {
  config=/boot/config-$(uname -r)
  if [ -r /proc/config.gz ]; then
    zcat /proc/config.gz | grep -q '^CONFIG_INET_DIAG_DESTROY=y'
  else
    [ -r "$config" ] && grep -q '^CONFIG_INET_DIAG_DESTROY=y' "$config"
  fi
}
