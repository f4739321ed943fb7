
# -- processes --------------------------------------------------------------------------------
stat_of() { # stat_of PID: s_start; fails where no such process runs
    s_line=
    { read -r s_line <"/proc/$1/stat"; } 2>/dev/null || return 1
    set -- ${s_line##*) }
    s_start=${20}
    case $1 in Z | X | x) return 1 ;; esac
}
alive() { [ "$1" != 0 ] && stat_of "$1" && [ "$s_start" = "$2" ]; } # alive PID START
ticks() { # hundredths of a second since boot: the unit of start times too
    read -r t_up t_rest </proc/uptime
    t_now=${t_up%.*}${t_up#*.}
}
release_of() { # release_of PID: rel, told by the files it holds open; empty where it cannot be told
    rel=$({
        ls -l "/proc/$1/fd"
        grep -F -- "/$prefix" "/proc/$1/maps"
    } 2>/dev/null | grep -F -- "/$prefix" | while read -r r_line; do
        r_line=${r_line%' (deleted)'}
        r_line=${r_line##*/}
        case $r_line in "$prefix"[0-9]*"$suffix")
            r_line=${r_line#"$prefix"}
            printf '%s\n' "${r_line%"$suffix"}"
            ;;
        esac
    done | sort -u)
    case $rel in *[!0-9A-Za-z.+_-]*) rel= ;; esac
}
names_config() { # names_config PID: whether its arguments name the member's configuration
    n_cwd=$(readlink "/proc/$1/cwd" 2>/dev/null)
    tr '\0' '\n' 2>/dev/null <"/proc/$1/cmdline" | {
        while IFS= read -r n_word; do
            case $n_word in "$config" | *="$config") exit 0 ;; esac
            [ "$n_cwd/${n_word#./}" = "$config" ] && exit 0
        done
        exit 1
    }
}
found_as() { # found_as PID: keeps it as what runs; what the caller knows already is not read again
    pid=$1 start=$s_start
    if [ "$seen" = "$pid:$start" ]; then rel='='; else release_of "$pid"; fi
}
status_pid() { timeout 10 "$@" 9>&- 2>/dev/null </dev/null | grep -E '^[0-9]+$' | head -n 1; }
# What runs for the member: pid, start, rel; pid empty where nothing does. First the process of the
# mark, then the one that the caller saw last, then the pid file (not blindly: pids are used again), then what the supervisor says, then
# whoever was started for this configuration and holds a release open.
find_process() {
    pid= start= rel=
    if [ "$f_boot" = "$boot" ] && alive "$f_pid" "$f_start"; then
        found_as "$f_pid"
        # A look tells what the open files tell, never what it was started as.
        [ -n "$rel" ] || [ "$verb" = look ] || rel=$f_release
        return
    fi
    if [ -n "$seen" ] && alive "${seen%%:*}" "${seen#*:}"; then
        found_as "${seen%%:*}"
        return
    fi
    p=
    [ -n "$pidfile" ] && { read -r p <"$pidfile"; } 2>/dev/null
    case $p in '' | *[!0-9]*) p= ;; esac
    if [ -n "$p" ] && stat_of "$p"; then
        found_as "$p"
        names_config "$p" && return
        [ -n "$rel" ] && [ "$(readlink "/proc/$p/cwd" 2>/dev/null)" = "$dir" ] && return
    fi
    if [ "$supervisor" = commands ]; then
        p=$(each status status_pid "$@")
        case $p in '' | 0 | *[!0-9]*) ;; *) stat_of "$p" && found_as "$p" && return ;; esac
    fi
    for p in $(grep -lsF -- "${config##*/}" /proc/[0-9]*/cmdline); do
        p=${p#/proc/} p=${p%/cmdline}
        case $p in self | thread-self | $$) continue ;; esac
        stat_of "$p" || continue
        found_as "$p"
        [ -n "$rel" ] && names_config "$p" && return
    done
    pid= start= rel=
}

# -- lists ------------------------------------------------------------------------------------
each() { # each KIND ACT LIST...: calls ACT with the words of each list of that kind
    e_kind=$1 e_act=$2
    shift 2
    while [ $# -gt 0 ]; do
        e_have=$1 e_count=$2
        shift 2
        if [ "$e_have" = "$e_kind" ]; then take "$e_count" "$e_act" "$@" || return $?; fi
        shift "$e_count"
    done
}
take() { # take COUNT ACT WORD...: calls ACT with the first COUNT words
    t_count=$1 t_act=$2 t_i=0
    shift 2
    t_all=$#
    while [ "$t_i" -lt "$t_count" ]; do
        set -- "$@" "$1"
        shift
        t_i=$((t_i + 1))
    done
    shift $((t_all - t_count))
    "$t_act" "$@"
}
is_found() { [ "$1" = "$rel" ] && known=yes || :; }
as_declared() { # in a subshell: what the declared command shall find, and nothing of ours
    trap - PIPE HUP
    a_i=0
    while [ "$a_i" -lt "$envs" ]; do
        eval "export \"\$WINDLASS_ENV_$a_i\"; unset WINDLASS_ENV_$a_i"
        a_i=$((a_i + 1))
    done
    cd "$dir" || exit 126
}
declared() { # one declared command, never through a shell; nothing of ours is held open in it
    (as_declared && exec timeout "$limit_s" "$@") >>"$fence.said" 2>&1 </dev/null 9>&-
}
last_words() { tail -n 1 "$fence.said" 2>/dev/null | cut -c 1-300 | plain; }
write_file() { # write_file TO TEXT: the text itself, put in place like a file of the host
    printf '%s' "$2" >"$1.windlass-text" && put_file "$1.windlass-text" "$1" && rm -f "$1.windlass-text"
}
put_file() { # put_file FROM TO: the old is kept beside it, for going back
    if [ ! -e "$2.windlass-kept" ] && [ ! -e "$2.windlass-none" ]; then
        if [ -e "$2" ]; then cp -p "$2" "$2.windlass-kept"; else : >"$2.windlass-none"; fi || return 1
    fi
    cp "$1" "$2.windlass-new" && mv -f "$2.windlass-new" "$2"
}
back_file() { # back_file TO: what was kept lies there again
    if [ -e "$1.windlass-kept" ]; then
        mv -f "$1.windlass-kept" "$1"
    elif [ -e "$1.windlass-none" ]; then
        rm -f "$1" "$1.windlass-none"
    fi
}
