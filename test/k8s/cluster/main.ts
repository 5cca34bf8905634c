/**
 * A cluster for people, until Ctrl-C: `node dist/test/k8s/cluster/sandbox/inside.js node dist/test/k8s/cluster/main.js
 * [COMMAND…]`. A command is run when the cluster is ready, and the cluster ends with it.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { startCluster } from "./cluster.js";
import { locatePrograms } from "./provision/programs.js";

const began = Date.now();
const cluster = await startCluster();
const { kubeconfig, image, logs, node } = cluster;
console.log(JSON.stringify({ kubeconfig, image, logs, node, seconds: (Date.now() - began) / 1000 }));
const [program, ...args] = process.argv.slice(2);
if (program === undefined) {
  setInterval(() => undefined, 2 ** 30);
  await once(process, "SIGTERM");
} else {
  const { PATH } = locatePrograms().environment;
  const env = { ...process.env, PATH, KUBECONFIG: kubeconfig, THAW_TEST_IMAGE: image };
  const [code] = await once(spawn(program, args, { stdio: "inherit", env }), "exit");
  process.exitCode = Number(code);
}
await cluster.stop();
process.exit();
