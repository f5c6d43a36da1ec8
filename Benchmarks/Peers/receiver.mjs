// A bare receiver of LeadShark's webhooks in Node, to be measured against: it checks the signature, puts the body into a
// queue in memory, and answers 200. Nothing more.
//
//   node receiver.mjs PORT
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const maximumBody = 256 << 10;
const port = Number(process.argv[2]);
const secret = process.env.LEADSHARK_WEBHOOK_SECRET;
if (!secret || !port) {
  console.error("usage: LEADSHARK_WEBHOOK_SECRET=… node receiver.mjs PORT");
  process.exit(64);
}

let waiting = [];
setInterval(() => (waiting = []), 50).unref();

const digits = /^[0-9a-fA-F]{64}$/;

createServer((request, answer) => {
  const parts = [];
  let size = 0;
  request.on("data", (part) => {
    size += part.length;
    if (size <= maximumBody) parts.push(part);
  });
  request.on("end", () => {
    if (size > maximumBody) return answer.writeHead(413).end();
    const body = parts.length === 1 ? parts[0] : Buffer.concat(parts);
    const given = request.headers["x-webhook-signature"] ?? "";
    const expected = createHmac("sha256", secret).update(body).digest();
    if (!digits.test(given) || !timingSafeEqual(expected, Buffer.from(given, "hex"))) {
      return answer.writeHead(401).end();
    }
    waiting.push(body);
    answer.writeHead(200, { "content-type": "application/json" }).end('{"status":"stored"}');
  });
}).listen(port, "127.0.0.1");
