# windlass deed: looks at a member on its host, claims it, and carries a deed out.
# It comes whole over its input, and with it what it is told: key=value words, then, after --, lists
# (KIND COUNT WORD...). Declared environment is exported as WINDLASS_ENV_0, _1, ...: never an argument.
# It runs in a session of its own, so that it ends what it began even when its caller dies or its
# connection is cut.
# It answers with one line: "windlass", the answer, and its words, parted by tabs.

tab=$(printf '\t')
answer() { # answer WORD...: says it and ends
    said=windlass
    for word in "$@"; do said="$said$tab$word"; done
    printf '%s\n' "$said" 2>/dev/null
    exit 0
}
plain() { tr '\t"\\' " ''" | tr -d '\000-\037'; }

# -- the mark ---------------------------------------------------------------------------------
# JSON, one field a line, so that a shell reads it too. Written under the lock: new file, fsync,
# rename, fsync of the folder.
read_mark() {
    f_format=0 f_store= f_identity= f_run= f_cluster= f_epoch=0 f_claimed=no f_holder= f_since=
    f_attempt=0 f_step=none f_acted=no f_told=no f_code= f_at= f_what= f_wanted=
    f_boot= f_pid=0 f_start=0 f_release=
    [ -s "$fence" ] || return 0
    last=
    while IFS= read -r line; do
        last=$line
        key=${line#\"} key=${key%%\"*}
        value=${line#*: } value=${value%,} value=${value#\"} value=${value%\"}
        case $key in
        format) f_format=$value ;;
        store) f_store=$value ;;
        identity) f_identity=$value ;;
        run) f_run=$value ;;
        cluster) f_cluster=$value ;;
        epoch) f_epoch=$value ;;
        claimed) f_claimed=$value ;;
        holder) f_holder=$value ;;
        since) f_since=$value ;;
        attempt) f_attempt=$value ;;
        step) f_step=$value ;;
        acted) f_acted=$value ;;
        told) f_told=$value ;;
        code) f_code=$value ;;
        at) f_at=$value ;;
        what) f_what=$value ;;
        wanted) f_wanted=$value ;;
        boot) f_boot=$value ;;
        pid) f_pid=$value ;;
        start) f_start=$value ;;
        release) f_release=$value ;;
        esac
    done <"$fence"
    [ "$f_format" = 1 ] && [ "$last" = "}" ]
}
unreadable() { printf '%s' "the mark at $fence cannot be read (damaged, or of a newer format)"; }
know_mark() { read_mark || answer trouble "$(unreadable)"; }
write_mark() { # the mark, as the variables say
    {
        printf '{\n"format": 1,\n"member": "%s",\n"store": "%s",\n"identity": "%s",\n' \
            "$member" "$f_store" "$f_identity"
        printf '"run": "%s",\n"cluster": "%s",\n"epoch": %s,\n"claimed": "%s",\n' \
            "$f_run" "$f_cluster" "$f_epoch" "$f_claimed"
        printf '"holder": "%s",\n"since": "%s",\n"attempt": %s,\n"step": "%s",\n' \
            "$f_holder" "$f_since" "$f_attempt" "$f_step"
        printf '"acted": "%s",\n"told": "%s",\n"code": "%s",\n"at": "%s",\n"what": "%s",\n' \
            "$f_acted" "$f_told" "$f_code" "$f_at" "$f_what"
        printf '"wanted": "%s",\n"boot": "%s",\n"pid": %s,\n"start": %s,\n"release": "%s"\n}\n' \
            "$f_wanted" "$f_boot" "$f_pid" "$f_start" "$f_release"
    } >"$fence.new" && sync "$fence.new" && mv -f "$fence.new" "$fence" && sync "${fence%/*}"
}
whose() { printf '%s' "store $f_store, run $f_run of $f_cluster ($f_identity), since $f_since, $f_holder"; }
take_lock() { flock 9 || answer trouble "flock could not lock $fence.lock"; }
open_lock() {
    [ -d "${fence%/*}" ] || mkdir -p "${fence%/*}" 2>/dev/null
    # A redirection that fails would end the shell: tried in a shell of its own first.
    (exec 9>>"$fence.lock") 2>/dev/null || answer trouble "the mark at $fence cannot be written"
    exec 9>>"$fence.lock"
}
# Whether the mark is this caller's; answers and ends where not.
compare_mark() {
    if [ "$f_store" != "$store" ] || [ "$f_identity" != "$identity" ]; then
        [ "$f_claimed" = yes ] && answer foreign "$(whose)"
        [ -n "$f_store" ] && answer fenced "the mark is gone, and was another's: $(whose)"
        answer unclaimed "no run's mark is at this member"
    fi
    [ "$f_epoch" -gt "$epoch" ] && answer fenced "epoch $f_epoch stands there, this is $epoch"
    [ "$f_epoch" -lt "$epoch" ] && answer unclaimed "epoch $f_epoch stands there, $epoch did not claim"
    [ "$f_run" = "$run" ] || answer fenced "run $f_run stands there"
    [ "$f_claimed" = yes ] || answer fenced "the mark of run $run was taken away"
}
stamp_mark() { # the caller's own claim; another run begins with no attempt
    if [ "$f_store" != "$store" ] || [ "$f_identity" != "$identity" ] || [ "$f_run" != "$run" ]; then
        f_attempt=0 f_step=none f_acted=no f_code= f_at= f_what= f_wanted=
    fi
    f_store=$store f_identity=$identity f_run=$run f_cluster=$cluster f_epoch=$epoch
    f_claimed=yes f_holder=$holder f_since=$(date -u +%Y-%m-%dT%H:%M:%SZ)
    write_mark || answer trouble "the mark at $fence cannot be written"
    answer claimed
}
do_claim() {
    take_lock
    know_mark
    if [ "$f_claimed" = yes ]; then
        if [ "$f_store" != "$store" ] || [ "$f_identity" != "$identity" ]; then
            answer foreign "$(whose)"
        fi
        [ "$f_epoch" -gt "$epoch" ] && answer fenced "epoch $f_epoch stands there, this is $epoch"
        if [ "$f_epoch" -eq "$epoch" ]; then
            [ "$f_run" = "$run" ] || answer fenced "run $f_run stands there at epoch $epoch"
            answer claimed
        fi
    elif [ "$f_store" = "$store" ] && [ "$f_identity" = "$identity" ]; then
        # Taken away again: only what is newer may come back.
        [ "$f_epoch" -gt "$epoch" ] && answer fenced "epoch $f_epoch stood there, this is $epoch"
        [ "$f_epoch" -eq "$epoch" ] && [ "$f_run" != "$run" ] && answer fenced "epoch $epoch was run $f_run"
    fi
    stamp_mark
}
do_release() {
    take_lock
    know_mark
    [ "$f_claimed" = yes ] && [ "$f_store" = "$store" ] && [ "$f_identity" = "$identity" ] &&
        [ "$f_run" = "$run" ] && [ "$f_epoch" -le "$epoch" ] || answer released
    f_claimed=no f_epoch=$epoch
    write_mark || answer trouble "the mark at $fence cannot be written"
    answer released
}
do_adopt() {
    flock -n 9 || answer busy "a deed holds the lock of this member"
    know_mark
    if [ "$f_store" = "$store" ] && [ "$f_identity" = "$identity" ] && [ "$f_epoch" -gt "$epoch" ]; then
        answer fenced "epoch $f_epoch stands there, this is $epoch"
    fi
    stamp_mark
}
do_hold() { # until the caller closes our input, or dies, or could not be heard for so long
    take_lock
    know_mark
    compare_mark
    printf 'windlass\theld\n' 2>/dev/null
    timeout "$hold_s" cat >/dev/null 2>&1
    exit 0
}
