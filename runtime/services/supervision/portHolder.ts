/** Who listens on a port, as far as Linux tells without tools: proc(5), /proc/net/tcp. */
import { existsSync } from "node:fs";
import { readdir, readFile, readlink } from "node:fs/promises";

/** State `TCP_LISTEN` in /proc/net/tcp. */
const LISTEN = "0A";
const TABLES = ["/proc/net/tcp", "/proc/net/tcp6"];

/** E.g. `node (process 4711)`; undefined when it cannot be told (another user's process, another system). */
export async function portHolder(port: number): Promise<string | undefined> {
  const sockets = await socketsOn(port);
  if (sockets.length === 0) return undefined;
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    if (await holdsOne(pid, sockets)) {
      const command = (await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "?")).trim();
      return `${command} (process ${pid})`;
    }
  }
  return undefined;
}

/** Whether the process listens on the port; undefined where that cannot be told. */
export async function listensOn(pid: number, port: number): Promise<boolean | undefined> {
  if (!TABLES.some((table) => existsSync(table))) return undefined;
  return holdsOne(String(pid), await socketsOn(port));
}

/** As `/proc/PID/fd` names them. */
async function socketsOn(port: number): Promise<readonly string[]> {
  const inodes = await Promise.all(TABLES.map((file) => listeners(file, port)));
  return inodes.flat().map((inode) => `socket:[${inode}]`);
}

/** Socket inodes that listen on the port. Columns: slot, local, remote, state, …, the tenth is the inode. */
async function listeners(file: string, port: number): Promise<string[]> {
  const table = await readFile(file, "utf8").catch(() => "");
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[1]?.endsWith(suffix) && columns[3] === LISTEN)
    .flatMap((columns) => columns[9] ?? []);
}

async function holdsOne(pid: string, sockets: readonly string[]): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  for (const descriptor of descriptors) {
    const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => "");
    if (sockets.includes(target)) return true;
  }
  return false;
}
