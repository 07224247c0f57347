# One run of a host script under a stand-in of the SSM agent, somebody killed on the way, and what is left a
# second after RestoreAt: killed-scenario SCRIPT VICTIM ANCHOR DELAY_MS INJECT_AT RESTORE_AT PORT NAME=VALUE...
#
# Started by killed-runner.ts, on the host. Ends by itself. The agent has a process group of its own and holds the
# reading ends of what the script prints; the script leads another group, as under the real one.
set -u
script=$1 victim=$2 anchor=$3 delay_ms=$4 inject_at=$5 restore_at=$6 port=$7
shift 7
run=
for word; do [[ $word != SSM_RunId=* ]] || run=${word#*=}; done
folder=/run/killed/$run
mkdir -p "$folder"
cd "$folder" || exit

now_ms() { date +%s%3N; }

sleep_ms() { (($1 <= 0)) || sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"; }

sleep_until() { sleep_ms $(($1 - $(now_ms))); }

agent='
  exec 5> >(cat >said) 6> >(cat >complaints)
  set -m
  script=$1
  shift
  env "$@" sh "/run/killed/$script.sh" >&5 2>&6 5>&- 6>&- &
  echo $! >script.pid.new
  mv script.pid.new script.pid
  wait'

# What is there of any run, in whatever the methods write.
ours() {
  { iptables -S; ip6tables -S; iptables -t nat -S; iptables -t raw -S; } 2>/dev/null | grep AEROFAULT
  nft list tables 2>/dev/null | grep -i aerofault
  ip route show table all | grep 'proto 177'
  # Frozen on purpose: the process that stands for a server.
  grep -l '^State:.T' /proc/[0-9]*/status 2>/dev/null |
    while IFS=/ read -r _ _ pid _; do grep -x quarry "/proc/$pid/comm" 2>/dev/null; done
}

phase() {
  if [ -s said ]; then echo ended
  elif [ -n "$(ours)" ]; then echo applied
  elif is_armed; then echo armed
  else echo arming; fi
}

is_armed() { compgen -G "/run/aerofault/$run/timer.pid" || compgen -G "/run/aerofault/$run/*/timer.pid"; } >/dev/null

await_timer() {
  for ((i = 0; i < 300; i++)); do
    ! is_armed || return
    sleep 0.01
  done
}

setsid bash --norc -c "$agent" agent "$script" "$@" </dev/null >/dev/null 2>&1 &
agent_pid=$!
until [ -f script.pid ]; do sleep 0.005; done
read -r script_pid <script.pid

case $anchor in
  start) ;;
  armed) await_timer ;;
  inject) sleep_until "$inject_at" ;;
esac
sleep_ms "$delay_ms"
case $victim in
  script) kill -9 "$script_pid" ;;
  group) kill -9 -- "-$script_pid" ;;
  agent) kill -9 -- "-$agent_pid" ;;
  both) kill -9 -- "-$agent_pid" "-$script_pid" ;;
  frozen) kill -STOP -- "-$script_pid" ;;
esac 2>/dev/null
at=$(phase)

sleep_until "$restore_at"
if [ "$victim" = frozen ]; then
  # The host comes back while the second after RestoreAt runs.
  sleep_ms $((delay_ms % 400))
  kill -CONT -- "-$script_pid" 2>/dev/null
fi
sleep_until $((restore_at + 1000))
looked_at=$(now_ms)
left=$(ours | wc -l)
# The peer answers with a reset: nothing stands between.
effect=none
timeout 0.5 bash --norc -c "exec 3<>/dev/tcp/10.9.1.2/$port" 2>&1 | grep -q refused || effect=some
late=none
if [ "$victim" != frozen ]; then
  late=$(env "$@" sh "/run/killed/$script.sh" 2>/dev/null)
fi
[ "$(ours | wc -l)" -eq "$left" ] || late=changed
printf '%s\t%s\t%s\t%s\t%s\n' "$at" "$looked_at" "$left" "$effect" "$late"
