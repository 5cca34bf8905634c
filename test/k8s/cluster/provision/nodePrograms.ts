/** What a cluster needs besides Kubernetes, from Debian's packages, unpacked into the cache and not installed. */
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Recipe } from "../../../../runtime/components/component.js";
import { machine } from "../../../../runtime/components/machine.js";
import { runProgram } from "../../../../runtime/components/program.js";

/** `libseccomp2` is for runc: one without it refuses every container. */
const PACKAGES = ["etcd-server", "containerd", "runc", "containernetworking-plugins", "libseccomp2"];

/** The version is that of this list: Debian withdraws a package's version when it mends it. apt checks signatures. */
const LIST_VERSION = "1";

async function download(folder: string): Promise<void> {
  const get = () => runProgram("apt-get", ["download", "-q", ...PACKAGES], { cwd: folder, env: process.env });
  try {
    await get();
  } catch {
    // A fresh machine has no package lists, or old ones.
    await runProgram("apt-get", ["update", "-q"], { env: process.env });
    await get();
  }
}

export const nodePrograms: Recipe<"test-node-programs"> = {
  name: "test-node-programs",
  version: LIST_VERSION,
  folder: `test-node-programs-${LIST_VERSION}-${machine}`,
  entry: "usr",
  sha256: PACKAGES.join(" "),
  build: async (into, scratch, report) => {
    report({ phase: "downloading" });
    const packages = join(scratch, "packages");
    await mkdir(packages);
    await download(packages);
    report({ phase: "unpacking" });
    for (const file of await readdir(packages)) await runProgram("dpkg", ["-x", join(packages, file), into]);
    for (const other of await readdir(into))
      if (other !== "usr") await rm(join(into, other), { recursive: true });
  },
};
