#!/bin/sh
# supervise.sh DIR COMMAND [ARGS]: runs one attempt and leaves its exit status in DIR, whatever becomes of the server.
#
# The server starts this in a session of its own with output to a file, so it outlives the server. It claims DIR by
# creating DIR/claim exclusively: a second supervisor of the same attempt ends. The claim names this process so
# that it cannot be taken for another one: pid, start time, boot. DIR/exit appears whole or not at all. The room for it, and
# for the list of jobs, is taken before the command starts: the command may leave a full disk behind. The supervisor works in
# DIR: one that is moved gets its records all the same, and another folder in its place gets none.
#
# A shell that cannot fork ends at once. This one then goes on in a new shell with the same process id, after `--again` or
# `--ended CODE HOW`: no process is needed for that. Its complaints stay out of the log, which is the command's.
dir=$1
shift
exec 3>&2 2> /dev/null

identify() {
  if [ -r /proc/self/stat ]; then
    read -r line < "/proc/$$/stat"
    read -r boot < /proc/sys/kernel/random/boot_id
    # Field 22 is the start time; the name in field 2 may hold anything but ends at the last parenthesis.
    set -- ${line##*) }
    start=${20}
  else
    boot=$(sysctl -n kern.boottime | tr -cd '0-9')
    start=$(ps -o lstart= -p $$ | tr -s ' ' '_')
  fi
}

claim() {
  identify
  # A full disk has no room for the claim: this waits for some as long as its server lives, which cannot find it without.
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
  printf '%15s\n' '' > "$dir/exit.tmp"
  printf '%255s\n' '' > "$dir/end"
}

# The status of a program that a signal has ended is that of one that ends with 128 and more: shells whose list of jobs
# says which it was are asked, here and not in a substitution, which has no jobs.
tell_how() {
  how=
  if jobs 1<> end && read -r end < end; then
    case $end in
      *' Done'*) how=exited ;;
      *) how=killed ;;
    esac
  fi
}

record() {
  rm -f end
  # Over what stands there, without cutting it off first; where that fails, until there is room.
  until printf '%-15s\n' "$code $how" 1<> exit.tmp; do
    [ -e claim ] || return 0
    sleep 1
  done
  sync exit.tmp
  # A folder in its place would take it in.
  if [ -d exit ] || [ -L exit ]; then rm -rf exit; fi
  mv exit.tmp exit
  sync .
}

# A polite stop goes to the whole process group: the command gets it, this shell only wakes up and waits on.
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
  tell_how
else
  code=$2
  how=$3
  cd "$dir" || exit 0
fi

trap 'exec /bin/sh "$0" "$dir" --ended "$code" "$how" 2>&3 3>&-' EXIT
record
trap - EXIT
exit 0
