// What Node takes to verify a webhook and to parse a dm.sent, in the form in which Measure prints its figures. The argument
// names the group.
import { createHmac, timingSafeEqual } from "node:crypto";

const rounds = 25;
const turn = 15e6;

const secret = "a secret of the usual length: 0123456789abcdef";
const body = Buffer.from(Uint8Array.from({ length: 700 }, (_, index) => (index * 31 + 7) & 0xff));
const signature = createHmac("sha256", secret).update(body).digest("hex");

function verify() {
  const expected = createHmac("sha256", secret).update(body).digest();
  return timingSafeEqual(expected, Buffer.from(signature, "hex")) ? 1 : 0;
}

const message =
  '{"event":"dm.sent","timestamp":"2024-03-21T15:30:00Z","data":{"lead":{"name":"John Doe","first_name":"John",' +
  '"title":"Software Engineer","linkedin_url":"https://linkedin.com/in/johndoe","linkedin_username":"johndoe",' +
  '"connection_status":"Connected","commenter_id":"abc123"},"message":"Hello John, thanks for your comment...",' +
  '"automation":{"id":"automation_123","name":"Product Launch Campaign"},"post_id":"post_123"}}';

const reformatted = String.raw`{
  "event" : "dm.sent", "timestamp" : "2024-03-21T15:30:00Z",
  "data" : {
    "2" : 1.50, "lead" : { "name" : "Zo\u00eb M\u00FCller", "title" : "a \/ b \ud83d\ude80", "followers" : 15e2 },
    "1" : -0.0, "message" : "Hello\nZo\u00eb, thanks \u2028 for your comment", "score" : 0.1000000000000000055511151231257827
  }
}`;

// Of a string, which is the best case: out of a body it has to be made first.
function parse() {
  const { event, timestamp, data } = JSON.parse(message);
  const { lead, automation } = data;
  return (
    event.length + timestamp.length + lead.name.length + lead.first_name.length + lead.title.length +
    lead.linkedin_url.length + lead.linkedin_username.length + lead.connection_status.length +
    lead.commenter_id.length + data.message.length + automation.id.length + automation.name.length + data.post_id.length
  );
}

// From string to string, again without what bytes would cost.
const stringify = (text) => () => JSON.stringify(JSON.parse(text)).length;

let sum = 0;

function time(run, calls) {
  const start = process.hrtime.bigint();
  for (let call = 0; call < calls; call++) sum += run();
  return Number(process.hrtime.bigint() - start);
}

const groups = {
  "verify-700": verify,
  decode: parse,
  stringify: stringify(message),
  "stringify-reformatted": stringify(reformatted),
};
const [group] = process.argv.slice(2);
const run = groups[group];
for (let warm = 0; warm < 20; warm++) time(run, 10_000);
let calls = 1;
while (time(run, calls) < turn) calls *= 2;
const results = Array.from({ length: rounds }, () => time(run, calls) / calls);
console.log([group, "Node", results.join(" ")].join("\t"));
if (sum === 0) process.exit(1);
