/** `npm run test:k8s`: gets Kubernetes into the cache, then runs the tests that need one. */
import { toThawError } from "../../spec/errors.js";
import { runInLanes } from "../support/run/lanes.js";
import { conclude, NONE } from "../support/run/totals.js";
import { providePrograms } from "./cluster/provision/programs.js";
import { whyNoSandbox } from "./cluster/sandbox/sandbox.js";
import { clusterTestFiles, runClusterTests } from "./clusterTests.js";

async function provide(): Promise<void> {
  console.log("\n▶ provisioning");
  let last = "";
  await providePrograms((name, { phase, detail = "" }) => {
    const line = `  ${name}: ${phase} ${detail}`;
    if (line !== last) console.log(line);
    last = line;
  });
}

const why = whyNoSandbox();
if (why !== undefined) {
  console.log(`A test cluster ${why}.`);
  conclude([{ totals: { ...NONE, failed: 1 }, failures: [] }]);
} else {
  try {
    await provide();
    const files = clusterTestFiles(process.argv.slice(2));
    conclude(await runInLanes([(ended) => runClusterTests(files, ended)], 1));
  } catch (error) {
    const { message, hint } = toThawError(error, "PROVISION_FAILED");
    console.log(`${message}${hint === undefined ? "" : `\n${hint}`}`);
    conclude([{ totals: { ...NONE, failed: 1 }, failures: [] }]);
  }
}
