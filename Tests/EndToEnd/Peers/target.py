"""A CRM that we did not write: takes POSTs and writes down their idempotency keys.

Answers 200 to each request and appends `{"key": …, "sha256": …, "authorization": …}` to the ledger, once its line is written.
"""

import hashlib
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

port, ledger = int(sys.argv[1]), open(sys.argv[2], "a")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        line = {
            "key": self.headers["Idempotency-Key"],
            "sha256": hashlib.sha256(body).hexdigest(),
            "authorization": self.headers["Authorization"],
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
