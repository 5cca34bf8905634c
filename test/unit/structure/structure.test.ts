/** The project's shape: who imports whom, no circles, small files, folders that can be taken in at a glance. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import { test } from "node:test";
import { circlesIn } from "./circles.js";
import { importTable } from "./importTable.js";
import { FOLDERS, sourceFiles } from "./sources.js";

const LARGEST_FILE = 16 * 1024;
const MEDIAN_FILE = 4 * 1024;
const FILES_A_FOLDER = 20;

const files = sourceFiles();

test("each folder imports only what docs/architecture.md allows it", () => {
  const table = importTable();
  assert.deepEqual([...table.keys()].sort(), [...FOLDERS].sort(), "every folder has its row");
  const forbidden = files.flatMap(({ path, imports }) => {
    const folder = path.split("/")[0] ?? "";
    const allowed = table.get(folder);
    if (allowed === undefined) return [];
    const isAllowed = (to: string): boolean => [folder, ...allowed].some((one) => to.startsWith(`${one}/`));
    return imports.filter((to) => !isAllowed(to)).map((to) => `${path} imports ${to}`);
  });
  assert.deepEqual(forbidden, []);
});

test("no files import each other in a circle, types included", () => {
  assert.deepEqual(circlesIn(new Map(files.map(({ path, imports }) => [path, imports]))), []);
});

test("a circle is found", () => {
  const graph = new Map([
    ["a", ["b", "d"]],
    ["b", ["c"]],
    ["c", ["a"]],
    ["d", []],
  ]);
  assert.deepEqual(circlesIn(graph), [["a", "b", "c"]]);
});

test("files are small", () => {
  const large = files
    .filter(({ bytes }) => bytes > LARGEST_FILE)
    .map(({ path, bytes }) => `${path}: ${bytes}`);
  assert.deepEqual(large, []);
  const sorted = files.map(({ bytes }) => bytes).sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  assert.ok(median <= MEDIAN_FILE, `half of the files have more than ${median} bytes`);
});

test("folders are small", () => {
  const tracked = execFileSync("git", ["ls-files"], { encoding: "utf8" }).trim().split("\n");
  const counts = new Map<string, number>();
  for (const path of tracked) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  const crowded = [...counts].filter(([, count]) => count > FILES_A_FOLDER);
  assert.deepEqual(crowded, []);
});
