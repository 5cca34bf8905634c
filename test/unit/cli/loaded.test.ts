/** What is loaded before a command does anything, `thaw --help` for instance: as little as possible. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseSync } from "oxc-parser";

/** Modules that a compiled module imports statically, and those that they import: URLs of files, names of packages. */
function loadedBy(entry: URL): ReadonlySet<string> {
  const found = new Set<string>([entry.href]);
  for (const at of found) {
    if (!at.startsWith("file:")) continue;
    const text = readFileSync(new URL(at), "utf8");
    const { staticImports, staticExports } = parseSync(new URL(at).pathname, text).module;
    const requests = [...staticImports, ...staticExports.flatMap(({ entries }) => entries)];
    for (const { moduleRequest } of requests) {
      const name = moduleRequest?.value;
      if (name !== undefined) found.add(name.startsWith(".") ? new URL(name, at).href : name);
    }
  }
  return found;
}

test("help loads the commands' names, and nothing that they do", () => {
  const root = new URL("../../../", import.meta.url);
  const loaded = [...loadedBy(new URL("cli/main.js", root))];
  assert.ok(loaded.includes(new URL("cli/commands/runs/run.js", root).href), "the walk finds the commands");
  const packages = loaded.filter((name) => !/^(node|file):/.test(name));
  assert.deepEqual(packages.sort(), ["commander"]);
  const elsewhere = loaded
    .filter((name) => name.startsWith("file:"))
    .map((name) => name.slice(root.href.length))
    .filter((path) => !path.startsWith("cli/") && !path.startsWith("spec/"));
  assert.deepEqual(elsewhere.sort(), [
    "client/version.js",
    "runtime/homeFolder.js",
    "runtime/projectFolder.js",
  ]);
});
