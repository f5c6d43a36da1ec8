"""A CRM that we did not write: takes POSTs and writes down their idempotency keys.

Answers 200 to each request and appends `{"key": …, "sha256": …, "authorization": …, "person": …}` to the ledger, once its line is
written. With a third argument it takes that many seconds for each, as long as the ledger has no neighbour `….quick`; with a
fourth it answers 503 to the first attempt of one event in so many.
"""

import hashlib
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

port, ledger = int(sys.argv[1]), open(sys.argv[2], "a")
delay = float(sys.argv[3]) if len(sys.argv) > 3 else 0
refused = int(sys.argv[4]) if len(sys.argv) > 4 else 0
known = set()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        key = self.headers["Idempotency-Key"]
        if delay and not os.path.exists(sys.argv[2] + ".quick"):
            time.sleep(delay)
        if refused and int(key[:8], 16) % refused == 0 and key not in known:
            known.add(key)
            self.send_response(503)
            self.send_header("Retry-After", "0")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        line = {
            "key": key,
            "sha256": hashlib.sha256(body).hexdigest(),
            "authorization": self.headers["Authorization"],
            "person": json.loads(body)["data"]["lead"]["linkedin_username"],
        }
        ledger.write(json.dumps(line) + "\n")
        ledger.flush()
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
print("ready", flush=True)
server.serve_forever()
