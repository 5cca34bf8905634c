/** Processor time belongs to the test file that caused it, whoever of its processes has ended meanwhile. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openAccount, type ProcessSeen, processOf } from "../../support/run/processorTime.js";

const ROOT = 1;
const FILE = "a";
const OTHER = "b";

const seen = (pid: number, parent: number, ticks: number, start = pid): ProcessSeen => ({
  ...{ pid, parent, start, ticks },
});
const owner = (pid: number): string => (pid < 20 ? FILE : OTHER);

/** @returns what the two files have used after the process table was read so often */
function after(...tables: readonly (readonly ProcessSeen[])[]): readonly number[] {
  const account = openAccount(ROOT);
  for (const table of tables) account.see(table, owner);
  return [account.of(FILE), account.of(OTHER)];
}

test("a child of the root and all below it are one file's, in whatever order they are listed", () => {
  assert.deepEqual(after([seen(12, 11, 3), seen(11, 10, 2), seen(10, ROOT, 1), seen(20, ROOT, 7)]), [6, 7]);
});

test("processes of others are nobody's", () => {
  assert.deepEqual(after([seen(30, 2, 9), seen(31, 30, 9)]), [0, 0]);
});

test("a process that its parent has waited for is counted once: in the parent", () => {
  assert.deepEqual(after([seen(10, ROOT, 1), seen(11, 10, 5)], [seen(10, ROOT, 7)]), [7, 0]);
});

test("so is one whose parent ended with it and was waited for", () => {
  const before = [seen(10, ROOT, 1), seen(11, 10, 1), seen(12, 11, 5)];
  assert.deepEqual(after(before, [seen(10, ROOT, 8)]), [8, 0]);
});

test("one whose parents are gone stays its file's, and what it used stays counted when it ends", () => {
  const orphan = (ticks: number): ProcessSeen => seen(11, 2, ticks);
  const start = [seen(10, ROOT, 1), seen(11, 10, 2)];
  assert.deepEqual(after(start, [orphan(6)]), [7, 0]);
  assert.deepEqual(after(start, [orphan(6)], []), [7, 0]);
});

test("a file's own process is counted when it has ended, with the children that it left", () => {
  assert.deepEqual(after([seen(10, ROOT, 4), seen(11, 10, 2)], []), [6, 0]);
});

test("a process id that is used again is another process", () => {
  assert.deepEqual(after([seen(10, ROOT, 4, 100)], [seen(10, ROOT, 1, 200)]), [5, 0]);
  assert.deepEqual(after([seen(10, ROOT, 4, 100)], [seen(10, 2, 9, 200)]), [4, 0]);
});

test("a child that does not run its own program yet is taken in when it does", () => {
  const account = openAccount(ROOT);
  account.see([seen(10, ROOT, 1)], () => undefined);
  assert.equal(account.of(FILE), 0);
  account.see([seen(10, ROOT, 3)], owner);
  assert.equal(account.of(FILE), 3);
});

test("a line of the process table is read past any name of a command", () => {
  const fields = "S 7 1 1 0 -1 4194560 1 2 3 4 100 20 3000 400 20 0 1 0 55 6 7";
  assert.deepEqual(processOf(`42 (a) b) (c) ${fields}`), { pid: 42, parent: 7, start: 55, ticks: 3520 });
});
