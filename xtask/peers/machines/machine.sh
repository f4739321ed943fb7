#!/bin/sh
# The first process of a machine: gives it folders of its own and lives as long as it does.
# usage: machine.sh FOLDER NAME [OUTSIDE INSIDE]...     in new namespaces; prints `up` when it is ready
set -eu
cd "$1"
echo "$2" >/proc/sys/kernel/hostname
shift 2
while [ $# -gt 0 ]; do # what is lent, before the machine's own folders cover the way to it
    mount --bind "$1" ".$2"
    mount -o remount,bind,ro ".$2"
    shift 2
done
ip link set lo up
# Sources are told from here, since a folder of the machine may cover the way to them.
for place in etc opt srv run tmp; do
    mount --no-canonicalize --rbind "./$place" "/$place"
done
echo up
exec >/dev/null
# Whoever lost its parent is ours, and is reaped here when it ends.
while :; do
    sleep 3600 &
    wait "$!"
done
