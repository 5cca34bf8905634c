/** A real Kubernetes with one node, in the sandbox that this process runs in. */
import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startContainerd } from "./containerd.js";
import { startApiServer, startControllers, startEtcd } from "./controlPlane.js";
import { makeCredentials, NODE_NAME } from "./credentials.js";
import { waitForDaemon } from "./daemon.js";
import { unpackBase } from "./image/baseImage.js";
import { importProjectImage } from "./image/projectImage.js";
import { kubectl } from "./kubectl.js";
import { startKubelet } from "./node.js";
import { locatePrograms } from "./provision/programs.js";
import { sandboxFolder } from "./sandbox/sandbox.js";

export interface Cluster {
  /** Path of a kubeconfig file for a user who may do everything. */
  readonly kubeconfig: string;
  readonly node: string;
  /** The project's image, present on the node: use it with `imagePullPolicy: Never` or `IfNotPresent`. */
  readonly image: string;
  /** Logs of the cluster's programs, `NAME.log`. */
  readonly logs: string;
  /** Runs kubectl as that user and gives its output. */
  kubectl(...args: readonly string[]): Promise<string>;
  /** Creates or changes an object. */
  apply(manifest: object): Promise<void>;
  /** Sets how many `nvidia.com/gpu` the node has, as a device plugin would. */
  setGpus(count: number): Promise<void>;
  /** Ends the API server and starts it anew; resolves when it serves again. */
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

  const startNode = async () => {
    const root = join(folder, "containerd");
    const base = await unpackBase(programs, root);
    const containerd = await startContainerd(programs, root, logs);
    return { containerd, image: await importProjectImage(programs, base, join(folder, "image")) };
  };
  const [{ containerd, image }, etcd] = await Promise.all([startNode(), startEtcd(programs, logs)]);
  let apiServer = await startApiServer(programs, credentials, logs);
  const controllers = startControllers(programs, credentials, logs);
  const kubelet = await startKubelet(programs, credentials, folder, logs);
  await waitForDaemon(kubelet, async () => {
    const condition = '{.status.conditions[?(@.type=="Ready")].status}';
    return (await ask("get", "node", NODE_NAME, `-o=jsonpath=${condition}`)) === "True";
  });

  return {
    kubeconfig,
    node: NODE_NAME,
    image,
    logs,
    kubectl: ask,
    apply: async (manifest) => {
      const file = join(folder, `${randomUUID()}.json`);
      await writeFile(file, JSON.stringify(manifest));
      await ask("apply", `--filename=${file}`);
      await rm(file);
    },
    setGpus: async (count) => {
      const patch = ["capacity", "allocatable"].map((field) => ({
        op: "add",
        path: `/status/${field}/nvidia.com~1gpu`,
        value: String(count),
      }));
      await ask(
        "patch",
        "node",
        NODE_NAME,
        "--subresource=status",
        "--type=json",
        `-p=${JSON.stringify(patch)}`,
      );
    },
    restartApiServer: async () => {
      await apiServer.stop();
      apiServer = await startApiServer(programs, credentials, logs);
    },
    stop: async () => {
      await ask("delete", "jobs,pods", "--all", "--all-namespaces", "--grace-period=1", "--wait=true");
      for (const daemon of [kubelet, ...controllers, containerd, apiServer, etcd]) await daemon.stop();
    },
  };
}
