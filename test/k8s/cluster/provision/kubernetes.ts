/** Kubernetes' own programs, built by Go from the module proxy: there is no other registry that has them. */
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Recipe } from "../../../../runtime/components/component.js";
import { machine } from "../../../../runtime/components/machine.js";
import { go, goModule } from "./go.js";

const VERSION = "1.34.2";
/** The module's checksum, as in a go.sum; its own go.sum pins what it needs. */
const SUM = "h1:WQdDvYJazkmkwSncgNwGvVtaCt4TYXIU3wSMRgvp3MI=";
const MODULE = "k8s.io/kubernetes";
const PROGRAMS = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kubectl"];

/** Without the version in them, kubectl cannot parse what the server says about itself. */
const LINKER_FLAGS = `-s -w -X k8s.io/component-base/version.gitVersion=v${VERSION}`;

/**
 * The go.mod of a module that can build the commands. In Kubernetes' own, its staging modules are folders of its
 * repository; published they have the version 0.MINOR.PATCH.
 */
function wrapperModule(original: string): string {
  const staging = VERSION.replace(/^1/, "v0");
  const required = [...original.matchAll(/^\t(\S+) (v\S+)/gm)].map(([, path = "", version = ""]) =>
    version === "v0.0.0" ? { path, version: staging } : { path, version },
  );
  const settings = original.match(/^(?:go|godebug) .*$/gm) ?? [];
  return [
    "module thaw.dev/test/kubernetes",
    ...settings,
    ...required.map(({ path, version }) => `require ${path} ${version}`),
    ...required
      .filter(({ version }) => version === staging)
      .map(({ path }) => `replace ${path} => ${path} ${staging}`),
    `require ${MODULE} v${VERSION}`,
    "",
  ].join("\n");
}

/** Takes about ten minutes on two busy cores the first time; what Go has compiled stays in Go's own cache. */
export const kubernetes: Recipe<"test-kubernetes"> = {
  name: "test-kubernetes",
  version: VERSION,
  folder: `test-kubernetes-${VERSION}-${machine}`,
  entry: "",
  sha256: SUM,
  build: async (into, scratch, report) => {
    report({ phase: "downloading" });
    const source = join(scratch, "module");
    await mkdir(source);
    const folder = await goModule({ path: MODULE, version: VERSION, sum: SUM }, source);
    await writeFile(join(source, "go.mod"), wrapperModule(await readFile(join(folder, "go.mod"), "utf8")));
    await copyFile(join(folder, "go.sum"), join(source, "go.sum"));
    report({ phase: "compiling", detail: "go, about ten minutes" });
    const commands = PROGRAMS.map((name) => `${MODULE}/cmd/${name}`);
    await go(["build", "-ldflags", LINKER_FLAGS, "-o", `${into}/`, ...commands], source);
  },
};
