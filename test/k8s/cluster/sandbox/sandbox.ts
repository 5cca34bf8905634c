/** Runs commands where nothing that they start can stay behind or be reached from outside. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const KEEPER = fileURLToPath(new URL("./keeper.js", import.meta.url));

/** Names the folder of the sandbox that a process runs in. */
export const SANDBOX_FOLDER = "THAW_TEST_SANDBOX";
/** Nodes' addresses: kubelet refuses those of 127.0.0.0/8, so the loopback interface has more, seen only inside. */
export const NODE_ADDRESSES = ["10.97.0.1", "10.97.0.2"];
/** The first address of the services: that of the API server, as pods know it. */
export const SERVICE_ADDRESS = "10.96.0.1";

/** Why there can be no sandbox with a cluster on this machine; undefined where there can. */
export function whyNoSandbox(): string | undefined {
  if (process.platform !== "linux") return "needs Linux";
  if (process.getuid?.() !== 0) return "needs root, for namespaces and containers";
  if (!existsSync("/sys/fs/cgroup/memory")) return "needs control groups of version 1: 2 has not been tried";
  return undefined;
}

/** Starts the command in a sandbox; its standard streams are this process's, or as `stdio` says. */
export function spawnInSandbox(
  command: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): ChildProcess {
  // The channel is how the keeper learns that this process has ended.
  return spawn(process.execPath, [KEEPER, ...command], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env,
    detached: true,
  });
}

/**
 * The folder of the sandbox that this process runs in.
 * @throws Error outside of one
 */
export function sandboxFolder(): string {
  const folder = process.env[SANDBOX_FOLDER];
  if (folder === undefined) throw new Error("a cluster starts in a sandbox only: npm run test:k8s");
  return folder;
}
