/** The table of error codes has no code that nothing uses. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ERROR_CODES } from "../../../spec/errors.js";
import { sourcePaths } from "./sources.js";

test("every error code is used somewhere", () => {
  const code = sourcePaths()
    .filter((path) => !/^(test|bench)\//.test(path) && path !== "spec/errors.ts")
    .map((path) => readFileSync(path, "utf8"))
    .join("\n");
  const words = new Set(code.match(/\b[A-Z][A-Z_]+\b/g));
  assert.deepEqual(
    Object.keys(ERROR_CODES).filter((name) => !words.has(name)),
    [],
  );
});
