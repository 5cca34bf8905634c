/** An export works on machines where TensorFlow cannot be loaded. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { it } from "node:test";

/** Modules of CommonJS packages that are loaded once `module` is; tfjs-node is one of them. */
function packagesOf(module: string): string[] {
  const url = new URL(`../../../${module}`, import.meta.url);
  const program = `
    import { createRequire } from "node:module";
    await import(${JSON.stringify(url.href)});
    console.log(JSON.stringify(Object.keys(createRequire(import.meta.url).cache)));`;
  const output = execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
  return JSON.parse(output) as string[];
}

const ofTensorFlow = (module: string): string[] =>
  packagesOf(module).filter((path) => path.includes("@tensorflow"));

it("the client's export does not load TensorFlow", () => {
  assert.deepEqual(ofTensorFlow("client/models/export.js"), []);
});

it("the check notices what does load it", () => {
  assert.notEqual(ofTensorFlow("learn/engine.js").length, 0);
});
