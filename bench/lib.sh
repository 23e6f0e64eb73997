# SPDX-License-Identifier: LGPL-2.1-or-later
# lib.sh: what the benchmarks share: servers side by side, rounds, a table. Sourced from the repository root by bench/NAME,
# which says what is measured:
#
#   title          the line above the table
#   default_rows   its rows, when the command line names none
#   columns        its columns: what `measure` puts a result into
#   steps          what a round measures of each row; the columns unless set
#   comparisons    of nginx and wine: what each cell is also shown as a multiple of
#   page           the path that is asked for; all servers have "Hello, World!" there
#   measure ROW STEP  calls `result ROW COLUMN VALUE`, and `problem TEXT` when something went wrong
#
# and then calls `bench "$@"`. The command line:
#
#   bench/NAME [--shards N] [--threads N] [ROW...]
#
#   ROW          nginx, epoll (bench/epoll.c) or SAMPLE:HOST; the sample `work` is bench/work.c. HOST is ours (the .exe with our DLLs; may be left out), wine
#                (the .exe with Wine's own httpapi.dll and http.sys) or native (the ELF program)
#   --shards N   the engine's loops (HTTPAPI_SHARDS), and nginx's workers
#   --threads N  the samples' threads
#
# Environment: BENCH_SECONDS (2) of a measurement, BENCH_ROUNDS (3), BENCH_RESULTS (a file for the medians as lines
# "ROW COLUMN VALUE").
#
# All servers run throughout and one is measured at a time; a round takes each row in turn, so what else the machine
# does meets all alike. Nothing is pinned to a CPU. The client, wrk, has half of the CPUs for its threads: on two CPUs
# one, as a second would take the server's.

. tests/lib/check.sh
. tests/lib/wine.sh
unset WINEPREFIX WINEDLLPATH WINEDLLOVERRIDES HTTPAPI_LOG HTTPAPI_SHARDS
seconds=${BENCH_SECONDS:-2} rounds=${BENCH_ROUNDS:-3}
wine=${WINE:-wine}
PATH=$PATH:/usr/sbin # Debian has nginx there, outside a user's PATH
page=/ comparisons=nginx steps= threads= workers=1
pids=
trouble=no

usage() {
    echo "usage: $0 [--shards N] [--threads N] [nginx | epoll | SAMPLE[:ours | :wine | :native]]..." >&2
    exit 2
}

die() {
    echo "bench: $*" >&2
    exit 1
}

# Wine's services are no children of ours; they end with their prefix.
cleanup() {
    [ -z "$pids" ] || kill $pids 2>/dev/null || :
    for host in ours wine; do wine_remove_prefix "$tmp/$host"; done
    wait
    rm -rf "$tmp"
}

# The row's name in full.
full_name() {
    case $1 in
    nginx | epoll | *:ours | *:wine | *:native) echo "$1" ;;
    *:*) usage ;;
    *) echo "$1:ours" ;;
    esac
}

# run_exe HOST PROGRAM [ARGUMENT...]: becomes the Windows program.
run_exe() {
    export WINEPREFIX="$tmp/$1"
    case $1 in
    ours) shift && exec tools/httpapi-wine "$@" ;;
    wine) shift && exec "$wine" "$@" ;;
    esac
}

# make_prefix HOST EXPECTED: with the proof that programs get the right httpapi.dll there.
make_prefix() {
    [ ! -d "$tmp/$1" ] || return 0
    (wine_fresh_prefix "$tmp/$1")
    dll=$( (run_exe "$1" build/wine/x86_64-windows/httpapi-probe.exe || :) 2>/dev/null | tr -d '\r')
    case $dll in
    $2) echo "$1: $dll" ;;
    *) die "programs get a wrong httpapi.dll: expected $2; got ${dll:-nothing}" ;;
    esac
}

# The program of a row: a sample, or the benchmarks' own (bench/work.c).
program() {
    if [ "${1%:*}" = work ]; then echo build/bench/work; else echo "build/samples/${1%:*}"; fi
}

prepare() {
    case $1 in
    nginx) ;;
    epoll) [ -x build/bench/epoll ] || die "run make first" ;;
    *) [ -x "$(program "$1")" ] || die "there is no sample ${1%:*}" ;;
    esac
    case $1 in
    *:ours) make_prefix ours "ours, *, engine running" ;;
    *:wine) make_prefix wine "Wine's own httpapi.dll" ;;
    esac
}

nginx_config() {
    cat <<END
daemon off;
user $(id -un) $(id -gn);
worker_processes $workers;
pid $tmp/nginx.pid;
error_log stderr;
events {
    worker_connections 16384;
}
http {
    access_log off;
    sendfile on;
    keepalive_requests 1000000000;
    client_max_body_size 0;
    default_type text/plain;
    client_body_temp_path $tmp/nginx.temp;
    proxy_temp_path $tmp/nginx.temp;
    fastcgi_temp_path $tmp/nginx.temp;
    uwsgi_temp_path $tmp/nginx.temp;
    scgi_temp_path $tmp/nginx.temp;
    server {
        listen 127.0.0.1:$1;
        location / {
            return 200 "Hello, World!";
        }
        location /files/ {
            root $tmp;
            open_file_cache max=100;
            open_file_cache_valid 1s;
        }
    }
}
END
}

