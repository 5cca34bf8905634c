/** `node dist/test/k8s/cluster/sandbox/enter.js COMMAND…` runs a command in the sandbox that was started last. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { locatePrograms } from "../provision/programs.js";
import { ENTRANCE, sandboxes } from "./leftovers.js";
import { SANDBOX_FOLDER } from "./sandbox.js";

const [folder] = readdirSync(sandboxes())
  .map((name) => join(sandboxes(), name))
  .sort((a, b) => statSync(b).birthtimeMs - statSync(a).birthtimeMs);
if (folder === undefined) throw new Error("there is no sandbox");
const pid = readFileSync(join(folder, ENTRANCE), "utf8");
const namespaces = ["--net", "--mount", "--ipc", "--uts", `--pid=/proc/${pid}/ns/pid_for_children`];
const { PATH } = locatePrograms().environment;
const env = { ...process.env, PATH, [SANDBOX_FOLDER]: folder, KUBECONFIG: join(folder, "admin.kubeconfig") };
const command = ["--target", pid, ...namespaces, "--wd=.", ...process.argv.slice(2)];
spawn("nsenter", command, { stdio: "inherit", env }).on("exit", (code) => process.exit(code ?? 1));
