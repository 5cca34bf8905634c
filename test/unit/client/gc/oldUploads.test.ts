/** Which uploaded images garbage collection keeps. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { findOldUploads } from "../../../../client/gc/oldUploads.js";

const OLD = new Date("2026-01-01");
const OLDEST = new Date("2026-02-01");
const FRESH = new Date("2026-03-01");
const YOUNG = new Date("2026-03-02");

const DIGESTS = ["a", "b", "c", "d", "e"].map((letter) => letter.repeat(64));
const [nobodys, pinned, recent, uploading, old] = DIGESTS as [string, string, string, string, string];
const object = (name: string, modified = OLD) => ({ name: `uploads/${name}`, size: 1, modified });
const OBJECTS = [
  object(`${nobodys}/images.json`),
  object(`${pinned}/images.json`),
  object(`${pinned}/runs/m-20260101-000000-aaaa.json`),
  object(`${recent}/images.json`),
  object(`${recent}/runs/m-20260215-000000-bbbb.json`),
  object(`${uploading}/images.json`, YOUNG),
  object(`${old}/images.json`),
  object(`${old}/runs/m-20260101-000000-cccc.json`),
  object("something else"),
];

test("an upload stays while a run that is kept, or started lately, refers to it, or while it is fresh", () => {
  const roots = { runs: new Set(["m-20260101-000000-aaaa"]) };
  const { gone, kept } = findOldUploads(OBJECTS, roots, OLDEST, FRESH);
  assert.deepEqual([...kept].sort(), [pinned, recent, uploading]);
  assert.deepEqual(
    gone.map(({ name }) => name),
    [
      `uploads/${nobodys}/images.json`,
      `uploads/${old}/images.json`,
      `uploads/${old}/runs/m-20260101-000000-cccc.json`,
    ],
  );
});
