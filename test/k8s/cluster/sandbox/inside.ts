/** `node dist/test/k8s/cluster/sandbox/inside.js COMMAND…` runs a command in a sandbox, for people. */
import { spawnInSandbox } from "./sandbox.js";

const child = spawnInSandbox(process.argv.slice(2));
child.on("exit", (code) => process.exit(code ?? 1));
