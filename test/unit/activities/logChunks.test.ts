/** Chunks of a log: complete and in order, whatever the store does, and never more than can be kept. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { collectChunks, MOST_CHARACTERS } from "../../../activities/log/chunks.js";

const lost = (count: number): string => `lost ${count}`;
const linesOf = (chunks: readonly string[]): string[] => chunks.join("").trimEnd().split("\n");

test("lines that wait are one chunk, after the interval and at the end", async () => {
  const stored: string[] = [];
  const write = async (text: string): Promise<void> => void stored.push(text);
  const chunks = collectChunks({ write, lost, intervalMs: 1 });
  chunks.add("a");
  chunks.add("b");
  while (stored.length === 0) await sleep(1);
  assert.deepEqual(stored, ["a\nb\n"]);
  chunks.add("c");
  await chunks.close();
  assert.deepEqual(stored, ["a\nb\n", "c\n"]);
});

test("a chunk is sent off before its interval once it is large, and no chunk is larger than 64 KB", async () => {
  const stored: string[] = [];
  const write = async (text: string): Promise<void> => void stored.push(text);
  const chunks = collectChunks({ write, lost, intervalMs: 3_600_000 });
  const lines = Array.from({ length: 300 }, (_, index) => `${index} ${"x".repeat(1000)}`);
  for (const line of lines) chunks.add(line);
  assert.ok(stored.length > 0);
  await chunks.close();
  assert.deepEqual(linesOf(stored), lines);
  for (const text of stored) assert.ok(text.length <= 66_000, String(text.length));
});

test("a chunk that was not stored comes again as it was, and what was said meanwhile follows", async () => {
  const tried: string[] = [];
  let failures = 3;
  const write = async (text: string): Promise<void> => {
    tried.push(text);
    if (failures-- > 0) throw new Error("the store is away");
  };
  const chunks = collectChunks({ write, lost, intervalMs: 1 });
  chunks.add("a");
  while (tried.length === 0) await sleep(1);
  chunks.add("b");
  while (tried.length < 5) await sleep(1);
  assert.deepEqual(tried, ["a\n", "a\n", "a\n", "a\n", "b\n"]);
});

test("while the store is away the newest lines are kept, and how many are lost is said", async () => {
  const stored: string[] = [];
  let away = true;
  const write = async (text: string): Promise<void> => {
    if (away) throw new Error("the store is away");
    stored.push(text);
  };
  const chunks = collectChunks({ write, lost, intervalMs: 3_600_000 });
  const line = (index: number): string => String(index).padStart(1000, "0");
  const COUNT = 3000;
  for (let index = 0; index < COUNT; index++) chunks.add(line(index));
  await sleep(1);
  away = false;
  await chunks.close();
  const all = linesOf(stored);
  const note = all.find((text) => text.startsWith("lost ")) ?? "";
  const gone = Number(note.slice("lost ".length));
  const kept = all.filter((text) => text !== note);
  assert.equal(gone + kept.length, COUNT);
  assert.equal(kept.at(-1), line(COUNT - 1));
  assert.ok(kept.join("").length <= MOST_CHARACTERS + 66_000);
  assert.ok(gone > 1000, note);
});

test("the end does not wait for a store that says nothing", { timeout: 5_000 }, async () => {
  const chunks = collectChunks({ write: () => new Promise(() => undefined), lost });
  chunks.add("a");
  await chunks.close(10);
});

test("what the end could not store is stored once the store is back", async () => {
  const stored: string[] = [];
  let away = true;
  const write = async (text: string): Promise<void> => {
    if (away) throw new Error("the store is away");
    stored.push(text);
  };
  const chunks = collectChunks({ write, lost, intervalMs: 1 });
  chunks.add("the last words");
  await chunks.close(10);
  assert.deepEqual(stored, []);
  away = false;
  while (stored.length === 0) await sleep(1);
  assert.deepEqual(stored, ["the last words\n"]);
});
