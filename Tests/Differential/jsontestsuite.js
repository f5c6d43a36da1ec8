"use strict";
// node jsontestsuite.js DIR COMMAND
//
// Holds a command, which writes a line for each file it is given (its canonical text, or ERROR), to a checkout of
// nst/JSONTestSuite, and to V8. What the suite leaves open is decided in JSONTestSuite.md.

const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const [suite, command] = process.argv.slice(2);
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function files(folder) {
  const all = fs.readdirSync(path.join(suite, folder)).filter((name) => name.endsWith(".json")).sort();
  return all.map((name) => path.join(suite, folder, name));
}

const table = new Map();
for (const row of fs.readFileSync(path.join(__dirname, "JSONTestSuite.md"), "utf8").split("\n")) {
  const [, name, verdict, reason] = row.split("|").map((cell) => cell.trim());
  if (/^i_/.test(name) && /^(accept|refuse)$/.test(verdict) && reason) table.set(name, verdict);
}

/** What V8 makes of a file: its text, null where it throws, undefined where the file is not UTF-8. */
function v8(file) {
  let text;
  try {
    text = decoder.decode(fs.readFileSync(file));
  } catch {
    return undefined;
  }
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return null;
  }
}

const all = [...files("test_parsing"), ...files("test_transform")];
const output = execFileSync(command, all, { maxBuffer: 1 << 26 }).toString("utf8");
const answers = output.split("\n").slice(0, -1);
const tally = { y: 0, n: 0, i: 0, transform: 0, "equal to V8": 0 };
const problems = answers.length === all.length ? [] : [`${answers.length} answers to ${all.length} files`];
all.forEach((file, index) => {
  const name = path.basename(file, ".json");
  const verdict = answers[index] === "ERROR" ? "refuse" : "accept";
  const isTransform = path.basename(path.dirname(file)) === "test_transform";
  const kind = isTransform ? "transform" : name[0];
  const wanted = { transform: undefined, y: "accept", n: "refuse", i: table.get(name) ?? "decide" }[kind];
  if (!(kind in tally)) problems.push(`${name}: is of no known kind`);
  if (wanted && verdict !== wanted) problems.push(`${name}: ${verdict}, where we have to ${wanted}`);
  tally[kind]++;
  const text = v8(file);
  if (text === undefined) {
    if (verdict !== "refuse") problems.push(`${name}: accepted, but not UTF-8`);
  } else if (answers[index] === (text ?? "ERROR")) {
    tally["equal to V8"]++;
  } else {
    problems.push(`${name}: not as in V8`);
  }
  table.delete(name);
});
for (const name of table.keys()) problems.push(`${name}: decided, but not in the suite`);
for (const kind of ["y", "n", "i", "transform"]) if (tally[kind] === 0) problems.push(`no file of the kind ${kind}`);

for (const problem of problems) console.error(`jsontestsuite: ${problem}`);
console.log(`${all.length} files: ` + Object.entries(tally).map(([kind, count]) => `${count} ${kind}`).join(", "));
process.exit(problems.length === 0 ? 0 : 1);
