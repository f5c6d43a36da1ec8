"use strict";
// Writes stringify.json: what V8, in Node, makes of texts, and for each that it accepts a signature.
//
// Run it in this folder: node stringify.js > stringify.json
// With --numbers it checks numbers.json instead: that V8 prints the sequence with the digests in it.

const { createHash, createHmac } = require("node:crypto");
const fs = require("node:fs");

const SECRET = "whsec_test_9f8e7d6c5b4a39281706f5e4d3c2b1a0";
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const vectors = [];

/** A text, or bytes, with an array or object around it `count` times. */
function vector(description, text, nested) {
  const bytes = Buffer.isBuffer(text) ? text : Buffer.from(text);
  const entry = { description };
  if (bytes.equals(Buffer.from(bytes.toString())) && !bytes.includes(0)) entry.text = bytes.toString();
  else entry.textHex = bytes.toString("hex");
  if (nested) entry.nested = nested;
  const around = (middle) =>
    nested ? nested.open.repeat(nested.count) + middle + nested.close.repeat(nested.count) : middle;
  let result = null;
  try {
    result = JSON.stringify(JSON.parse(around(decoder.decode(bytes))));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  if (result !== null) {
    // What is around is canonical already, so the vector can be told without it.
    const inner = nested
      ? result.slice(nested.open.length * nested.count, result.length - nested.close.length * nested.count)
      : result;
    if (around(inner) !== result) throw new Error(`what is around is not canonical: ${description}`);
    entry.stringified = inner;
    entry.signature = createHmac("sha256", SECRET).update(result).digest("hex");
  } else {
    entry.stringified = null;
  }
  vectors.push(entry);
}

/** Texts that are told apart by themselves; long ones by their number too. */
const all = (description, texts) =>
  texts.forEach((text, index) => {
    const shown = JSON.stringify(text);
    vector(`${description}: ${shown.length <= 80 ? shown : `${shown.slice(0, 60)}… (${index})`}`, text);
  });
const backslash = "\\";

// Payloads.
const folder = "../../Samples/Payloads/";
for (const file of fs.readdirSync(folder).filter((name) => name.endsWith(".json")).sort()) {
  const text = fs.readFileSync(folder + file, "utf8");
  vector(`the sample ${file}`, text);
  if (file.startsWith("dm.sent")) {
    const value = JSON.parse(text);
    vector(`the sample ${file}, indented by two blanks`, JSON.stringify(value, null, 2));
    vector(`the sample ${file}, indented by tabs, with CR LF`, JSON.stringify(value, null, "\t").replaceAll("\n", "\r\n") + "\r\n");
    vector(`the sample ${file}, blanks after commas and colons`, JSON.stringify(value, null, 1).replace(/\n */g, " "));
    vector(`the sample ${file}, everything escaped`,
      text.replace(/[^\x00-\x7f]|\//g, (c) => [...Array(c.length).keys()].map((i) => backslash + "u" + c.charCodeAt(i).toString(16).padStart(4, "0").toUpperCase()).join("")));
  }
}

// Scalars and blanks.
all("a value", ["null", "true", "false", "0", '""', "[]", "{}", " \t\r\n null \n\r\t ", "[ ]", "{ }", "[ 1 , 2 ]", '{ "a" : [ ] , "b" : { } }',
  '[[],[[]],{"a":{}}]', "[null,true,false,0]"]);

// Names.
all("array indexes first and ascending", ['{"b":1,"2":2,"a":3,"1":4,"10":5}', '{"1":1,"0":0}', '{"10":1,"9":2}', '{"a":1,"0":2}',
  '{"4294967295":1,"4294967294":2,"4294967293":3,"a":4}', '{"a":1,"4294967294":2}', '{"a":1,"4294967295":2}',
  '{"4294967296":1,"1":2}', '{"2147483648":1,"2147483647":2}', '{"1073741824":1,"1073741823":2}',
  '{"9007199254740992":1,"9007199254740991":2,"1":3}', '{"18446744073709551616":1,"18446744073709551615":2,"1":0}',
  '{"99999999999":1,"4294967290":2}', '[{"2":0,"1":{"2":0,"1":0}}]']);
all("no array index", ['{"01":1,"1":2}', '{"-0":1,"0":2}', '{"-1":1,"1":2}', '{"+1":1,"1":2}', '{"1.0":1,"1":2}', '{"1e3":1,"1000":2}',
  '{" 1":1,"1":2}', '{"1 ":1,"1":2}', '{"":1,"0":2}', '{"00":1,"0":2}', '{"0x1":1,"1":2}', '{"１":1,"1":2}', '{"Infinity":1,"1":2}']);
all("repeated names", ['{"a":1,"b":2,"a":3}', '{"a":1,"a":2,"a":3}', '{"1":1,"1":2}', '{"b":0,"1":1,"b":2,"1":3,"0":4}', '{"":1,"":2}',
  '{"a":{"x":1},"a":{"y":2}}', '{"a":[1,2],"a":null}', '{"a":1,"A":2}', '{"id":1,"\\u0069d":2}', '{"\\u0031":1,"0":2,"1":3}',
  '{"\\ud83d\\ude00":1,"😀":2}', '{"\\ud800":1,"\\uD800":2}', '{"\\ud800":1,"\\ufffd":2}', '{"\\/":1,"/":2}', '{"é":1,"e\u0301":2}',
  '{"a\\u0000":1,"a":2}', '{"a":1,"a\\u0000":2}']);
all("names with a meaning in JavaScript", ['{"__proto__":1}', '{"__proto__":{"a":1},"b":2}', '{"__proto__":1,"__proto__":2}', '{"b":1,"__proto__":null,"0":2}',
  '{"constructor":1,"toString":2,"valueOf":3,"hasOwnProperty":4}', '{"toJSON":1}', '{"toJSON":"a","b":{"toJSON":null}}', '{"length":1,"0":2}',
  '{"__proto\\u005f_":1,"__proto__":2}', '{"then":1,"prototype":2,"arguments":3,"caller":4}']);
const names = (count, name) => "{" + [...Array(count).keys()].map((i) => `"${name(i)}":${i}`).join(",") + "}";
vector("sixteen names", names(16, (i) => `n${i}`));
vector("seventeen names", names(17, (i) => `n${i}`));
vector("forty names, each twice", names(80, (i) => `n${i % 40}`));
vector("forty array indexes, falling", names(40, (i) => 39 - i));
vector("forty array indexes and names, mixed", names(80, (i) => (i % 2 ? `n${i}` : 80 - i)));
vector("names that agree in length, ends and middle", '{"a12m34z":1,"a56m78z":2,"a12m34z":3}');
vector("array indexes far apart", '{"4000000000":1,"3":2,"2000000000":3,"1":4}');

// Strings.
for (let unit = 0; unit < 0x80; unit++) {
  const hex = unit.toString(16).padStart(4, "0");
  vector(`U+${hex.toUpperCase()} as an escape`, `"a\\u${hex.toUpperCase()}b"`);
  vector(`U+${hex.toUpperCase()} as it is`, `"a${String.fromCharCode(unit)}b"`);
}
all("short escapes", ['"\\b\\t\\n\\f\\r\\"\\\\\\/"', '"\\\\u0041"', '"\\\\\\\\"', '"\\/\\/"', '"http:\\/\\/x.org\\/"', '"\\u005c\\u0022\\u002f\\u002F"']);
all("no escape", ['"\\a"', '"\\v"', '"\\0"', '"\\x41"', "\"\\'\"", '"\\u"', '"\\u1"', '"\\u12"', '"\\u123"', '"\\u123g"', '"\\U0041"', '"\\u{41}"',
  '"\\ "', '"\\', '"\\"', '"\\\n"', '"\\u00e9\\"', '"\\é"', '"\\u+041"', '"\\u 041"', '"\\u00４1"']);
all("beyond ASCII", ['"é€😀"', '"\\u00e9\\u20AC\\uD83D\\uDE00"', '"\u0080\u009f\u00a0\u00ad"', '"\u2028\u2029"', '"\\u2028\\u2029"', '"\ufeff"', '"\\ufeff"',
  '"\ufffd\ufffe\uffff"', '"\\uffff\\ufffe"', '"\ud7ff\ue000"', '"\\ud7ff\\ue000"', '"\u{10000}\u{10ffff}"', '"\\ud800\\udc00\\udbff\\udfff"',
  '"e\u0301\\u0301"', '"\u202e\u200b"', '"\\u007f\u007f"']);
all("lone surrogates", ['"\\ud800"', '"\\uD800"', '"\\uDBFF"', '"\\udc00"', '"\\uDFFF"', '"\\uD800\\uD800"', '"\\uDC00\\uD800"', '"\\uD83D\\uD83D\\uDE00"',
  '"\\uD83D\\uDE00\\uDE00"', '"\\uD83Dx\\uDE00"', '"\\uD83D\\n"', '"\\uD83D\\\\uDE00"', '"\\uD83D\\u0041"', '"\\uD83D\\"', '"\\uD83D😀"', '["\\uD83D","\\uDE00"]',
  '{"\\uDEAD":"\\uBEEF"}', '"\\uD83D\\/\\uDE00"', '"\\ud83d\\uDE0"', '"\\ud83d\\u"', '"\\ud83d\\"x']);

// Numbers.
all("integers", ["0", "-0", "1", "-1", "10", "100", "123456789", "-123456789", "999999999999999", "9999999999999999", "9007199254740991", "9007199254740992",
  "9007199254740993", "-9007199254740993", "9007199254740994", "9007199254740995", "9223372036854775807", "9223372036854775808", "18446744073709551615",
  "18446744073709551616", "100000000000000000000", "999999999999999900000", "999999999999999999999", "1000000000000000000000", "123456789012345678901",
  "12345678901234567890123"]);
all("fractions", ["0.0", "-0.0", "1.0", "1.50", "-1.500", "0.1", "0.10", "0.01", "0.000001", "0.0000001", "0.00000123", "0.000000123", "123.456", "123456789.125",
  "0.30000000000000004", "0.3000000000000000166", "1.005", "4.35", "2.675", "0.1234567890123456789", "1234567890.1234567890", "100.00", "5e-7", "0.00001",
  "1.7976931348623157", "9.95", "0.5", "999999999999999.9", "99999999999999.99", "0.99999999999999999", "0.9999999999999999", "9.999999999999999e22"]);
all("exponents", ["1e0", "1E0", "1e+0", "1e-0", "0e0", "-0e-0", "0e99999", "1e1", "1e2", "1E+2", "1e20", "1e21", "1e22", "1e23", "-1e20", "-1e21", "123e-2", "1e-1", "1e-5", "1e-6",
  "1e-7", "12e-7", "1.5e300", "1e308", "1.7976931348623157e308", "1.7976931348623158e308", "1.7976931348623159e308", "-1.7976931348623159e308", "1e309", "-1e309", "1e400",
  "1e99999999999999999999", "-1e99999999999999999999", "0e99999999999999999999", "1e-99999999999999999999", "-1e-400", "2.2250738585072014e-308", "2.2250738585072011e-308",
  "4.9e-324", "5e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "3e-324", "7.4e-324", "1e007", "1e-007", "0.1e1", "0.001e3", "1000e-3", "1e00000000000000000000000020",
  "12345678901234567890e-10", "1.234567890123456789e+5"]);
all("huge numbers", ["9".repeat(400), "1" + "0".repeat(308), "1" + "0".repeat(309), "0." + "0".repeat(400) + "1", "0." + "0".repeat(323) + "5", "1" + "0".repeat(400) + "e-400",
  "0." + "0".repeat(400) + "1e401", "3." + "3".repeat(1000), "9007199254740993." + "0".repeat(800), "9007199254740993." + "0".repeat(800) + "1",
  "9007199254740992.9" + "9".repeat(900), "9".repeat(1000) + "e-1000", "1" + "1".repeat(900) + "e-700"]);
const half = String(3n * 5n ** 1075n);
vector("the middle between the two smallest doubles above zero, exactly", `${half}e-1075`);
vector("a little less than that middle", `${BigInt(half) - 1n}e-1075`);
vector("a little more than that middle", `${half}1e-1076`);
vector("a little more than that middle, behind many zeros", `${half}${"0".repeat(500)}1e-1576`);
all("no number", ["-", "+1", "01", "-01", "00", "1.", ".5", "-.5", "1.e5", "1e", "1e+", "1e-", "1E", "1e1.5", "1e1e1", "0x10", "1_000", "1n", "NaN", "Infinity", "-Infinity", "1.2.3", "--1",
  "1-", "1+1", "0b1", "0o7", "1,5", "1 2", "- 1", "１", "1e５", "0e", "-0x0", "1f", "1d", "٣"]);

// What is no JSON.
all("no JSON", ["", " ", "nul", "nulll", "Null", "TRUE", "tru", "undefined", "[", "]", "{", "}", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1,,2]", "[1 2]", '["a" "b"]', "[1}", "{]", '{"a"}', '{"a":}',
  '{"a":1,}', '{,"a":1}', '{"a":1 "b":2}', '{"a":1,,"b":2}', '{"a" 1}', '{"a"::1}', "{1:2}", "{a:1}", "{'a':1}", "'a'", '"', '"a', '"a\n"', '"a\tb"', '"a"b', "[]]", "{}{}", "1 1", "[1]x", "// c\n1",
  "/* c */1", "1 // c", "#1", "\ufeff1", "1\ufeff", "\u00a01", "1\u2028", "\u30001", "\v1", "\f1", "1\u0000", "\u00001", "[1]\u0000", "nan", "(1)", "`a`", "<a/>", "a=1", "[undefined]", '{"a":undefined}',
  "[1e]", "[-]", '{"a":01}', "[truefalse]", "[nulltrue]", "[\"a\":1]", '{"a","b"}', "\\u0031", '\\"a"', "\"\u0000\"", "\"\u001f\""]);
const bytes = (...values) => Buffer.from(values);
const inString = (...values) => Buffer.concat([Buffer.from('"a'), bytes(...values), Buffer.from('b"')]);
for (const [what, ...values] of [["a continuation byte alone", 0x80], ["an overlong NUL", 0xc0, 0x80], ["an overlong slash", 0xc0, 0xaf], ["an overlong quotation mark", 0xc0, 0xa2], ["C1", 0xc1, 0xbf],
  ["a sequence of two, cut", 0xc3], ["a sequence of three, cut", 0xe2, 0x82], ["a sequence of four, cut", 0xf0, 0x9f, 0x98], ["an overlong sequence of three", 0xe0, 0x9f, 0xbf],
  ["a surrogate", 0xed, 0xa0, 0x80], ["a pair of surrogates", 0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80], ["an overlong sequence of four", 0xf0, 0x8f, 0xbf, 0xbf], ["beyond U+10FFFF", 0xf4, 0x90, 0x80, 0x80],
  ["a sequence of five", 0xf8, 0x88, 0x80, 0x80, 0x80], ["FE", 0xfe], ["FF", 0xff], ["Latin 1", 0xe9]]) {
  vector(`not UTF-8 in a string: ${what}`, inString(...values));
}
vector("not UTF-8 outside strings", bytes(0x5b, 0xff, 0x5d));
vector("UTF-16, little-endian", Buffer.from('{"a":1}', "utf16le"));
vector("UTF-16 with a byte order mark", Buffer.concat([bytes(0xff, 0xfe), Buffer.from("[1]", "utf16le")]));

// Depth.
for (const [open, close] of [["[", "]"], ['{"a":', "}"], ['[{"a":', "}]"]]) {
  const levels = open === '[{"a":' ? 2 : 1;
  for (const depth of [2, 100, 510, 512]) vector(`${depth} levels of ${open}`, " 1.0 ", { open, close, count: depth / levels });
}
vector("512 levels, not closed", "1", { open: "[", close: "", count: 512 });
vector("512 levels, closed once too often", "1]", { open: "[", close: "]", count: 512 });
vector("512 levels with the wrong bracket innermost", "1}", { open: "[", close: "]", count: 512 });

if (process.argv[2] === "--numbers") {
  const file = JSON.parse(fs.readFileSync("numbers.json", "utf8"));
  const hash = createHash("sha256");
  const double = new DataView(new ArrayBuffer(8));
  let count = 0;
  const print = (bits) => {
    double.setBigUint64(0, bits);
    hash.update(`${bits.toString(16)},${double.getFloat64(0)}\n`);
    count++;
    const wanted = file.digests.find((entry) => entry.lines === count);
    if (wanted) console.log(`${count}: ${hash.copy().digest("hex") === wanted.sha256 ? "as published" : "DIFFERENT"}`);
  };
  for (const text of file.first) print(BigInt("0x" + text));
  for (let i = 0; i < file.then.count; i++) print(BigInt("0x" + file.then.from) + BigInt(i));
  const last = Math.max(...file.digests.map((entry) => entry.lines));
  let block = Buffer.alloc(32);
  while (count < last) {
    block = createHash("sha256").update(block).digest();
    for (let i = 0; i < 32 && count < last; i += 8) {
      const value = block.readDoubleLE(i);
      if (value !== 0 && Number.isFinite(value)) print(block.readBigUInt64LE(i));
    }
  }
} else {
  const rows = vectors.map((entry) => "    " + JSON.stringify(entry).replace(/[^\x20-\x7e]/g, (c) => backslash + "u" + c.charCodeAt(0).toString(16).padStart(4, "0")));
  const header = { madeBy: `stringify.js, with V8 ${process.versions.v8}`, secret: SECRET };
  console.log(JSON.stringify(header, null, 2).slice(0, -2) + ',\n  "vectors": [\n' + rows.join(",\n") + "\n  ]\n}");
}
