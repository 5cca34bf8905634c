/** The node: kubelet on containerd. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CRI_ENDPOINT } from "./containerd.js";
import { type Credentials, NODE_NAME } from "./credentials.js";
import { type Daemon, startDaemon } from "./daemon.js";
import type { Programs } from "./provision/programs.js";
import { cgroupOf } from "./sandbox/leftovers.js";
import { NODE_ADDRESS } from "./sandbox/sandbox.js";

/** KubeletConfiguration v1beta1. */
const config = (folder: string) => ({
  apiVersion: "kubelet.config.k8s.io/v1beta1",
  kind: "KubeletConfiguration",
  // Nobody but the sandbox can reach it.
  authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
  authorization: { mode: "AlwaysAllow" },
  address: NODE_ADDRESS,
  containerRuntimeEndpoint: CRI_ENDPOINT,
  cgroupDriver: "cgroupfs",
  cgroupRoot: `/${cgroupOf(folder)}`,
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

export async function startKubelet(
  programs: Programs,
  credentials: Credentials,
  folder: string,
  logs: string,
): Promise<Daemon> {
  const file = join(folder, "kubelet.json");
  await writeFile(file, JSON.stringify(config(folder)));
  return startDaemon(
    "kubelet",
    [
      "kubelet",
      ...[`--config=${file}`, `--kubeconfig=${credentials.kubeconfigs.kubelet}`],
      ...[`--hostname-override=${NODE_NAME}`, `--node-ip=${NODE_ADDRESS}`],
      `--root-dir=${join(folder, "kubelet")}`,
    ],
    programs.environment,
    logs,
  );
}
