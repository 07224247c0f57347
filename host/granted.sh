# shellcheck shell=sh disable=SC2034,SC2154
# What access.sh left for this run, and that it goes when its time is over. A file's first line is its
# end in epoch milliseconds; one of any run whose end has come, or that has none, is deleted.

# Tells talk.bash where to find what it needs; only the place is in its environment.
take_access() {
  forget_access
  granted=$run_root/$run_id.access
  [ -f "$granted" ] || return 0
  AEROFAULT_ACCESS=$granted
  export AEROFAULT_ACCESS
}

forget_access() {
  for granted in "$run_root"/*.access "$run_root"/*.access-key; do
    [ -f "$granted" ] || continue
    read -r ends <"$granted" || ends=0
    case $ends in '' | *[!0-9]* | ??????????????*) ends=0 ;; esac
    [ "$ends" -gt "$(now_ms)" ] || rm -f "$granted"
  done
}

drop_access() { rm -f "$run_root/$run_id.access" "$run_root/$run_id.access-key"; }
