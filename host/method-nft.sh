# shellcheck shell=sh disable=SC2034,SC2154
# What runs have in nftables: tables inet aerofault_RUN_PART, which nobody else's rules refer to.
# Whatever changes something needs the run's lock.

# Tables of this part, or of the whole run.
nft_count() {
  ours=0
  tables=$(nft_tables) || return 1
  # shellcheck disable=SC2086 # One word a table.
  set -- $tables
  ours=$#
}

# Without the tool or the kernel for it nothing of ours can be there, unless this run used it before.
nft_tables() {
  command -v nft >/dev/null || {
    if noted_method nft; then return 1; else return 0; fi
  }
  said=$(nft list tables 2>&1) || {
    case $said in *'not supported'*) ! noted_method nft ;; *) false ;; esac
    return
  }
  printf '%s\n' "$said" | awk -v own="^aerofault_${run_id}_${part:-[0-9]+}\$" \
    '$1 == "table" && $2 == "inet" && $3 ~ own { print $3 }'
}

nft_remove() {
  for own in $(nft_tables); do nft delete table inet "$own" || true; done
}
