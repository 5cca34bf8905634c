/** A real Kubernetes with one node or two, in the sandbox that this process runs in. */
import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startApiServer, startControllers, startEtcd } from "./controlPlane.js";
import { makeCredentials, NODES } from "./credentials.js";
import { kubectl } from "./kubectl.js";
import { makeNode } from "./node.js";
import { locatePrograms } from "./provision/programs.js";
import { sandboxFolder } from "./sandbox/sandbox.js";

export interface Cluster {
  /** Path of a kubeconfig file for a user who may do everything. */
  readonly kubeconfig: string;
  /** Name of the first node. */
  readonly node: string;
  /** The project's image, present on the nodes: use it with `imagePullPolicy: Never` or `IfNotPresent`. */
  readonly image: string;
  /** Logs of the cluster's programs, `NAME.log`. */
  readonly logs: string;
  /** Runs kubectl as that user and gives its output. */
  kubectl(...args: readonly string[]): Promise<string>;
  /** Creates or changes an object. */
  apply(manifest: object): Promise<void>;
  /** Sets how many `nvidia.com/gpu` a node has, the first if none is named, as a device plugin would. */
  setGpus(count: number, node?: string): Promise<void>;
  /** Adds a second node, ready when this resolves with its name. At most once. */
  addNode(): Promise<string>;
  /** Kills the API server and starts it anew; resolves when it serves again. */
  restartApiServer(): Promise<void>;
  /** Ends all pods, then the cluster. */
  stop(): Promise<void>;
}

/** @throws Error outside of a sandbox, or with the end of its log when a program does not start */
export async function startCluster(): Promise<Cluster> {
  const programs = locatePrograms();
  const folder = sandboxFolder();
  const logs = join(folder, "logs");
  await mkdir(logs, { recursive: true });
  const credentials = await makeCredentials(folder);
  const kubeconfig = credentials.kubeconfigs.admin;
  const ask = (...args: readonly string[]) => kubectl(programs, kubeconfig, ...args);

  const [first, etcd] = await Promise.all([
    makeNode(programs, credentials, NODES[0], folder, logs),
    startEtcd(programs, logs),
  ]);
  let apiServer = await startApiServer(programs, credentials, logs);
  const controllers = startControllers(programs, credentials, logs);
  const nodes = [first];
  await first.join();

  return {
    kubeconfig,
    node: first.name,
    image: first.image,
    logs,
    kubectl: ask,
    apply: async (manifest) => {
      const file = join(folder, `${randomUUID()}.json`);
      await writeFile(file, JSON.stringify(manifest));
      await ask("apply", `--filename=${file}`);
      await rm(file);
    },
    setGpus: async (count, node = first.name) => {
      const patch = ["capacity", "allocatable"].map((field) => ({
        op: "add",
        path: `/status/${field}/nvidia.com~1gpu`,
        value: String(count),
      }));
      const how = ["--subresource=status", "--type=json", `--patch=${JSON.stringify(patch)}`];
      await ask("patch", "node", node, ...how);
    },
    addNode: async () => {
      const second = await makeNode(programs, credentials, NODES[1], folder, logs);
      nodes.push(second);
      await second.join();
      return second.name;
    },
    restartApiServer: async () => {
      await apiServer.kill();
      apiServer = await startApiServer(programs, credentials, logs);
    },
    stop: async () => {
      await ask("delete", "jobs,pods", "--all", "--all-namespaces", "--grace-period=1", "--wait=true");
      for (const part of [...nodes, ...controllers, apiServer, etcd]) await part.stop();
    },
  };
}
