/** The sandbox of the tests on Kubernetes: nothing that was started in it outlives it. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { cgroupOf, sandboxes, sweepSandboxes } from "../k8s/cluster/sandbox/leftovers.js";
import { whyNoSandbox } from "../k8s/cluster/sandbox/sandbox.js";
import { whyNoCluster } from "../k8s/clusterTests.js";
import { until } from "../support/until.js";

const CLUSTER = fileURLToPath(new URL("../k8s/cluster/main.js", import.meta.url));
const INSIDE = fileURLToPath(new URL("../k8s/cluster/sandbox/inside.js", import.meta.url));
const skip = whyNoSandbox() ?? false;

/** Leaves a daemon, a mount and a control group that is in use. */
const BUSY = `
setsid sleep 7654 & daemon=$!
for groups in /sys/fs/cgroup/{memory,pids}/thaw-test-*; do
  case $groups in *\${THAW_TEST_SANDBOX##*/}) mkdir $groups/pod; echo $daemon > $groups/pod/cgroup.procs;; esac
done
mkdir /run/mounted && mount -t tmpfs tmpfs /run/mounted
ip link add pair type veth
echo sandbox $THAW_TEST_SANDBOX
`;

const POD = `
kubectl run sleeper --image=$THAW_TEST_IMAGE --image-pull-policy=Never --restart=Never --command -- /bin/sleep 7654
kubectl wait pod/sleeper --for=condition=Ready --timeout=60s
echo sandbox $THAW_TEST_SANDBOX
sleep 600
`;

const running = (): number =>
  readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("sleep\x007654");
    } catch {
      return false;
    }
  }).length;

/** Starts a command whose output ends with the folder of its sandbox. */
async function start(...command: string[]): Promise<{ child: ChildProcess; folder: string }> {
  const child = spawn(process.execPath, [INSIDE, ...command], {
    stdio: ["ignore", "pipe", 2],
  });
  assert.ok(child.stdout);
  let folder: string | undefined;
  for await (const line of createInterface(child.stdout)) {
    folder = /^sandbox (.*)/.exec(line)?.[1];
    if (folder !== undefined) break;
  }
  assert.ok(folder, "it ended before it had begun");
  return { child, folder };
}

const startBusy = (rest: string) => start("bash", "-c", BUSY + rest);

function left(folder: string): string[] {
  const groups = readdirSync("/sys/fs/cgroup").map((name) => join("/sys/fs/cgroup", name, cgroupOf(folder)));
  return [folder, ...groups].filter(existsSync);
}

test("leaves nothing when its command ends", { skip }, async () => {
  const { child, folder } = await startBusy("exit 3");
  const [code] = await once(child, "exit");
  assert.equal(code, 3);
  assert.deepEqual(left(folder), []);
  assert.equal(running(), 0);
});

test("leaves nothing when the process that started it is killed", { skip }, async () => {
  const { child, folder } = await startBusy("sleep 60");
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
  const { folder } = await startBusy("sleep 60");
  const { pid } = JSON.parse(readFileSync(join(folder, "owner.json"), "utf8")) as { pid: number };
  process.kill(pid, "SIGKILL");
  await until("the processes have ended", () => running() === 0);
  assert.ok(left(folder).includes(folder));
  await sweepSandboxes();
  assert.deepEqual(left(folder), []);
  assert.deepEqual(
    readdirSync(sandboxes()).filter((name) => folder.endsWith(`/${name}`)),
    [],
  );
});

test("leaves nothing of a whole cluster whose pod runs", { skip: whyNoCluster() ?? false }, async () => {
  const { child, folder } = await start(process.execPath, CLUSTER, "bash", "-c", POD);
  assert.equal(running(), 1);
  child.kill("SIGKILL");
  await until(
    "everything is gone",
    () => left(folder).length === 0,
    () => left(folder),
  );
  assert.equal(running(), 0);
});
