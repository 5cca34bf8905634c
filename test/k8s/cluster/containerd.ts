/** containerd with runc, configured for a sandbox without the right to lower its own OOM score. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "../../../runtime/components/program.js";
import { type Daemon, startDaemon, waitForDaemon } from "./daemon.js";
import type { Programs } from "./provision/programs.js";

/** The sandbox container of every pod; it only waits. */
export const PAUSE_IMAGE = "thaw.test/pause:1";
/** Plain CNI: pods of their own network have a loopback interface and nothing else. */
const NETWORK = { cniVersion: "0.4.0", name: "loopback", type: "loopback" };

/**
 * `restrict_oom_score_adj`: else runc tries to lower the score of each container, which needs CAP_SYS_RESOURCE,
 * and dies saying "can't get final child's PID from pipe".
 */
const config = (paths: Readonly<Record<"root" | "state" | "socket" | "plugins" | "networks", string>>) => `
version = 2
root = "${paths.root}"
state = "${paths.state}"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "${paths.socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${paths.plugins}"
    conf_dir = "${paths.networks}"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
`;

export interface Containerd {
  readonly daemon: Daemon;
  /** For kubelet. */
  readonly endpoint: string;
  /** Runs `ctr` in the namespace that kubelet looks at. */
  ctr(...args: readonly string[]): Promise<string>;
}

/**
 * @param name of this containerd among those of the sandbox
 * @param root holds images and snapshots; made if it is not there
 * @param folder for configuration and log
 */
export async function startContainerd(
  programs: Programs,
  name: string,
  root: string,
  folder: string,
): Promise<Containerd> {
  // Memory of the sandbox.
  const state = `/run/${name}`;
  const socket = `${state}/containerd.sock`;
  const networks = join(folder, `${name}-networks`);
  await mkdir(networks, { recursive: true });
  await writeFile(join(networks, "10-loopback.conf"), JSON.stringify(NETWORK));
  const file = join(folder, `${name}.toml`);
  await writeFile(file, config({ root, state, socket, plugins: programs.cniPlugins, networks }));
  const daemon = startDaemon(name, ["containerd", "--config", file], programs.environment, folder);
  const ctr = (...args: readonly string[]) =>
    runProgram("ctr", ["--address", socket, "--namespace", "k8s.io", ...args], { env: programs.environment });
  await waitForDaemon(daemon, async () => (await ctr("version")) !== "");
  return { daemon, endpoint: `unix://${socket}`, ctr };
}
