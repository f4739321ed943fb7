
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
unwritten() { fail did-not-start "stopped" "the mark at $fence cannot be written"; } # and nothing runs
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
        record stopped || unwritten
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
    record stopped || unwritten
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
    each back back_file "$@" && each put put_file "$@" && each write write_file "$@" ||
        fail did-not-start "preparing $wanted" "its files could not be put in place"
    ticks
    # A process of this start begins no earlier than now; that tells it from a pid used again.
    f_acted=yes f_pid=0 f_start=$t_now f_boot=$boot f_release=
    [ -z "$pidfile" ] || { mkdir -p "${pidfile%/*}" && rm -f "$pidfile"; } 2>/dev/null
    mkdir -p "${log%/*}" 2>/dev/null
    record starting || unwritten
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
    know_mark
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
            record stopped || unwritten
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
    pidfile= supervisor=process envs=0 seen= checksum= source=
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
        seen=*) seen=${1#*=} ;;
        lines=*) lines=${1#*=} ;;
        hold=*) hold_s=${1#*=} ;;
        way=*) way=${1#*=} ;;
        fetch=*) fetch_s=${1#*=} ;;
        checksum=*) checksum=${1#*=} ;;
        source=*) source=${1#*=} ;;
        size=*) size=${1#*=} ;;
        offset=*) offset=${1#*=} ;;
        esac
        shift
    done
    limit_s=$((${limit:-0} / 1000 + 1))
    read -r boot </proc/sys/kernel/random/boot_id
    boot=${boot%%-*}
    case $verb in
    look) do_look "$@" ;;
    log) do_log ;;
    peek) do_peek "$@" ;;
    ready) do_ready "$@" ;;
    receive) do_receive ;;
    esac
    open_lock
    case $verb in
    claim) do_claim ;;
    release) do_release ;;
    adopt) do_adopt ;;
    hold) do_hold ;;
    deed) do_deed "$@" ;;
    esac
}
