/** The sandbox of the tests on Kubernetes: nothing that was started in it outlives it. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type ProcessId, waitForEnd } from "../../../runtime/services/supervision/processes.js";
import { cgroupOf, sandboxes, sweepSandboxes } from "../../k8s/cluster/sandbox/leftovers.js";
import { whyNoSandbox } from "../../k8s/cluster/sandbox/sandbox.js";
import { runningProcesses } from "../../support/processes.js";
import { until } from "../../support/until.js";

const INSIDE = fileURLToPath(new URL("../../k8s/cluster/sandbox/inside.js", import.meta.url));
const skip = whyNoSandbox() ?? false;

/** Prints the sandbox's folder, and leaves a daemon, a mount and a control group that is in use. */
const BUSY = `
setsid sleep 7654 & daemon=$!
for groups in /sys/fs/cgroup/{memory,pids}/thaw-test-*; do
  case $groups in *\${THAW_TEST_SANDBOX##*/}) mkdir $groups/pod; echo $daemon > $groups/pod/cgroup.procs;; esac
done
mkdir /run/mounted && mount -t tmpfs tmpfs /run/mounted
ip link add pair type veth
echo $THAW_TEST_SANDBOX
`;

const running = (): number =>
  runningProcesses().filter(({ command }) => command.includes("sleep\x007654")).length;

async function start(rest: string): Promise<{ child: ChildProcess; folder: string }> {
  const child = spawn(process.execPath, [INSIDE, "bash", "-c", BUSY + rest], {
    stdio: ["ignore", "pipe", 2],
  });
  assert.ok(child.stdout);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { child, folder: line.toString().trim() };
}

function left(folder: string): string[] {
  const groups = readdirSync("/sys/fs/cgroup").map((name) => join("/sys/fs/cgroup", name, cgroupOf(folder)));
  return [folder, ...groups].filter(existsSync);
}

test("leaves nothing when its command ends", { skip }, async () => {
  const { child, folder } = await start("exit 3");
  const [code] = await once(child, "exit");
  assert.equal(code, 3);
  assert.deepEqual(left(folder), []);
  assert.equal(running(), 0);
});

test("leaves nothing when the process that started it is killed", { skip }, async () => {
  const { child, folder } = await start("sleep 60");
  assert.equal(running(), 1);
  assert.ok(left(folder).length > 1);
  child.kill("SIGKILL");
  await until(
    "everything is gone",
    () => left(folder).length === 0,
    () => left(folder),
  );
  assert.equal(running(), 0);
});

test("leaves no process when its keeper is killed, and the next one removes the rest", { skip }, async () => {
  const { folder } = await start("sleep 60");
  const keeper = JSON.parse(readFileSync(join(folder, "owner.json"), "utf8")) as ProcessId;
  process.kill(keeper.pid, "SIGKILL");
  // Its other threads end a moment later, and until then it counts as alive: the sweep would leave its folder.
  assert.ok(await waitForEnd(keeper, 30_000));
  await until("the processes have ended", () => running() === 0);
  assert.ok(left(folder).includes(folder));
  await sweepSandboxes();
  assert.deepEqual(left(folder), []);
  assert.deepEqual(
    readdirSync(sandboxes()).filter((name) => folder.endsWith(`/${name}`)),
    [],
  );
});
