/** Starts the supervisor as a process that outlives the command and shares none of its streams. */
import { spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ThawError } from "../../../spec/errors.js";
import { loopbackExcluded } from "../../../spec/network/proxy.js";
import { type Layout, logFileOf } from "../layout.js";
import { openLog } from "../logs.js";
import { identify, type ProcessId } from "./processes.js";

const MAIN = fileURLToPath(new URL("./supervisorMain.js", import.meta.url));

/** @throws ThawError SERVICE_FAILED when it is gone at once */
export function startSupervisor(layout: Layout): ProcessId {
  const log = openLog(logFileOf(layout, "supervisor"));
  try {
    const child = spawn(process.execPath, [MAIN, layout.plan], {
      cwd: layout.state,
      // With NODE_USE_ENV_PROXY, Node itself would ask a proxy for the health of servers on this machine.
      env: { ...process.env, ...loopbackExcluded(process.env) },
      stdio: ["ignore", log.descriptor, log.descriptor],
      // A session of its own: neither Ctrl-C nor the end of the terminal reaches it.
      detached: true,
    });
    child.once("error", () => undefined);
    child.unref();
    const id = child.pid === undefined ? undefined : identify(child.pid);
    if (id !== undefined) return id;
    throw new ThawError("SERVICE_FAILED", "the supervisor of the services could not be started", {
      hint: `see ${logFileOf(layout, "supervisor")}`,
    });
  } finally {
    closeSync(log.descriptor);
  }
}
