"""A CRM that we did not write: takes POSTs and writes down their idempotency keys.

Answers 200 to each request and appends `{"key": …, "sha256": …, "authorization": …, "person": …, "beside": …, "others": …}` to
the ledger, once its line is written; the last two are how many requests of the same person, and of others, were at work when it came.
With a third argument it takes that many seconds for each, as long as the ledger has no neighbour `….quick`; with a
fourth it answers 503 to the first attempt of one event in so many. As long as there is a neighbour `….refuses`, it does so to all, with
`….refuses-PERSON` to all of that person. What it refuses it writes down in `….refused`.
"""

import collections
import hashlib
import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

port, path = int(sys.argv[1]), sys.argv[2]
ledger, refusals = open(path, "a"), open(path + ".refused", "a")
delay = float(sys.argv[3]) if len(sys.argv) > 3 else 0
refused = int(sys.argv[4]) if len(sys.argv) > 4 else 0
known = set()
lock, at_work = threading.Lock(), collections.Counter()


def write(file, line):
    file.write(json.dumps(line) + "\n")
    file.flush()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        key = self.headers["Idempotency-Key"]
        person = json.loads(body)["data"]["lead"]["linkedin_username"]
        with lock:
            beside, others = at_work[person], at_work.total() - at_work[person]
            at_work[person] += 1
        if delay and not os.path.exists(path + ".quick"):
            time.sleep(delay)
        is_first = refused and int(key[:8], 16) % refused == 0 and key not in known
        is_refused = os.path.exists(f"{path}.refuses") or os.path.exists(f"{path}.refuses-{person}")
        is_taken = not is_first and not is_refused
        with lock:
            at_work[person] -= 1
            if is_taken:
                write(
                    ledger,
                    {
                        "key": key,
                        "sha256": hashlib.sha256(body).hexdigest(),
                        "authorization": self.headers["Authorization"],
                        "person": person,
                        "beside": beside,
                        "others": others,
                    },
                )
            else:
                known.add(key)
                write(refusals, {"key": key, "person": person})
        self.send_response(200 if is_taken else 503)
        if not is_taken:
            self.send_header("Retry-After", "0")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
print("ready", flush=True)
server.serve_forever()
