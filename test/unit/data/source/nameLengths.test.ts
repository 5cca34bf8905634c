/** Limits of what classes may be called, and of how many there may be. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MOST_CLASSES, MOST_OF_NAME } from "../../../../data/source/className.js";
import { layOut } from "../../../../data/source/layout.js";
import { parseManifest } from "../../../../data/source/manifest.js";
import { ThawError } from "../../../../spec/errors.js";
import { assertClean } from "../../../support/hostile/texts.js";

const long = (length: number): string => `${"n".repeat(length - 3)}\u001b[m`;

function refused(action: () => unknown): ThawError {
  let thrown: unknown;
  assert.throws(action, (error) => {
    thrown = error;
    return error instanceof ThawError;
  });
  const error = thrown as ThawError;
  assert.equal(error.code, "DATA_INVALID");
  assert.ok(error.message.length < 400, `${error.message.length} characters`);
  assertClean(error.message, "the message");
  return error;
}

const manifest = (rows: readonly object[]): ReturnType<typeof parseManifest> =>
  parseManifest("labels.jsonl", rows.map((row) => JSON.stringify(row)).join("\n"), (path) => `/${path}`);

const folders = (names: readonly string[]): ReturnType<typeof layOut> =>
  layOut(
    "/photos",
    names.flatMap((name) => [
      { path: `${name}/`, file: `/photos/${name}` },
      { path: `${name}/1.jpg`, file: `/photos/${name}/1.jpg` },
    ]),
    [],
    undefined,
  );

test("a label or a group that is too long is refused with its line", () => {
  const { message } = refused(() =>
    manifest([
      { path: "1.jpg", label: "cat" },
      { path: "2.jpg", label: long(10_000) },
    ]),
  );
  assert.match(
    message,
    /^labels\.jsonl, line 2: label has 10,000 characters \(“n+…n+.*”\): at most 200 are allowed$/,
  );
  const group = refused(() => manifest([{ path: "1.jpg", label: "cat", group: long(201) }]));
  assert.match(group.message, /line 1: group has 201 characters/);
});

test("a class folder whose name is too long is refused, in a folder as in a bucket", () => {
  const { message, hint } = refused(() => folders(["cat", long(MOST_OF_NAME + 1)]));
  assert.match(message, /^the name of a class folder in \/photos has 201 characters/);
  assert.match(hint ?? "", /rename the folder/);
});

test("names of the greatest length are taken, whatever is in them", () => {
  const name = long(MOST_OF_NAME);
  assert.deepEqual(folders(["cat", name]).classes, ["cat", name]);
  const rows = [
    { path: "1.jpg", label: "cat" },
    { path: "2.jpg", label: name },
  ];
  assert.deepEqual(manifest(rows).classes, ["cat", name]);
});

test("as many classes as documented are taken, and no more", () => {
  const names = Array.from({ length: MOST_CLASSES + 1 }, (_, index) => `${index}${"x".repeat(100)}`);
  const rows = names.map((label, index) => ({ path: `${index}.jpg`, label }));
  assert.equal(manifest(rows.slice(1)).classes.length, MOST_CLASSES);
  assert.equal(folders(names.slice(1)).classes.length, MOST_CLASSES);
  for (const tooMany of [() => manifest(rows), () => folders(names)]) {
    assert.match(
      refused(tooMany).message,
      /has 2,001 classes, from “0x+…x+” and .* at most 2,000 are allowed/,
    );
  }
});
