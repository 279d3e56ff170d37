#!/bin/sh
# supervise.sh DIR COMMAND [ARGS]: runs one attempt and writes its exit status to DIR, whether or not the server still
# runs.
#
# The server starts this script in a session of its own with output to a file, so it outlives the server. It claims DIR
# by creating DIR/claim exclusively: a second supervisor of the same attempt exits. The claim identifies this process by
# pid, start time and boot. DIR/exit appears complete or not at all. Space for DIR/exit and for the list of jobs is
# allocated before the command starts, since the command may fill the disk. The supervisor works in DIR: it still writes
# its records to a folder that was moved, and none to another folder in its place.
#
# A shell that cannot fork exits at once. The EXIT trap then replaces it by a new shell with the same process id, with
# `--again` or `--ended CODE HOW KILLS` as arguments; this needs no new process. Messages of this shell are discarded, because
# the log belongs to the command.
dir=$1
shift
exec 3>&2 2> /dev/null

identify() {
  if [ -r /proc/self/stat ]; then
    read -r line < "/proc/$$/stat"
    read -r boot < /proc/sys/kernel/random/boot_id
    # Field 22 is the start time. The name in field 2 may contain any characters; it ends at the last parenthesis.
    set -- ${line##*) }
    start=${20}
  else
    boot=$(sysctl -n kern.boottime | tr -cd '0-9')
    start=$(ps -o lstart= -p $$ | tr -s ' ' '_')
  fi
}

claim() {
  identify
  # A full disk has no room for the claim. This waits for room while the server runs: without a claim the server cannot
  # find this process.
  set -C
  until printf '' > "$dir/claim"; do
    [ -d "$dir" ] && [ ! -e "$dir/claim" ] && kill -0 "$PPID" || exit 0
    sleep 1
  done
  set +C
  until printf '%s %s %s\n' "$$" "$start" "$boot" > "$dir/claim"; do
    [ -d "$dir" ] && kill -0 "$PPID" || exit 0
    sleep 1
  done
  printf '%31s\n' '' > "$dir/exit.tmp"
  printf '%255s\n' '' > "$dir/end"
}

# Sets `how` to `exited` or `killed`. The status of a command that a signal ended is also a possible exit status (128
# and more). The list of jobs tells the two apart in shells that print `Done` for a normal end. `jobs` runs here and not
# in a command substitution, which has no jobs.
classify_end() {
  how=
  if jobs 1<> end && read -r end < end; then
    case $end in
      *' Done'*) how=exited ;;
      '') ;;
      *) how=killed ;;
    esac
  fi
}

# Sets `kills` to the number of processes that the kernel has killed because memory ran out, for a command that ended by
# SIGKILL. The server compares it with the number before the start.
count_kills() {
  kills=
  if [ "$code" = 137 ] && [ -r /proc/vmstat ]; then
    while read -r name value; do
      if [ "$name" = oom_kill ]; then kills=$value; fi
    done < /proc/vmstat
  fi
}

record() {
  rm -f end
  # Overwrites the file without truncating it, since its space is allocated. Where that fails, waits for room.
  until printf '%-31s\n' "$code $how $kills" 1<> exit.tmp; do
    [ -e claim ] || return 0
    sleep 1
  done
  sync exit.tmp
  # If `exit` were a folder, `mv` would move the file into it.
  if [ -d exit ] || [ -L exit ]; then rm -rf exit; fi
  mv exit.tmp exit
  sync .
}

# A SIGTERM may go to the whole process group. The command receives it; this shell only wakes up and goes on waiting.
trap : TERM INT HUP
if [ "$1" != --ended ]; then
  case $1 in
    --again) shift ;;
    *) claim ;;
  esac
  trap 'exec /bin/sh "$0" "$dir" --again "$@" 2>&3 3>&-' EXIT
  (
    trap - TERM INT HUP QUIT EXIT
    exec "$@" 2>&3 3>&-
  ) &
  child=$!
  trap - EXIT
  cd "$dir" || exit 0
  while :; do
    wait "$child"
    code=$?
    kill -0 "$child" || break
  done
  classify_end
  count_kills
else
  code=$2
  how=$3
  kills=$4
  cd "$dir" || exit 0
fi

trap 'exec /bin/sh "$0" "$dir" --ended "$code" "$how" "$kills" 2>&3 3>&-' EXIT
record
trap - EXIT
exit 0
