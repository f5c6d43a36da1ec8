"use strict";
// node differential.js COUNT SEED COMMAND [ARGUMENT…]
//
// Sends COUNT documents, one per line, to a command that answers each by one line: its canonical text, or ERROR. The line
// must be what JSON.stringify(JSON.parse(document)) gives here, or ERROR where this throws.

const { spawn } = require("node:child_process");
const { once } = require("node:events");
const { Documents } = require("./documents.js");

const maximumDepth = 512;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What the command has to answer; `text` is null where JSON.parse throws. */
function expectation(document) {
  try {
    return { utf8: true, text: JSON.stringify(JSON.parse(decoder.decode(document))) };
  } catch (error) {
    return { utf8: !(error instanceof TypeError), text: null };
  }
}

/** How deep arrays and objects are nested in a JSON text. */
function depth(document) {
  let current = 0;
  let deepest = 0;
  const outside = document.toString("utf8").replace(/"(?:[^"\\]|\\.)*"/g, "");
  for (const character of outside) {
    if (character === "[" || character === "{") deepest = Math.max(deepest, ++current);
    if (character === "]" || character === "}") current--;
  }
  return deepest;
}

const tally = { accepted: 0, changed: 0, refused: 0, "not UTF-8": 0, "too deep": 0, different: 0 };

function compare(document, answer) {
  const { utf8, text } = expectation(document);
  const isError = answer.equals(Buffer.from("ERROR"));
  if (text !== null && isError && depth(document) > maximumDepth) {
    tally["too deep"]++;
  } else if (text === null ? isError : answer.equals(Buffer.from(text))) {
    if (text !== null) {
      tally.accepted++;
      if (!answer.equals(document)) tally.changed++;
    } else {
      tally[utf8 ? "refused" : "not UTF-8"]++;
    }
  } else if (++tally.different <= 20) {
    console.error(`different:\n  document ${document.toString("latin1").slice(0, 2000)}`);
    console.error(`  V8       ${text === null ? "throws" : Buffer.from(text).toString("latin1").slice(0, 2000)}`);
    console.error(`  answer   ${answer.toString("latin1").slice(0, 2000)}`);
  }
}

async function main() {
  const [count, seed] = process.argv.slice(2, 4).map(Number);
  const command = process.argv.slice(4);
  if (!(count > 0) || !Number.isInteger(seed) || command.length === 0) {
    console.error("usage: differential.js COUNT SEED COMMAND [ARGUMENT…]");
    process.exit(64);
  }
  const peer = spawn(command[0], command.slice(1), { stdio: ["pipe", "pipe", "inherit"] });
  const exit = once(peer, "exit");
  peer.stdin.on("error", () => {});
  const asked = [];
  let answered = 0;

  const reading = (async () => {
    let rest = [];
    for await (const chunk of peer.stdout) {
      let start = 0;
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
        const line = Buffer.concat([...rest, chunk.subarray(start, end)]);
        rest = [];
        start = end + 1;
        if (answered >= asked.length) throw new Error("more answers than documents");
        compare(asked[answered], line);
        asked[answered++] = undefined;
      }
      rest.push(chunk.subarray(start));
    }
  })();

  const documents = new Documents(seed);
  for (let i = 0; i < count; i++) {
    const document = documents.next();
    asked.push(document);
    if (!peer.stdin.write(Buffer.concat([document, Buffer.from("\n")]))) {
      await Promise.race([once(peer.stdin, "drain"), exit]);
    }
  }
  peer.stdin.end();
  await reading;
  const [status, signal] = await exit;
  const words = Object.entries(tally).map(([name, number]) => `${number} ${name}`).join(", ");
  console.log(`${answered} of ${count} documents of seed ${seed}: ${words}`);
  if (status !== 0) console.error(`the command ended with ${signal ?? status}`);
  process.exit(status === 0 && answered === count && tally.different === 0 ? 0 : 1);
}

main();
