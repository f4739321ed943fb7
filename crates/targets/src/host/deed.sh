# windlass deed: claims a member, and carries a deed out on its host.
# Sent whole as one argument; what it is told comes as key=value words, then, after --, as lists
# (KIND COUNT WORD...). Declared environment comes as WINDLASS_ENV_0, _1, ...: never as arguments.
# It runs in a session of its own, so that it ends what it began even when its caller dies.
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
    [ "$f_format" = 1 ] && [ "$last" = "}" ] ||
        answer trouble "the mark at $fence cannot be read (damaged, or of a newer format)"
}
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
    read_mark
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
    read_mark
    [ "$f_claimed" = yes ] && [ "$f_store" = "$store" ] && [ "$f_identity" = "$identity" ] &&
        [ "$f_run" = "$run" ] && [ "$f_epoch" -le "$epoch" ] || answer released
    f_claimed=no f_epoch=$epoch
    write_mark || answer trouble "the mark at $fence cannot be written"
    answer released
}
do_adopt() {
    flock -n 9 || answer busy "a deed holds the lock of this member"
    read_mark
    if [ "$f_store" = "$store" ] && [ "$f_identity" = "$identity" ] && [ "$f_epoch" -gt "$epoch" ]; then
        answer fenced "epoch $f_epoch stands there, this is $epoch"
    fi
    stamp_mark
}
do_hold() { # until the caller closes our input, or dies
    take_lock
    read_mark
    compare_mark
    printf 'windlass\theld\n' 2>/dev/null
    while read -r line; do :; done
    exit 0
}

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
found_as() { # found_as PID: keeps it as what runs
    pid=$1 start=$s_start
    release_of "$pid"
}
status_pid() { timeout 10 "$@" 9>&- 2>/dev/null </dev/null | grep -E '^[0-9]+$' | head -n 1; }
# What runs for the member: pid, start, rel; pid empty where nothing does. First the process of the
# mark, then the pid file (not blindly: pids are used again), then what the supervisor says, then
# whoever was started for this configuration and holds a release open.
find_process() {
    pid= start= rel=
    if [ "$f_boot" = "$boot" ] && alive "$f_pid" "$f_start"; then
        found_as "$f_pid"
        [ -n "$rel" ] || rel=$f_release
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

# -- the deed ---------------------------------------------------------------------------------
record() { # record STEP
    f_step=$1 f_attempt=$attempt f_wanted=$wanted
    write_mark
}
# An attempt that failed is closed: it answers the same again and touches nothing.
fail() { # fail CODE STEP WHAT
    f_code=$1 f_at=$2 f_what=$(printf '%s' "$3" | plain)
    record failed
    answer failed "$f_code" "$f_at" "$f_what"
}
settled() { # what runs is what was wanted
    f_acted=yes f_told=no f_pid=$pid f_start=$start f_boot=$boot f_release=$wanted
    record started
    answer "done"
}
begin() {
    if [ -z "$pid" ]; then
        # Nothing runs. That is explained where this run stopped it, or nothing ran before.
        if [ -n "$incarnation" ] && [ "$f_acted" = no ]; then
            fail not-as-expected "looking" "process $incarnation was seen, and nothing runs: someone else acts"
        fi
        [ "$leave" = yes ] && answer notyet "not begun"
        ready
        f_acted=yes f_told=no f_pid=0 f_start=0 f_release=
        record stopped || answer trouble "the mark at $fence cannot be written"
        return
    fi
    told=no
    [ "$f_told" = yes ] && [ "$f_pid" = "$pid" ] && [ "$f_start" = "$start" ] && told=yes
    if [ "$rel" = "$wanted" ] && [ "$told" = no ]; then settled; fi
    known=no
    each found is_found "$@"
    [ "$known" = yes ] ||
        fail not-as-expected "looking" "process $pid runs ${rel:-a release that could not be told}, which was not expected"
    if [ -n "$incarnation" ] && [ "$incarnation" != "$boot:$pid:$start" ]; then
        [ "$f_acted" = yes ] && [ "$f_pid" = "$pid" ] && [ "$f_start" = "$start" ] ||
            fail not-as-expected "looking" "process $incarnation was seen, and $boot:$pid:$start runs: someone else acts"
    fi
    [ "$leave" = yes ] && answer notyet "not begun"
    ready
    stop "$@"
}
ready() { # before anything is touched
    [ -d "$folder" ] || fail not-ready "preparing $wanted" "$folder is not there"
    case $program in
    '') ;;
    */*) [ -f "$program" ] && [ -x "$program" ] ||
        fail not-ready "preparing $wanted" "$program is not there or cannot be executed" ;;
    *) command -v "$program" >/dev/null || fail not-ready "preparing $wanted" "$program: command not found" ;;
    esac
}
# Tells the process to stop and waits. The limit counts time without progress: a log that grows is progress.
stop() {
    f_acted=yes f_told=yes f_pid=$pid f_start=$start f_boot=$boot f_release=$rel
    record stopping || answer trouble "the mark at $fence cannot be written"
    job=
    case $supervisor in
    process) kill -s "$signal" "$pid" 2>/dev/null ;;
    commands)
        : >"$fence.said"
        (each stop declared "$@") 9>&- &
        job=$!
        ;;
    esac
    ticks
    moved=$t_now looked=$t_now size=$(stat -c %s "$log" 2>/dev/null)
    while alive "$pid" "$start"; do
        sleep 0.03
        ticks
        if [ $((t_now - looked)) -ge 100 ]; then
            looked=$t_now
            now_size=$(stat -c %s "$log" 2>/dev/null)
            [ "$now_size" = "$size" ] || moved=$t_now
            size=$now_size
        fi
        [ $(((t_now - moved) * 10)) -ge "$limit" ] || continue
        [ "$manner" = kill ] ||
            fail did-not-stop "told to stop" "process $pid was told to stop and made no progress for $((limit / 1000)) s$(stop_words)"
        kill -s KILL "$pid" 2>/dev/null
        killed=0
        while alive "$pid" "$start" && [ "$killed" -lt 200 ]; do
            sleep 0.05
            killed=$((killed + 1))
        done
        alive "$pid" "$start" && fail did-not-stop "killed" "process $pid did not end when it was killed"
    done
    if [ -n "$job" ]; then wait "$job"; fi
    f_told=no f_pid=0 f_start=0 f_release=
    record stopped || answer trouble "the mark at $fence cannot be written"
}
stop_words() {
    [ "$supervisor" = commands ] || return 0
    s_said=$(last_words)
    [ -z "$s_said" ] || printf '; the stop command said: %s' "$s_said"
}
launch() { # in a session of its own, without our files; it writes its pid before it becomes what was declared
    (
        as_declared
        exec setsid sh -c 'echo $$ >"$0" && exec "$@"' "$pidfile" "$@"
    ) >>"$log" 2>&1 </dev/null 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
    pid=$!
}
begin_start() {
    each back back_file "$@" && each put put_file "$@" ||
        fail did-not-start "preparing $wanted" "its files could not be put in place"
    ticks
    # A process of this start begins no earlier than now; that tells it from a pid used again.
    f_acted=yes f_pid=0 f_start=$t_now f_boot=$boot f_release=
    [ -z "$pidfile" ] || { mkdir -p "${pidfile%/*}" && rm -f "$pidfile"; } 2>/dev/null
    mkdir -p "${log%/*}" 2>/dev/null
    record starting || answer trouble "the mark at $fence cannot be written"
    case $supervisor in
    process)
        if ! (: >>"$log") 2>/dev/null; then
            fail did-not-start "starting $wanted" "$log cannot be written"
        fi
        each start launch "$@"
        stat_of "$pid"
        start=${s_start:-0}
        f_pid=$pid f_start=$start f_release=$wanted
        record started
        for turn in 1 2 3; do
            sleep 0.03
            alive "$pid" "$start" && continue
            wait "$pid"
            ended=$?
            case $ended in
            126 | 127) fail did-not-start "starting $wanted" "it could not be executed (status $ended)" ;;
            *) fail did-not-stay "starting $wanted" "process $pid ended with status $ended as soon as it was started" ;;
            esac
        done
        ;;
    commands)
        : >"$fence.said"
        each start declared "$@" ||
            fail did-not-start "starting $wanted" "the start command answered $?: $(last_words)"
        turn=0
        while find_process "$@" && [ -z "$pid" ]; do
            [ "$turn" -lt 100 ] || fail did-not-stay "starting $wanted" "the start command ended well, and nothing runs"
            turn=$((turn + 1))
            sleep 0.05
        done
        settled
        ;;
    esac
    answer "done"
}
# A start was recorded, and whoever recorded it did not come to the end.
half_started() {
    p=
    [ -n "$pidfile" ] && { read -r p <"$pidfile"; } 2>/dev/null
    case $p in '' | *[!0-9]*) p= ;; esac
    if [ "$f_boot" = "$boot" ] && [ -n "$p" ] && stat_of "$p" &&
        [ "$s_start" -ge "$f_start" ] && [ "$s_start" -le $((f_start + 6000)) ]; then
        pid=$p start=$s_start
        settled
    fi
    if [ -n "$pid" ] && [ "$rel" = "$wanted" ]; then settled; fi
    fail did-not-stay "starting $wanted" "it was being started, and nothing runs"
}
do_deed() {
    take_lock
    read_mark
    compare_mark
    [ "$f_attempt" -gt "$attempt" ] && answer fenced "attempt $f_attempt was there, this is $attempt"
    step=$f_step
    [ "$step" = none ] || [ "$f_attempt" -lt "$attempt" ] || [ "$f_wanted" = "$wanted" ] ||
        answer fenced "attempt $attempt was for $f_wanted, this is for $wanted"
    [ "$f_attempt" -eq "$attempt" ] || step=none
    [ "$step" = failed ] && answer failed "$f_code" "$f_at" "$f_what"
    find_process "$@"
    case $step in
    none) begin "$@" ;;
    stopping)
        if [ -n "$pid" ] && [ "$pid" = "$f_pid" ] && [ "$start" = "$f_start" ]; then
            stop "$@"
        elif [ -n "$pid" ]; then
            [ "$rel" = "$wanted" ] && settled
            fail not-as-expected "told to stop" "process $boot:$pid:$start came in its place: someone else acts"
        else
            f_told=no f_pid=0 f_start=0 f_release=
            record stopped || answer trouble "the mark at $fence cannot be written"
        fi
        ;;
    stopped)
        if [ -n "$pid" ]; then
            [ "$rel" = "$wanted" ] && settled
            fail not-as-expected "stopped" "process $boot:$pid:$start came in its place: someone else acts"
        fi
        ;;
    starting) half_started ;;
    started)
        [ -n "$pid" ] && [ "$rel" = "$wanted" ] && answer "done"
        [ -n "$pid" ] && fail not-as-expected "starting $wanted" "process $pid runs ${rel:-a release that could not be told}"
        fail did-not-stay "starting $wanted" "process $f_pid was started, and is gone"
        ;;
    esac
    begin_start "$@"
}

# Read to the end before anything is done: all above are functions.
main() {
    trap '' PIPE HUP
    verb=$1
    shift
    pidfile= supervisor=process envs=0
    while [ $# -gt 0 ]; do
        case $1 in
        --) shift && break ;;
        fence=*) fence=${1#*=} ;;
        member=*) member=${1#*=} ;;
        store=*) store=${1#*=} ;;
        identity=*) identity=${1#*=} ;;
        run=*) run=${1#*=} ;;
        cluster=*) cluster=${1#*=} ;;
        epoch=*) epoch=${1#*=} ;;
        holder=*) holder=${1#*=} ;;
        attempt=*) attempt=${1#*=} ;;
        wanted=*) wanted=${1#*=} ;;
        incarnation=*) incarnation=${1#*=} ;;
        manner=*) manner=${1#*=} ;;
        leave=*) leave=${1#*=} ;;
        limit=*) limit=${1#*=} ;;
        dir=*) dir=${1#*=} ;;
        config=*) config=${1#*=} ;;
        log=*) log=${1#*=} ;;
        folder=*) folder=${1#*=} ;;
        program=*) program=${1#*=} ;;
        prefix=*) prefix=${1#*=} ;;
        suffix=*) suffix=${1#*=} ;;
        supervisor=*) supervisor=${1#*=} ;;
        pidfile=*) pidfile=${1#*=} ;;
        signal=*) signal=${1#*=} ;;
        envs=*) envs=${1#*=} ;;
        esac
        shift
    done
    limit_s=$((${limit:-0} / 1000 + 1))
    read -r boot </proc/sys/kernel/random/boot_id
    boot=${boot%%-*}
    open_lock
    case $verb in
    claim) do_claim ;;
    release) do_release ;;
    adopt) do_adopt ;;
    hold) do_hold ;;
    deed) do_deed "$@" ;;
    esac
}
main "$@"
