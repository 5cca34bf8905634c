/** `node dist/test/k8s/cluster/provision/main.js` gets the cluster's programs into the cache, ahead of any test. */
import { providePrograms } from "./programs.js";

await providePrograms((name, { phase, detail }) => console.log(`${name}: ${phase} ${detail ?? ""}`));
