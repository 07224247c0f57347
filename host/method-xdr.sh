# shellcheck shell=sh disable=SC2034,SC2154
# Shipping that was paused, as xdr and restore share it.
#
# A lasting note `xdr` says what was done, from before it is done, and counts as in force until the
# undo has seen the node ship again. So a look needs no answer of the node, and a node that was
# restarted meanwhile (which ships what its file says), with its host or alone, is still asked.

xdr_count() {
  ours=0
  for notes in $(lasting_notes xdr); do
    noted=$(grep -c '^namespace ' "$notes") || noted=1
    ours=$((ours + noted))
  done
}

xdr_remove() {
  for notes in $(lasting_notes xdr); do
    said=$(talk_xdr resume "$notes") || said='! the node does not answer'
    if [ "$said" = ok ]; then rm -f "$notes"; else printf '%s\n' "$said"; fi
  done
}

talk_xdr() {
  timeout -s KILL 8 bash -s -- "$@" 3>&- 9>&- <<'AEROFAULT_TALK'
#include xdr_talk
AEROFAULT_TALK
}
