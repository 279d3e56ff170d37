#!/bin/sh
# supervise.sh DIR COMMAND [ARGS]: runs one attempt and leaves its exit status in DIR, whatever becomes of the server.
#
# The server starts this in a session of its own with output to a file, so it outlives the server. It claims DIR by
# creating DIR/claim exclusively: a second supervisor of the same attempt ends. The claim names this process so
# that it cannot be taken for another one: pid, start time, boot. DIR/exit appears whole or not at all, and its room is
# taken before the command starts: the command may leave a full disk behind. The supervisor works in DIR: one that is moved
# gets its records all the same, and another folder in its place gets none.
dir=$1
shift

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
identify

# A full disk has no room for the claim: this waits for some as long as its server lives, which cannot find it without.
set -C
until { printf '' > "$dir/claim"; } 2> /dev/null; do
  [ -d "$dir" ] && [ ! -e "$dir/claim" ] && kill -0 "$PPID" 2> /dev/null || exit 0
  sleep 1
done
set +C
until { printf '%s %s %s\n' "$$" "$start" "$boot" > "$dir/claim"; } 2> /dev/null; do
  [ -d "$dir" ] && kill -0 "$PPID" 2> /dev/null || exit 0
  sleep 1
done
printf '%15s\n' '' > "$dir/exit.tmp"

# A polite stop goes to the whole process group: the command gets it, this shell only wakes up and waits on.
trap : TERM INT HUP
(
  trap - TERM INT HUP QUIT
  exec "$@"
) &
child=$!
cd "$dir" || exit 0
while :; do
  wait "$child"
  code=$?
  kill -0 "$child" 2> /dev/null || break
done

# The status of a program that a signal has ended is that of one that ends with 128 and more: shells whose list of jobs
# says which it was are asked, here and not in a substitution, which has no jobs.
how=
if jobs > end 2> /dev/null && read -r end < end; then
  case $end in
    *' Done'*) how=exited ;;
    *) how=killed ;;
  esac
fi
rm -f end

# Over what stands there, without cutting it off first; where that fails, until there is room.
until printf '%-15s\n' "$code $how" 1<> exit.tmp; do
  [ -e claim ] || exit 0
  sleep 1
done
sync exit.tmp 2> /dev/null
# A folder in its place would take it in.
if [ -d exit ] || [ -L exit ]; then rm -rf exit; fi
mv exit.tmp exit
sync . 2> /dev/null
exit 0
