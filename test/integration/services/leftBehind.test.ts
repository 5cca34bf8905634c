/** Whatever ends a process of the tests, its services end, and their folder goes. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { runningProcesses } from "../../support/processes.js";
import { until } from "../../support/until.js";

const STACK = new URL("../../support/services/stack.js", import.meta.url).href;
const PROGRAM = `
  const { startStack } = await import(${JSON.stringify(STACK)});
  console.log((await startStack({ workers: false })).folder);
  setInterval(() => undefined, 1000);
`;

const processesWith = (text: string): number =>
  runningProcesses().filter(({ command }) => command.includes(text)).length;

test("a process that is killed leaves no services behind", async () => {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", PROGRAM], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [folder] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  assert.match(folder, /thaw-test-/);
  assert.ok(processesWith(folder) >= 3, "a supervisor and two servers");
  child.kill("SIGKILL");
  await until("all of it is gone", async () => processesWith(folder) === 0 && !existsSync(folder));
});
