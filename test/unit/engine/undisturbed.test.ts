/** Profilers that interrupt do not reach the engine; other options of Node do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutProfilers, withoutProfilersIn } from "../../../engine/undisturbed.js";

test("profilers are left out of the engine's arguments, with the values of their options", () => {
  const profiled = ["--cpu-prof", "--cpu-prof-dir", "/tmp/a", "--cpu-prof-interval=500", "--prof"];
  assert.deepEqual(withoutProfilers(["--enable-source-maps", ...profiled, "--max-old-space-size=4096"]), [
    "--enable-source-maps",
    "--max-old-space-size=4096",
  ]);
  const others = ["--heap-prof", "--prof-process", "--require", "/a/--prof.js"];
  assert.deepEqual(withoutProfilers(others), others);
});

test("profilers are left out of NODE_OPTIONS, whatever else is in them", () => {
  const left = (NODE_OPTIONS: string): string | undefined =>
    withoutProfilersIn({ PATH: "/bin", NODE_OPTIONS }).NODE_OPTIONS;
  assert.equal(left("--max-old-space-size=100 --cpu-prof"), "--max-old-space-size=100");
  assert.equal(left('--cpu-prof --cpu-prof-dir "/a folder" --trace-warnings'), "--trace-warnings");
  assert.equal(left("--cpu-prof --cpu-prof-name=x.cpuprofile"), undefined);
  assert.equal(left("--require=/a/--prof.js"), "--require=/a/--prof.js");
  assert.deepEqual(withoutProfilersIn({ PATH: "/bin" }), { PATH: "/bin" });
});
