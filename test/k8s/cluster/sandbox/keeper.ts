/**
 * Keeps a sandbox: namespaces of processes, mounts and network in which one command runs. A process of its own that
 * ends the sandbox when the process that asked for it is gone, however it went, and tidies up after it.
 */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { ENTRANCE, makeSandbox, removeSandbox, sweepSandboxes, TEMPORARY } from "./leftovers.js";
import { NODE_ADDRESSES, SANDBOX_FOLDER, SERVICE_ADDRESS } from "./sandbox.js";

/**
 * The first process inside. Its end is the end of all others; until then it takes in those whose parents have ended.
 * What programs put at fixed places lies in memory that nobody outside sees.
 */
const INIT = `
set -e
ip link set lo up
for address in ${[SERVICE_ADDRESS, ...NODE_ADDRESSES].join(" ")}; do ip address add $address/32 dev lo; done
for folder in /run /var/log; do mount -t tmpfs tmpfs $folder; done
set +e
"$@" <&0 &
wait $!
`;
/** Every link of the chain ends with the one before it, so that no SIGKILL anywhere leaves a process behind. */
const ENTER = [
  "--pdeathsig",
  "KILL",
  "unshare",
  "--fork",
  "--kill-child",
  "--pid",
  "--mount",
  "--mount-proc",
];
const NAMESPACES = ["--net", "--ipc", "--uts"];

await sweepSandboxes();
const folder = await makeSandbox();
const inside = spawn(
  "setpriv",
  [...ENTER, ...NAMESPACES, "bash", "-c", INIT, "sandbox", ...process.argv.slice(2)],
  {
    stdio: ["inherit", "inherit", "inherit"],
    env: {
      ...process.env,
      [SANDBOX_FOLDER]: folder,
      TMPDIR: join(folder, TEMPORARY),
      // Node.js would take the first descriptors of a program for its channel.
      NODE_CHANNEL_FD: undefined,
    },
  },
);
writeFileSync(join(folder, ENTRANCE), String(inside.pid));
const end = () => inside.kill("SIGKILL");
process.on("disconnect", end);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
inside.on("error", (error) => console.error(`the sandbox cannot be made: ${error.message}`));
inside.on("close", async (code, signal) => {
  await removeSandbox(folder);
  process.exit(code ?? (signal === null ? 1 : 128 + constants.signals[signal]));
});
