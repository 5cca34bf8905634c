/** That nothing of the command line gets to a terminal past the place that cleans it. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

/** The streams, the packages that write to them or make control sequences, and casts to text that counts as clean. */
const WRITES = /\bconsole\.|std(?:out|err)\.write|createLogUpdate|picocolors|\\u001b|\\x1b|\bas Clean\b/;
/** Where that stands, and why there. */
const ALLOWED: readonly string[] = [
  "failure.js", // a message's own lines stay: it cleans them itself
  "output.js",
  "terminal/colours.js",
  "terminal/frame.js",
  "terminal/shown.js",
];

test("only the output, the frame and the place that cleans write to a terminal", () => {
  const sources = new URL("../../../../../cli/", import.meta.url);
  const files = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  assert.ok(files.length > 80, "the walk finds the sources");
  const writers = files.filter((file) =>
    WRITES.test(withoutComments(readFileSync(new URL(file, sources), "utf8"))),
  );
  assert.deepEqual(writers.map((name) => name.replace(/\.ts$/, ".js")).sort(), ALLOWED);
});

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
