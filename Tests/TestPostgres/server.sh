# Makes a PostgreSQL server of its own in a directory, runs it, and removes it when standard input ends: so it goes with
# the process that started it, however that ends. On the way it takes the words restart, crash, stop, kill, start and promote,
# a line each.
#
#   sh server.sh BIN DIRECTORY PORT PASSWORD STATUS [CERTIFICATES [PRIMARY]]
#
# STATUS gets a line, ready, whenever the server takes connections, stopped when it was stopped or killed, promoted when it was
# that, and failed when it does not start. CERTIFICATES is a directory with server.crt and server.key, which goes with the server,
# or empty, for no TLS; PRIMARY is the port of the server that it is to be a standby of, or empty.
set -eu
bin=$1 directory=$2 port=$3 password=$4 status=$5 certificates=${6-} primary=${7-}
. "$(dirname "$0")/prelude.sh"

printf '%s\n' "$password" >"$directory/password"
tls=
if [ -n "$certificates" ]; then
    cp "$certificates/server.crt" "$certificates/server.key" "$directory"
    chmod 0600 "$directory/server.key"
    tls="-c ssl=on -c ssl_cert_file=$directory/server.crt -c ssl_key_file=$directory/server.key"
fi
hand_over
cd "$directory"
if [ -n "$primary" ]; then
    PGPASSWORD=$password $as "$bin/pg_basebackup" --pgdata="$directory/data" --host=127.0.0.1 --port="$primary" \
        --username=leadshark --checkpoint=fast --write-recovery-conf --no-sync >"$status.log" 2>&1
else
    $as "$bin/initdb" --pgdata="$directory/data" --username=leadshark --pwfile="$directory/password" \
        --auth=scram-sha-256 --encoding=UTF8 --locale=C --no-sync --no-instructions >"$status.log" 2>&1
fi

start() {
    # shellcheck disable=SC2086 # a list of words, or none
    $as "$bin/postgres" -D "$directory/data" -p "$port" -c listen_addresses=127.0.0.1 \
        -c unix_socket_directories="$directory" -c max_connections=300 -c shared_buffers=64MB \
        -c dynamic_shared_memory_type=mmap $tls \
        >>"$status.log" 2>&1 </dev/null &
    server=$!
    until "$bin/pg_isready" --quiet --host="$directory" --port="$port"; do
        kill -0 "$server"
        sleep 0.05
    done
    echo ready >>"$status"
}
stop() {
    if [ -z "$server" ]; then return; fi
    kill -"$1" "$server"
    wait "$server" || true
    server=
}

start
while read -r word; do
    case $word in
    restart) stop INT ;;
    crash) stop QUIT ;;
    stop)
        stop INT
        echo stopped >>"$status"
        continue
        ;;
    kill)
        # All of it at once: none of its processes goes on, or says goodbye.
        # shellcheck disable=SC2046 # a list of numbers
        kill -KILL "$server" $(cat "/proc/$server/task/$server/children") || true
        wait "$server" || true
        server=
        echo stopped >>"$status"
        continue
        ;;
    promote)
        $as "$bin/pg_ctl" promote -D "$directory/data" >>"$status.log" 2>&1
        echo promoted >>"$status"
        continue
        ;;
    esac
    start
done
trap - EXIT
# Not in good order: what would be written for the next start is removed.
stop QUIT
rm -rf "$directory" "$status" "$status.log" ${certificates:+"$certificates"}