# serve ROW PORT: becomes the server.
serve() {
    url=http://localhost:$2/ sample=$(program "$1")
    case $1 in
    nginx)
        nginx_config "$2" >"$tmp/nginx.conf"
        exec nginx -e stderr -c "$tmp/nginx.conf"
        ;;
    epoll) exec build/bench/epoll "$2" ;;
    fileserver:*) set -- "$1" "${url}files/" "$tmp/files" ;;
    *) set -- "$1" "$url" $threads ;;
    esac
    case $1 in
    *:native) shift && exec "$sample" "$@" ;;
    *) host=${1#*:} && shift && run_exe "$host" "$sample.exe" "$@" ;;
    esac
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# By address, since localhost may have two, with the name that the samples' URL asks for. wrk does the same.
answer() {
    curl -s --noproxy '*' --max-time 5 -w ' %{http_code}' -H "Host: localhost:$1" "http://127.0.0.1:$1$page" || :
}

answers_or_is_over() {
    case $(answer "$port") in
    *" 000") ! is_running "$server" ;;
    esac
}

start() {
    port=$(free_port)
    serve "$1" "$port" >"$tmp/$1.log" 2>&1 </dev/null &
    server=$!
    pids="$pids $server"
    wait_for 60 answers_or_is_over || :
    got=$(answer "$port")
    [ "$got" = "Hello, World! 200" ] || die "$1 answers \"$got\"; $(tail -n 5 "$tmp/$1.log")"
    echo "$port" >"$tmp/$1.port"
    echo "$server" >"$tmp/$1.pid"
}

# A child that has ended.
forget() {
    pids=$(echo "$pids " | sed "s/ $1 / /; s/ \$//")
}

restart() {
    server=$(cat "$tmp/$1.pid")
    kill "$server" 2>/dev/null || :
    wait "$server" 2>/dev/null || :
    forget "$server"
    start "$1"
}

# All processes of a row; under Wine those of the prefix, where the other rows' servers rest meanwhile.
row_pids() {
    case $1 in
    *:ours | *:wine)
        grep -lsz "^WINEPREFIX=$tmp/${1#*:}$" /proc/[0-9]*/environ | cut -d/ -f3 || :
        ;;
    *)
        cat "$tmp/$1.pid"
        cat "/proc/$(cat "$tmp/$1.pid")/task"/*/children
        ;;
    esac
}

# wrk's threads for $1 connections.
client_threads() {
    half=$(($(nproc) / 2))
    if [ "$half" -lt 1 ]; then echo 1; elif [ "$half" -lt "$1" ]; then echo $half; else echo "$1"; fi
}

# load ROW CONNECTIONS PATH [WRK-OPTION...]: loads a server; wrk's report is in $tmp/wrk, requests per second in $rate.
load() {
    row=$1 count=$2 path=$3 port=$(cat "$tmp/$1.port") status=0
    shift 3
    timeout $((seconds + 20)) wrk -t"$(client_threads "$count")" -c"$count" -d"${seconds}s" -H "Host: localhost:$port" \
        "$@" "http://127.0.0.1:$port$path" >"$tmp/wrk" 2>&1 || status=$?
    rate=$(sed -n 's|^Requests/sec: *||p' "$tmp/wrk")
    errors=$(grep -E '^ *(Socket errors|Non-2xx)' "$tmp/wrk") || :
    if [ $status != 0 ] || [ "${rate:=0.00}" = 0.00 ] || [ -n "$errors" ]; then
        problem "$row, $count connections: rate $rate, status $status$errors"
    fi
}

problem() {
    echo "error: $*"
    trouble=yes
}

result() {
    echo "$1 $2 $3" >>"$tmp/results"
    echo "  $1, $2: $3"
}

machine() {
    echo "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $(nproc) CPUs, Linux $(uname -r)," \
        "$("$wine" --version 2>/dev/null), nginx $(nginx -v 2>&1 | sed 's|.*/||')," \
        "wrk $(wrk -v 2>&1 | sed -n '1s/^wrk \([^ ]*\).*/\1/p'), shards and nginx workers: $workers, $(date -u +%F)"
}

options() {
    while [ $# -gt 0 ]; do
        case $1 in
        --shards) workers=${2:?} && export HTTPAPI_SHARDS="$2" && shift 2 ;;
        --threads) threads=${2:?} && shift 2 ;;
        -*) usage ;;
        *) break ;;
        esac
    done
    [ $# -gt 0 ] || set -- $default_rows
    rows=
    for name; do rows="$rows $(full_name "$name")"; done
}

run_rounds() {
    for round in $(seq "$rounds"); do
        echo "round $round of $rounds"
        for step in ${steps:-$columns}; do
            for row in $rows; do measure "$row" "$step"; done
        done
    done
}

bench() {
    options "$@"
    for command in wrk nginx curl python3 "$wine"; do
        command -v "$command" >/dev/null || die "$command isn't installed; ./configure --install-deps does it"
    done
    tmp=$(mktemp -d "$(pwd)/build/bench.XXXXXX")
    trap cleanup EXIT
    trap 'exit 1' INT TERM HUP PIPE
    set_up
    for row in $rows; do prepare "$row"; done
    for row in $rows; do start "$row"; done
    run_rounds
    echo
    machine
    echo "$title"
    awk -v rows="$rows" -v columns="$columns" -v comparisons="$comparisons" -v medians="${BENCH_RESULTS:-/dev/null}" \
        -f bench/table.awk "$tmp/results"
    [ $trouble = no ] || die "there were errors; they are named above"
}

# What a benchmark needs in $tmp before the servers start.
set_up() { :; }
