/** A node: kubelet on a containerd that has the project's image. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startContainerd } from "./containerd.js";
import { type Credentials, NODES, type NodeName } from "./credentials.js";
import { type Daemon, startDaemon, waitForDaemon } from "./daemon.js";
import { unpackBase } from "./image/baseImage.js";
import { importProjectImage } from "./image/projectImage.js";
import { kubectl } from "./kubectl.js";
import type { Programs } from "./provision/programs.js";
import { makeCgroup } from "./sandbox/cgroups.js";
import { cgroupOf } from "./sandbox/leftovers.js";
import { NODE_ADDRESSES } from "./sandbox/sandbox.js";

const HEALTH_PORT = 10_248;

interface Place {
  readonly name: NodeName;
  readonly address: string;
  readonly folder: string;
  readonly cgroup: string;
}

function placeOf(name: NodeName, sandbox: string): Place {
  const address = NODE_ADDRESSES[NODES.indexOf(name)] ?? "";
  return { name, address, folder: join(sandbox, name), cgroup: join(cgroupOf(sandbox), name) };
}

/** KubeletConfiguration v1beta1. */
const config = ({ name, address, folder, cgroup }: Place, endpoint: string) => ({
  apiVersion: "kubelet.config.k8s.io/v1beta1",
  kind: "KubeletConfiguration",
  // Nobody but the sandbox can reach it.
  authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
  authorization: { mode: "AlwaysAllow" },
  address,
  healthzPort: HEALTH_PORT + NODES.indexOf(name),
  containerRuntimeEndpoint: endpoint,
  cgroupDriver: "cgroupfs",
  cgroupRoot: `/${cgroup}`,
  failCgroupV1: false,
  failSwapOn: false,
  localStorageCapacityIsolation: false,
  makeIPTablesUtilChains: false,
  podLogsDir: join(folder, "pods"),
  // The machine's disk and memory belong to others, too.
  evictionHard: { "memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%" },
  imageGCHighThresholdPercent: 100,
  imageGCLowThresholdPercent: 99,
  registryPullQPS: 0,
  resolvConf: "",
});

export interface Node {
  readonly name: NodeName;
  /** Name of the project's image. */
  readonly image: string;
  /** Starts kubelet, and resolves when the node is ready; the API server has to serve. */
  join(): Promise<void>;
  stop(): Promise<void>;
}

/** Makes what a node needs besides the API server: containerd and the image. */
export async function makeNode(
  programs: Programs,
  credentials: Credentials,
  name: NodeName,
  sandbox: string,
  logs: string,
): Promise<Node> {
  const place = placeOf(name, sandbox);
  await mkdir(place.folder, { recursive: true });
  await makeCgroup(place.cgroup);
  const root = join(place.folder, "containerd");
  const base = await unpackBase(programs, root);
  const containerd = await startContainerd(programs, `containerd-${name}`, root, logs);
  const image = await importProjectImage(containerd, base, join(place.folder, "image"));
  let kubelet: Daemon | undefined;
  return {
    name,
    image,
    join: async () => {
      kubelet = await startKubelet(programs, place, containerd.endpoint, credentials, logs);
    },
    stop: async () => {
      await kubelet?.stop();
      await containerd.daemon.stop();
    },
  };
}

async function startKubelet(
  programs: Programs,
  place: Place,
  endpoint: string,
  { kubeconfigs }: Credentials,
  logs: string,
): Promise<Daemon> {
  const { name, address, folder } = place;
  const file = join(folder, "kubelet.json");
  await writeFile(file, JSON.stringify(config(place, endpoint)));
  const daemon = startDaemon(
    `kubelet-${name}`,
    [
      "kubelet",
      ...[`--config=${file}`, `--kubeconfig=${kubeconfigs[name]}`],
      ...[`--hostname-override=${name}`, `--node-ip=${address}`],
      `--root-dir=${join(folder, "kubelet")}`,
    ],
    programs.environment,
    logs,
  );
  // The controller manager takes the taint of a new node away a moment after it is ready.
  const state = '-o=jsonpath={.status.conditions[?(@.type=="Ready")].status} {.spec.taints}';
  await waitForDaemon(daemon, async () => {
    return (await kubectl(programs, kubeconfigs.admin, "get", "node", name, state)).trim() === "True";
  });
  return daemon;
}
