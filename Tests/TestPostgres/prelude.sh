# To be sourced by a script that runs a server in a directory of its own, and ends it when standard input ends. Takes
# `directory`, which it makes, and `status`; gives `as`, what the server's program is started by, for it does not run as root.
# Who is root has to hand the directory over when all is in it.

# What ends a terminal's programs must not end this one before it has cleaned up.
trap '' INT TERM HUP
trap 'echo failed >>"$status"' EXIT
as=
if [ "$(id -u)" = 0 ]; then
    as="setpriv --reuid=postgres --regid=postgres --clear-groups"
fi
mkdir -m 0700 "$directory"
hand_over() {
    if [ -n "$as" ]; then chown -R postgres:postgres "$directory"; fi
}
