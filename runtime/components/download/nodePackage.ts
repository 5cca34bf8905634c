/** npm packages of this project: where they lie and which version they have. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { ThawError } from "../../../spec/errors.js";

const require = createRequire(import.meta.url);

/** Folder of a package in node_modules, found through its package.json. */
export function packageFolder(name: string): string {
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch (cause) {
    throw new ThawError("RUNTIME_MISSING", `the npm package ${name} is not installed`, {
      hint: "run: npm ci --ignore-scripts",
      cause,
    });
  }
}

/** Version of a package in node_modules. */
export function packageVersion(name: string): string {
  const { version } = JSON.parse(readFileSync(`${packageFolder(name)}/package.json`, "utf8"));
  return String(version);
}
