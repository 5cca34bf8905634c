/** containerd with runc, configured for a sandbox without the right to lower its own OOM score. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "../../../runtime/components/program.js";
import { type Daemon, startDaemon, waitForDaemon } from "./daemon.js";
import type { Programs } from "./provision/programs.js";

/** Below /run, which is memory of the sandbox. */
const STATE = "/run/containerd";
const SOCKET = `${STATE}/containerd.sock`;
export const CRI_ENDPOINT = `unix://${SOCKET}`;

/** The sandbox container of every pod; it only waits. */
export const PAUSE_IMAGE = "thaw.test/pause:1";
/** Plain CNI: pods of their own network have a loopback interface and nothing else. */
const NETWORK = { cniVersion: "0.4.0", name: "loopback", type: "loopback" };

/**
 * `restrict_oom_score_adj`: else runc tries to lower the score of each container, which needs CAP_SYS_RESOURCE,
 * and dies saying "can't get final child's PID from pipe".
 */
const config = (root: string, cniPlugins: string, cniConfig: string): string => `
version = 2
root = "${root}"
state = "${STATE}"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "${SOCKET}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${cniPlugins}"
    conf_dir = "${cniConfig}"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
`;

/** Runs `ctr` in the namespace that kubelet looks at. */
export async function ctr(programs: Programs, ...args: readonly string[]): Promise<string> {
  return runProgram("ctr", ["--address", SOCKET, "--namespace", "k8s.io", ...args], {
    env: programs.environment,
  });
}

/**
 * @param root holds images and snapshots; made if it is not there
 * @param folder for configuration and log
 */
export async function startContainerd(programs: Programs, root: string, folder: string): Promise<Daemon> {
  const file = join(folder, "containerd.toml");
  await writeFile(join(folder, "10-loopback.conf"), JSON.stringify(NETWORK));
  await writeFile(file, config(root, programs.cniPlugins, folder));
  const daemon = startDaemon("containerd", ["containerd", "--config", file], programs.environment, folder);
  await waitForDaemon(daemon, async () => (await ctr(programs, "version")) !== "");
  return daemon;
}
