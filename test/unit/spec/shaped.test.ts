/** JSON of other parts of thaw: whatever else it is, it is refused in words. */
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openDataset, readImageRecords } from "../../../data/dataset/dataset.js";
import { predictionLineSchema } from "../../../spec/schemas/records/files.js";
import { shapedLines } from "../../../spec/schemas/shaped.js";

const LINE = { path: "a/1.jpg", label: 0, predicted: 1, more: true };

test("lines keep what the schema does not know; empty ones are none", () => {
  const text = `${JSON.stringify(LINE)}\n\n`;
  assert.deepEqual(shapedLines(text, predictionLineSchema, "predictions.jsonl"), [LINE]);
  assert.deepEqual(shapedLines("", predictionLineSchema, "predictions.jsonl"), []);
  const other = { ...LINE, path: "ä/𝄞.jpg" };
  const bytes = Buffer.from(`\n${text}${JSON.stringify(other)}`);
  assert.deepEqual(shapedLines(bytes, predictionLineSchema, "predictions.jsonl"), [LINE, other]);
});

test("a line that is no JSON, or of another shape, is named", () => {
  const good = JSON.stringify(LINE);
  for (const [line, message] of [
    ["{", "line 2 of predictions.jsonl is no JSON"],
    ["null", /^line 2 of predictions\.jsonl has another shape: /],
    [JSON.stringify({ ...LINE, label: -1 }), /^line 2 of predictions\.jsonl has another shape: label: /],
    [JSON.stringify({ ...LINE, path: { toString: 1 } }), /has another shape: path: /],
  ] as const) {
    assert.throws(() => shapedLines(`${good}\n${line}\n`, predictionLineSchema, "predictions.jsonl"), {
      code: "ARTIFACT_CORRUPT",
      message,
    });
  }
});

test("a dataset's packs lie in its folder, and its records are whole", async () => {
  const folder = mkdtempSync(join(tmpdir(), "thaw-shaped-"));
  const sha256 = "ab".repeat(32);
  const record = { path: "a", sha256, label: 0, split: "train", pack: "pack-000.bin", offset: 0, length: 1 };
  const images = join(folder, "images.jsonl");
  writeFileSync(images, `${JSON.stringify(record)}\n`);
  writeFileSync(
    join(folder, "dataset.json"),
    JSON.stringify({ classes: ["a"], packs: ["../../../etc/passwd"] }),
  );
  await assert.rejects(openDataset(folder), { code: "ARTIFACT_CORRUPT", message: /packs: 0: / });
  const changes = [{ length: 1e12 + 0.5 }, { offset: -1 }, { pack: "../x" }, { split: "others" }];
  for (const change of [...changes, { sha256: "abc" }, { sha256: undefined }]) {
    writeFileSync(images, `${JSON.stringify({ ...record, ...change })}\n`);
    await assert.rejects(readImageRecords(images), { code: "ARTIFACT_CORRUPT" });
  }
});
