/** Helm, which renders the chart. */
import type { Recipe } from "../../../../runtime/components/component.js";
import { machine } from "../../../../runtime/components/machine.js";
import { go, goModule } from "./go.js";

const VERSION = "3.22.0";
const SUM = "h1:n1if5iQgHYsujPAcO5oonH/KiSNUmqmUF0iGVjSF3AU=";
const MODULE = "helm.sh/helm/v3";

/** Two minutes on two busy cores. */
export const helm: Recipe<"test-helm"> = {
  name: "test-helm",
  version: VERSION,
  folder: `test-helm-${VERSION}-${machine}`,
  entry: "",
  sha256: SUM,
  build: async (into, scratch, report) => {
    report({ phase: "downloading" });
    await goModule({ path: MODULE, version: VERSION, sum: SUM }, scratch);
    report({ phase: "compiling", detail: "go, two minutes" });
    await go(["install", "-ldflags", "-s -w", `${MODULE}/cmd/helm@v${VERSION}`], scratch, { GOBIN: into });
  },
};
