# Runs pgbouncer in transaction mode in front of a PostgreSQL server, and ends it when standard input ends: so it goes with
# the process that started it, however that ends.
#
#   sh pooler.sh PGBOUNCER BIN DIRECTORY PORT PASSWORD STATUS SERVER COUNT
#
# STATUS gets a line, ready, when it takes connections, and failed when it does not start. SERVER is the server's port, COUNT how
# many connections there are to it at most.
set -eu
pgbouncer=$1 bin=$2 directory=$3 port=$4 password=$5 status=$6 server=$7 count=$8
. "$(dirname "$0")/prelude.sh"

printf '"leadshark" "%s"\n' "$password" >"$directory/users"
cat >"$directory/pgbouncer.ini" <<END
[databases]
* = host=127.0.0.1 port=$server

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $port
unix_socket_dir =
auth_type = scram-sha-256
auth_file = $directory/users
pool_mode = transaction
default_pool_size = $count
server_round_robin = 1
max_client_conn = 300
log_connections = 0
log_disconnections = 0
END
hand_over

$as "$pgbouncer" "$directory/pgbouncer.ini" >"$status.log" 2>&1 </dev/null &
pooler=$!
until "$bin/pg_isready" --quiet --host=127.0.0.1 --port="$port"; do
    kill -0 "$pooler"
    sleep 0.05
done
echo ready >>"$status"
while read -r _; do :; done
trap - EXIT
kill -KILL "$pooler"
wait "$pooler" || true
rm -rf "$directory" "$status" "$status.log"
