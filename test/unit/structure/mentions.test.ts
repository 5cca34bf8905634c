/** What texts point at is there: files and headings that links lead to, files that documents and comments name. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import { anchorsOf, linksIn, type Prose, pathsIn, projectFiles, proseOf, sourceOf } from "./mentions.js";

const files = projectFiles().filter((path) => existsSync(path));
const prose = files.map(proseOf).filter((one) => one !== undefined);
const topFolders = new Set(
  files.filter((path) => path.includes("/")).map((path) => path.split("/")[0] ?? ""),
);
topFolders.add("dist");

function brokenLinks({ path, text }: Prose): readonly string[] {
  return linksIn({ path, text }).filter((link) => {
    const [target = "", anchor] = link.split("#");
    const file = target === "" ? path : join(dirname(path), target);
    if (!existsSync(file)) return true;
    return anchor !== undefined && !anchorsOf(readFileSync(file, "utf8")).has(anchor);
  });
}

/** Files of other projects, and of an artifact. */
const FOREIGN = new Set([
  "dist/tf.min.js",
  "efficientnet_lite_builder.py",
  "inception_preprocessing.py",
  "report/model-card.md",
  "torch/serialization.py",
]);
const names = new Set(files.map((path) => basename(path)));

/** A path is meant from the project's folder or from that of the text; a name alone is somewhere. */
function isThere(from: string, named: string): boolean {
  if (!named.includes("/")) return names.has(named);
  return [sourceOf(named), `${sourceOf(named)}x`, join(dirname(from), named)].some((path) =>
    existsSync(path),
  );
}

const missingOf = (from: string, paths: readonly string[]): readonly string[] =>
  paths.filter((path) => !FOREIGN.has(path) && !isThere(from, path));
const missingPaths = (one: Prose): readonly string[] => missingOf(one.path, pathsIn(one, topFolders));

test("every relative link in Markdown leads to a file and a heading that exist", () => {
  const markdown = prose.filter(({ path }) => path.endsWith(".md"));
  assert.ok(markdown.flatMap(linksIn).length > 20);
  assert.deepEqual(
    markdown.flatMap((one) => brokenLinks(one).map((link) => `${one.path}: ${link}`)),
    [],
  );
});

test("every file that Markdown and comments name exists", () => {
  const named = prose.map((one) => ({ from: one.path, paths: pathsIn(one, topFolders) }));
  assert.ok(named.flatMap(({ paths }) => paths).length > 100);
  assert.deepEqual(
    named.flatMap(({ from, paths }) => missingOf(from, paths).map((path) => `${from}: ${path}`)),
    [],
  );
});

test("a link and a path that lead nowhere are found", () => {
  const text =
    "See [this](architecture.md#no-such-heading), [that](none.md), [the first](architecture.md#architecture) and " +
    "`learn/nothing/here.ts`, spec/errors.ts, `dist/worker/control.js`, https://example.org/a/b.ts.";
  const one = { path: "docs/made-up.md", text };
  assert.deepEqual(brokenLinks(one), ["architecture.md#no-such-heading", "none.md"]);
  assert.deepEqual(missingPaths(one), ["learn/nothing/here.ts"]);
});
