# Makes a PostgreSQL server of its own in a directory, runs it, and removes it when standard input ends: so it goes with
# the process that started it, however that ends. On the way it takes the words restart, crash, stop and
# start, a line each.
#
#   sh server.sh BIN DIRECTORY PORT PASSWORD STATUS
#
# STATUS gets a line, ready, whenever the server takes connections, stopped when it was stopped, and failed when it does not
# start.
set -eu
bin=$1 directory=$2 port=$3 password=$4 status=$5
# What ends a terminal's programs must not end this one before it has cleaned up.
trap '' INT TERM HUP
trap 'echo failed >>"$status"' EXIT

# A server does not run as root.
as=
if [ "$(id -u)" = 0 ]; then
    as="setpriv --reuid=postgres --regid=postgres --clear-groups"
fi
mkdir -m 0700 "$directory"
printf '%s\n' "$password" >"$directory/password"
if [ -n "$as" ]; then chown -R postgres:postgres "$directory"; fi
cd "$directory"
$as "$bin/initdb" --pgdata="$directory/data" --username=leadshark --pwfile="$directory/password" \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C --no-sync --no-instructions >"$status.log" 2>&1

start() {
    $as "$bin/postgres" -D "$directory/data" -p "$port" -c listen_addresses=127.0.0.1 \
        -c unix_socket_directories="$directory" -c max_connections=300 -c shared_buffers=64MB \
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
    esac
    start
done
trap - EXIT
# Not in good order: what would be written for the next start is removed.
stop QUIT
rm -rf "$directory" "$status" "$status.log"
