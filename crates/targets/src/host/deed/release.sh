
# -- releases: whole, true to their name, and how they come here --------------------------------
told_in() { # told_in FOLDER: the release that each file tells, down to where one keeps its jars
    find "$1" -maxdepth 4 2>/dev/null | while IFS= read -r t_path; do
        t_name=${t_path##*/}
        case $t_name in "$prefix"[0-9]*"$suffix") ;; *) continue ;; esac
        [ -r "$t_path" ] || continue
        t_name=${t_name#"$prefix"}
        t_name=${t_name%"$suffix"}
        case $t_name in *[!0-9A-Za-z.+_-]*) ;; *) printf '%s\n' "$t_name" ;; esac
    done | sort -u
}
is_release() { # is_release FOLDER: why, where it is not the wanted one
    [ -d "$1" ] || { why="$1 is not there" && return 1; }
    [ -r "$1" ] && [ -x "$1" ] || { why="$1 cannot be read" && return 1; }
    i_here=no i_other= i_any=no
    for i_told in $(told_in "$1"); do
        i_any=yes
        if [ "$i_told" = "$wanted" ]; then i_here=yes; else i_other=${i_other:-$i_told}; fi
    done
    case $i_any$i_here$i_other in
    yesyes) return 0 ;;
    no*) why="$1 has no ${prefix}VERSION$suffix" ;;
    yesyes*) why="$1 has files of $wanted and of $i_other" ;;
    *) why="$1 has files of $i_other" ;;
    esac
    return 1
}
is_program() {
    case $program in
    '') return 0 ;;
    */*)
        [ -e "$program" ] || { why="$program is not there" && return 1; }
        [ -f "$program" ] && [ -x "$program" ] || { why="$program cannot be executed" && return 1; }
        ;;
    *) command -v "$program" >/dev/null || { why="$program: command not found" && return 1; } ;;
    esac
}
is_declared() { # is_declared FOLDER VERB: compares the list of its files with the declared checksum
    c_odd=$(cd "$1" && find . ! -type f ! -type d | head -n 1)
    [ -z "$c_odd" ] || { why="$wanted: $c_odd is a link, which no checksum covers" && return 1; }
    c_is=$(cd "$1" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum | sha256sum)
    c_is=${c_is%% *}
    [ "$c_is" = "$checksum" ] && return 0
    c_count=$(find "$1" -type f | wc -l)
    why="what was $2 for $wanted is not what was declared: its $((c_count)) files have SHA-256 $c_is, declared $checksum"
    return 1
}
beside() { # a new empty folder beside the release, which is put in place whole
    into=$folder.fetching
    rm -rf "$into" && mkdir "$into" || { why="$into cannot be made" && return 1; }
}
in_place() {
    is_release "$into" || return 1
    sync "$into" && mv "$into" "$folder" && sync "${folder%/*}" && return 0
    why="$folder cannot be put in place"
    return 1
}
last_line() { tail -n 1 | cut -c 1-300 | plain; }
fetch_release() { # fetch_release WORD...: members of one host that ask for the same wait for each other
    flock 8
    [ -e "$folder" ] && return 0
    beside || return 1
    (cd "$dir" && exec timeout "$fetch_s" "$@") >/dev/null 2>"$folder.said" </dev/null 8>&- || {
        why="$wanted could not be fetched (exit status: $?): $(last_line <"$folder.said")"
        return 1
    }
    rm -f "$folder.said"
    is_declared "$into" fetched && in_place
}
make_parent() {
    mkdir -p "${folder%/*}" 2>/dev/null && (exec 8>>"$folder.lock") 2>/dev/null && exec 8>>"$folder.lock" && return 0
    why="${folder%/*} cannot be written"
    return 1
}
do_ready() { # ready, notready WHY, or wanting OFFSET where the caller shall send it
    [ -e "$folder" ] || case $way in
    fetch) make_parent && each fetch fetch_release "$@" || answer notready "$why" ;;
    copy)
        make_parent || answer notready "$why"
        had=
        if [ -n "$source" ]; then
            # Who else sends it now is waited for a while.
            flock -w 5 8
            had=$(stat -c %s "$folder.$source.part" 2>/dev/null)
        fi
        [ -e "$folder" ] || answer wanting "${had:-0}"
        ;;
    esac
    is_release "$folder" && is_program || answer notready "$why"
    answer ready
}
do_receive() { # what follows on our input is the packed release from `offset` on
    make_parent || answer notready "$why"
    flock -n 8 || answer busy
    [ -e "$folder" ] && answer received
    part=$folder.$source.part
    had=$(stat -c %s "$part" 2>/dev/null)
    [ "${had:-0}" = "$offset" ] || answer partial "${had:-0}"
    cat >>"$part" || answer notready "$part cannot be written: $(df -P "${folder%/*}" | last_line)"
    had=$(stat -c %s "$part" 2>/dev/null)
    [ "${had:-0}" -ge "$size" ] || answer partial "${had:-0}"
    r_is=$(sha256sum <"$part")
    if [ "${r_is%% *}" != "$source" ]; then
        rm -f "$part"
        answer notready "what came for $wanted has SHA-256 ${r_is%% *}, sent was $source"
    fi
    beside || answer notready "$why"
    tar -xf "$part" -C "$into" --no-same-owner 2>"$folder.said" ||
        answer notready "what came for $wanted cannot be unpacked: $(last_line <"$folder.said")"
    rm -f "$folder.said"
    # Makers pack a release into one folder: then that is the release.
    set -- "$into"/*
    if [ $# = 1 ] && [ -d "$1" ] && [ ! -L "$1" ]; then
        rm -rf "$into.one" && mv "$1" "$into.one" && rm -rf "$into" && mv "$into.one" "$into"
    fi
    if [ -n "$checksum" ]; then is_declared "$into" sent || answer notready "$why"; fi
    in_place || answer notready "$why"
    rm -f "$part"
    answer received
}
