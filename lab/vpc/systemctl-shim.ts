/**
 * The `systemctl` of the lab's instances, which have no systemd: it knows the services that
 * {@link defineUnit} has told it of, and is-active, show, start, stop and restart.
 *
 * A service's process is started in a session of its own, with nothing of the caller's open, as systemd
 * would; it ends by SIGTERM (SIGKILL after ten seconds), by itself, or with its instance. What it says is
 * in /run/lab/units/NAME.log. Not covered: everything else of systemd; timers above all, so
 * /run/systemd/system is not there either. Nothing restarts a service that ended by itself.
 */
export const shimScript = `#!/bin/sh
set -u
units=/run/lab/units
quiet='' value='' properties='' word='' names=''
while [ $# -gt 0 ]; do
  case $1 in
    -q | --quiet) quiet=yes ;;
    --value) value=yes ;;
    -p | --property) properties=$2; shift ;;
    --property=*) properties=\${1#*=} ;;
    -p*) properties=\${1#-p} ;;
    -*) ;;
    *) if [ -z "$word" ]; then word=$1; else names="$names \${1%.service}"; fi ;;
  esac
  shift
done

main_pid() {
  pid=0
  read -r pid 2>/dev/null <"$units/$1.pid" || pid=0
  case $(cat "/proc/$pid/stat" 2>/dev/null) in '' | *') Z '*) pid=0 ;; esac
}

start() {
  main_pid "$1"
  [ "$pid" = 0 ] || return 0
  setsid sh -c 'echo $$ >"$0.pid"; exec sh "$0"' "$units/$1" </dev/null >>"$units/$1.log" 2>&1 \
    3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    main_pid "$1"
    [ "$pid" = 0 ] || return 0
    sleep 0.05
  done
  return 1
}

stop() {
  main_pid "$1"
  [ "$pid" != 0 ] || return 0
  ending=$pid
  kill -TERM "$ending" && kill -CONT "$ending"
  ticks=0
  while main_pid "$1" && [ "$pid" = "$ending" ]; do
    ticks=$((ticks + 1))
    [ "$ticks" -ne 200 ] || kill -KILL "$ending"
    sleep 0.05
  done
}

show() {
  main_pid "$1"
  load=not-found active=inactive sub=dead
  [ ! -f "$units/$1" ] || load=loaded
  [ "$pid" = 0 ] || active=active sub=running
  for line in "Id=$1.service" "LoadState=$load" "ActiveState=$active" "SubState=$sub" "MainPID=$pid"; do
    case ,$properties, in
      ,, | *,"\${line%%=*}",*) if [ -n "$value" ]; then echo "\${line#*=}"; else echo "$line"; fi ;;
    esac
  done
}

status=0
for name in $names; do
  if [ "$word" = show ]; then show "$name"; continue; fi
  main_pid "$name"
  if [ "$word" = is-active ]; then
    state=inactive
    [ "$pid" = 0 ] || state=active
    [ -n "$quiet" ] || echo "$state"
    [ "$pid" != 0 ] || status=3
    continue
  fi
  if [ ! -f "$units/$name" ]; then
    echo "Failed to $word $name.service: Unit $name.service not found." >&2
    status=5
    continue
  fi
  case $word in
    start | stop) "$word" "$name" || status=1 ;;
    restart) stop "$name"; start "$name" || status=1 ;;
    *) echo "Unknown command verb $word." >&2; status=1 ;;
  esac
done
exit "$status"`;

/**
 * The shell script, to be run inside an instance, that makes `words` a service of this name; `systemctl
 * start` starts it. Both must be free of quotes that are not shell's own: they are quoted here.
 */
export function defineUnit(name: string, words: readonly string[]): string {
  const file = `/run/lab/units/${name}`;
  const line = `exec ${words.map(quoted).join(' ')}`;
  return `mkdir -p /run/lab/units\ncat >${file} <<'UNIT'\n${line}\nUNIT\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
