/** Whatever ends a process of the tests, its services end, and their folder goes. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { until } from "../../support/until.js";

const STACK = new URL("../../support/services/stack.js", import.meta.url).href;
const PROGRAM = `
  const { startStack } = await import(${JSON.stringify(STACK)});
  console.log((await startStack({ workers: false })).folder);
  setInterval(() => undefined, 1000);
`;

async function commandsWith(text: string): Promise<readonly string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  return commands.filter((command) => command.includes(text));
}

test("a process that is killed leaves no services behind", async () => {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", PROGRAM], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [folder] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  assert.match(folder, /thaw-test-/);
  assert.ok((await commandsWith(folder)).length >= 3, "a supervisor and two servers");
  child.kill("SIGKILL");
  await until(
    "all of it is gone",
    async () => (await commandsWith(folder)).length === 0 && !existsSync(folder),
  );
});
