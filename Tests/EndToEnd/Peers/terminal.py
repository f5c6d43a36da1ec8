"""Runs `leadshark init` on a terminal of its own and types a secret there, as a person would.

Prints the exit code, whether the terminal echoes again afterwards, and whether the secret was shown.
"""
import os
import pty
import sys
import termios

SECRET = b"a typed secret"

pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], [sys.argv[1], "init"])

shown = b""
while b"not be shown): " not in shown:
    shown += os.read(terminal, 4096)
# The prompt comes before the echo is off: wait until it is.
while termios.tcgetattr(terminal)[3] & termios.ECHO:
    pass
os.write(terminal, b"oops\x15" + SECRET + b"\r")
try:
    while True:
        part = os.read(terminal, 4096)
        if not part:
            break
        shown += part
        echoes = bool(termios.tcgetattr(terminal)[3] & termios.ECHO)
except OSError:
    pass  # the program has ended
_, status = os.waitpid(pid, 0)
print("status", os.waitstatus_to_exitcode(status))
print("echo", echoes)
print("shown", SECRET in shown)
