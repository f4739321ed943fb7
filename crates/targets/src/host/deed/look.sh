
# -- looks: nothing is changed ------------------------------------------------------------------
runtime_of() { # runtime_of PID: the Java it runs on, by the release file of its home; r_why where unknown
    runtime= r_why=
    r_exe=$(readlink "/proc/$1/exe" 2>/dev/null) || {
        r_why="/proc/$1/exe cannot be read"
        return
    }
    r_home=${r_exe%/*}
    r_home=${r_home%/*}
    [ -r "$r_home/release" ] || return 0
    while IFS= read -r r_line; do
        case $r_line in JAVA_VERSION=*)
            runtime=$(printf '%s' "${r_line#*=}" | tr -cd '0-9A-Za-z.+_-')
            break
            ;;
        esac
    done <"$r_home/release"
}
is_hidden() { # p: a process that was started for this configuration and is not ours to look into
    [ -n "$config" ] || return 1
    for p in $(grep -lsF -- "${config##*/}" /proc/[0-9]*/cmdline); do
        p=${p#/proc/} p=${p%/cmdline}
        [ ! -r "/proc/$p/fd" ] && stat_of "$p" && names_config "$p" && return 0
    done
    return 1
}
do_look() { # look BOOT BTIME PID START RELEASE RUNTIME WHY STEP WANTED WHOSE; pid empty: nothing runs
    l_whose=
    if { read_mark; } 2>/dev/null; then
        [ "$f_claimed" = yes ] && l_whose=$(whose)
    else
        l_whose="a mark that cannot be read: $(unreadable)"
        f_boot= f_pid=0 f_step= f_wanted=
    fi
    l_btime=
    while read -r l_key l_value; do
        [ "$l_key" = btime ] && l_btime=$l_value && break
    done </proc/stat
    find_process "$@"
    if [ -z "$pid" ]; then
        [ -d "$dir" ] || answer trouble "$dir is not there, or $(id -un) may not see it"
        is_hidden && answer trouble \
            "process $p was started with $config, and $(id -un) may not look into it: it belongs to $(stat -c %U "/proc/$p")"
    fi
    runtime= r_why=
    [ -z "$pid" ] || [ "$rel" = '=' ] || runtime_of "$pid"
    answer look "$boot" "$l_btime" "$pid" "$start" "$rel" "$runtime" "$r_why" "$f_step" "$f_wanted" "$l_whose"
}
do_log() { # the last lines, then the answer
    [ -e "$log" ] || answer trouble "$log is not there"
    (: <"$log") 2>/dev/null || answer trouble "$log cannot be read"
    # A log without a line's end at its end gets one, so that the answer stands on a line of its own.
    tail -n "$lines" -- "$log" 2>/dev/null | tail -c 4194304 | sed '$a\'
    answer logged
}
do_peek() { # peek N PATH...: for each `@ WORD BLOCK BLOCKS FREE`, its lines behind `=`; then the answer
    shift 2
    for p_path; do
        # The volume of what is not there is that of the nearest folder above.
        p_near=$p_path
        while [ ! -e "$p_near" ] && [ "$p_near" != / ]; do
            p_near=${p_near%/*}
            [ -n "$p_near" ] || p_near=/
        done
        p_volume=$(stat -f -c '%S %b %a' -- "$p_near" 2>/dev/null)
        p_word=file
        if [ ! -e "$p_path" ]; then
            p_word=none
        elif [ ! -f "$p_path" ]; then
            p_word=odd
        elif ! (: <"$p_path") 2>/dev/null; then
            p_word=closed
        elif [ "$(head -c 1048577 -- "$p_path" | wc -c)" -gt 1048576 ]; then
            p_word=large
        fi
        printf '@ %s %s\n' "$p_word" "$p_volume"
        # A file without a line's end at its end gets one, so that the next begins on a line of its own.
        [ "$p_word" != file ] || sed 's/^/=/;$a\' <"$p_path"
    done
    answer peeked
}
