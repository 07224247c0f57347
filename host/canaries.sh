# shellcheck shell=sh disable=SC2034,SC2154
# How the canaries of a run are: connections that keep.bash holds open, each with a file of one line.
is_late() { [ "$(now_ms)" -ge "$give_up_at" ]; }

finish_keep() {
  word=opening
  until read_canary || is_late || ! noted_lives "$file.pid"; do sleep 0.05; done
  read_canary || true
  case $word in
    alive | dead) printf '"answer":"open"' ;;
    failed) printf '"answer":"%s"' "$answered" ;;
    *) end_unheard ;;
  esac
}

# A canary that does not come to stand would only be confusing later.
end_unheard() {
  if noted_lives "$file.pid"; then
    end_noted "$file.pid"
    rm -f "$file.pid"
    printf '"answer":"timed-out"'
  else
    printf '"answer":"absent"'
  fi
}

# Sets $word, $answered and $how. The canary rewrites its line in place, so it may be empty for a
# moment.
read_canary() {
  word='' answered='' how=''
  for _ in 1 2 3; do
    [ -f "$file" ] || return 1
    read -r word answered how <"$file" && return
    sleep 0.01
  done
  return 1
}

finish_kept() {
  file=$folder/keep-$address-$port
  if ! read_canary || [ "$word" = failed ]; then
    printf '"answer":"absent"'
  elif [ "$word" = alive ] && [ $(($(now_ms) - answered)) -lt "$patience_ms" ]; then
    printf '"answer":"alive","lastAt":%s' "$answered"
  else
    printf '"answer":"dead","lastAt":%s,"how":"%s"' "$answered" "${how:-timed-out}"
  fi
}
