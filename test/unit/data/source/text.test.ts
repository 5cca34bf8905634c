/** Text that is not UTF-8 is read where a mark makes it certain, and refused with its line else. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { listBucket } from "../../../../data/source/bucket.js";
import { listSource } from "../../../../data/source/source.js";
import { decodeText } from "../../../../data/source/text.js";
import { temporaryFolder } from "../../../support/images/pictures.js";

const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");
const utf16be = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();
const TEXT = "path,label\na.jpg,Hähne\nb.jpg,Höhne\n";

describe("a text", () => {
  const READ: Readonly<Record<string, Buffer>> = {
    "UTF-8": Buffer.from(TEXT),
    "UTF-8 with a byte order mark": Buffer.from(`\ufeff${TEXT}`),
    "UTF-16 as Windows writes it": Buffer.from(`\ufeff${TEXT}`, "utf16le"),
    "UTF-16, the upper byte first": utf16be(`\ufeff${TEXT}`),
  };
  for (const [what, bytes] of Object.entries(READ)) {
    it(`is read where it is certain: ${what}`, () => assert.equal(decodeText(bytes), TEXT));
  }

  const REFUSED: Readonly<Record<string, readonly [bytes: Buffer, line: number, says: RegExp]>> = {
    "Windows-1252": [
      latin1(TEXT),
      2,
      /^the text is not UTF-8 here: it looks like Windows-1252, in which the line is “a\.jpg,Hähne”; save it as UTF-8/,
    ],
    "Windows-1252 at the very end": [latin1("a\nb\nHäh\nd caf\xe9"), 3, /the line is “Häh”/],
    "one letter, at the end": [latin1("a\nb\ncaf\xe9"), 3, /Windows-1252, in which the line is “café”/],
    "a curly quote, which is no letter": [latin1("a\nit\x92s"), 2, /in which the line is “it’s”/],
    "UTF-8 that is cut within a letter": [Buffer.from("a\nHä").subarray(0, 4), 2, /is not UTF-8 here/],
    "another script": [
      Buffer.from([0x61, 0x0a, 0xd0, 0xee, 0xf1, 0xf1, 0xe8, 0xff]),
      2,
      /another encoding, such as Windows-1251, Shift JIS or GBK/,
    ],
    "UTF-16 without a mark": [Buffer.from(TEXT, "utf16le"), 1, /UTF-16 without a byte order mark/],
    "UTF-16 with half a letter": [
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from([0x00, 0xd8])]),
      1,
      /no valid UTF-16/,
    ],
    "UTF-32": [Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), 1, /is UTF-32/],
    "a zero byte": [Buffer.from("a\nb\0c"), 2, /a byte here is 0/],
  };
  for (const [what, [bytes, line, says]] of Object.entries(REFUSED)) {
    it(`is refused where it is not: ${what}`, () => {
      const fault = decodeText(bytes);
      assert.ok(typeof fault !== "string", `it was read as ${JSON.stringify(fault)}`);
      assert.equal(fault.line, line);
      assert.match(fault.sentence, says);
    });
  }

  it("may have any letters of UTF-8, the replacement character included", () => {
    for (const text of ["", "a", "é", "日本語\n", "😀\ufffd", "\u0080"]) {
      assert.equal(decodeText(Buffer.from(text)), text);
    }
  });
});

describe("a manifest", () => {
  const ROWS = ["a.jpg", "b.jpg"].map((path, i) => JSON.stringify({ path, label: ["Hähne", "Höhne"][i] }));
  const FILES: Readonly<Record<string, string>> = { "list.csv": TEXT, "list.jsonl": ROWS.join("\r\n") };
  for (const [name, text] of Object.entries(FILES)) {
    it(`of another encoding is refused with its line, on disk and in a bucket: ${name}`, async (t) => {
      const folder = await temporaryFolder(t);
      const path = join(folder, name);
      await writeFile(path, latin1(text));
      const line = name === "list.csv" ? 2 : 1;
      const expected = {
        code: "DATA_INVALID",
        message: new RegExp(`^${name}, line ${line}: .*Windows-1252`),
      };
      await assert.rejects(listSource(path), expected);
      const reader = {
        endpoint: "http://store",
        list: () => Promise.reject(new Error("not reached")),
        read: () => Promise.resolve(latin1(text)),
      };
      await assert.rejects(listBucket(`s3://photos/${name}`, reader), expected);
    });

    it(`may begin with a mark, of UTF-8 or UTF-16: ${name}`, async (t) => {
      const path = join(await temporaryFolder(t), name);
      for (const bytes of [Buffer.from(`\ufeff${text}`), Buffer.from(`\ufeff${text}`, "utf16le")]) {
        await writeFile(path, bytes);
        assert.deepEqual((await listSource(path)).classes, ["Hähne", "Höhne"]);
      }
    });
  }

  it("has one label a row, not a list of them", async (t) => {
    const path = join(await temporaryFolder(t), "list.jsonl");
    await writeFile(path, '{"path":"a.jpg","label":["cat","dog"]}\n');
    await assert.rejects(listSource(path), {
      message: "list.jsonl, line 1: label is a list: an image has one label",
    });
  });
});
