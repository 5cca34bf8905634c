/** The test cluster itself: what the other tests on Kubernetes stand on. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import type { DoctorJson } from "../../cli/json/doctor.js";
import { runningProcesses } from "../support/processes.js";
import { serviceVariables } from "../support/services/serviceVariables.js";
import { type Stack, startStack } from "../support/services/stack.js";
import { until } from "../support/until.js";
import { type Cluster, startCluster } from "./cluster/cluster.js";

const GPU = { limits: { "nvidia.com/gpu": 1 } };

/** Those that pods and their containers hold. */
const mounts = (): string[] =>
  readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .filter((line) => /\/containerd-|\/pods\/|netns/.test(line));

const processes = (): string[] =>
  runningProcesses().map(({ pid, command }) => `${pid} ${command.replaceAll("\0", " ")}`);

describe("a cluster for tests", () => {
  const processesBefore = processes();
  let cluster: Cluster;
  let stack: Stack;

  before(async () => {
    [cluster, stack] = await Promise.all([startCluster(), startStack({ workers: false })]);
  });
  after(async () => stack?.close());

  const phaseOf = (pod: string): Promise<string> =>
    cluster.kubectl("get", "pods", `--selector=job-name=${pod}`, "-o=jsonpath={.items[*].status.phase}");

  /** A Job of one pod with the project's image, in the node's network. */
  async function startJob(
    name: string,
    container: object,
    more: object = { backoffLimit: 0 },
  ): Promise<void> {
    const image = { name: "main", image: cluster.image, imagePullPolicy: "Never" };
    const spec = {
      ...{ restartPolicy: "Never", hostNetwork: true, terminationGracePeriodSeconds: 1 },
      containers: [{ ...image, ...container }],
      volumes: [{ name: "work", emptyDir: {} }],
    };
    const job = { ...more, template: { spec } };
    await cluster.apply({ apiVersion: "batch/v1", kind: "Job", metadata: { name }, spec: job });
  }

  const variables = () => Object.entries(serviceVariables(stack)).map(([name, value]) => ({ name, value }));
  const logOf = (job: string): Promise<string> => cluster.kubectl("logs", `job/${job}`);

  it("lets a pod wait for a GPU with the scheduler's own sentence, and run when there is one", async () => {
    await startJob("version", { args: ["dist/cli/main.js", "--version"], resources: GPU });
    let sentence = "";
    await until(
      "the scheduler says why the pod waits",
      async () => {
        sentence = await cluster.kubectl(
          ...["get", "pods", "--selector=job-name=version"],
          '-o=jsonpath={.items[*].status.conditions[?(@.reason=="Unschedulable")].message}',
        );
        return sentence !== "";
      },
      () => sentence,
    );
    assert.match(sentence, /^0\/1 nodes are available: 1 Insufficient nvidia\.com\/gpu\./);
    assert.equal(await phaseOf("version"), "Pending");

    await cluster.setGpus(1);
    await cluster.kubectl("wait", "job/version", "--for=condition=Complete", "--timeout=120s");
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    assert.equal((await logOf("version")).trim(), version);
  });

  it("lets a pod reach the Temporal and the object store of the test", async () => {
    await startJob("doctor", { args: ["dist/cli/main.js", "doctor", "--json"], env: variables() });
    // It finds fault with a machine that has no Python, so the Job may fail.
    await until("the pod has ended", async () => /Succeeded|Failed/.test(await phaseOf("doctor")));
    const { checks } = JSON.parse(await logOf("doctor")) as DoctorJson;
    const states = checks.map(({ name, state }) => `${name}: ${state}`);
    for (const part of ["temporal service", "object store", "libtensorflow", "tfjs-binding"]) {
      assert.ok(states.includes(`${part}: ok`), JSON.stringify(checks, null, 2));
    }
  });

  it("runs the training worker as it would be deployed: no root, nothing to write but its work folder", async () => {
    await startJob("worker", {
      args: ["dist/worker/training.js"],
      env: [...variables(), { name: "THAW_PROJECT", value: "/work" }],
      securityContext: {
        ...{ runAsNonRoot: true, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
        capabilities: { drop: ["ALL"] },
      },
      volumeMounts: [{ name: "work", mountPath: "/work" }],
    });
    let log = "";
    await until(
      "the worker polls Temporal",
      async () => {
        log = await logOf("worker").catch(() => "");
        return log.includes('"ready":true');
      },
      () => log,
    );
    await cluster.kubectl("delete", "job/worker");
  });

  it("serves the same objects after its API server was restarted", async () => {
    const uid = () => cluster.kubectl("get", "job/doctor", "-o=jsonpath={.metadata.uid}");
    const before = await uid();
    await cluster.restartApiServer();
    assert.equal(await uid(), before);
  });

  it("moves a pod to its second node when the first is drained", async () => {
    const second = await cluster.addNode();
    await cluster.setGpus(1, second);
    const sleep = { command: ["/bin/sleep", "infinity"], resources: GPU };
    await startJob("sleeper", sleep, { backoffLimit: 3, podReplacementPolicy: "Failed" });
    const placeOf = () =>
      cluster.kubectl(
        ...["get", "pods", "--selector=job-name=sleeper", "--field-selector=status.phase=Running"],
        "-o=jsonpath={.items[*].spec.nodeName}",
      );
    await until("the pod runs", async () => (await placeOf()) !== "");
    const first = await placeOf();
    await cluster.kubectl("drain", first, "--force", "--delete-emptydir-data", "--timeout=60s");
    const other = first === second ? cluster.node : second;
    await until("its successor runs on the other node", async () => (await placeOf()) === other, placeOf);
  });

  it("ends with every process and every mount of its pods", async () => {
    assert.notDeepEqual(mounts(), []);
    await stack.close();
    await cluster.stop();
    // What tidies up after this process ends with it.
    const isReaper = (line: string): boolean => line.includes("/leftBehind/reaper.js ");
    assert.deepEqual(
      processes().filter((line) => !processesBefore.includes(line) && !isReaper(line)),
      [],
    );
    assert.deepEqual(mounts(), []);
  });
});
