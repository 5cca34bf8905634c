/** The name of the code that computes. */
import { packageVersion } from "../download/nodePackage.js";
import { machine } from "../machine.js";
import { CUDNN, LIBTENSORFLOW, LIBTENSORFLOW_CUDA } from "../pins.js";
import { BINDING_PACKAGE, engineVariant } from "./engineVariant.js";

const LIBRARY = { cpu: LIBTENSORFLOW, gpu: LIBTENSORFLOW_CUDA };

/**
 * Names the code that computes, e.g. `cpu tfjs-node 4.22.0 libtensorflow 2.21.0 linux-x64`: part of the
 * digest of every artifact whose numbers depend on it. Loads nothing. `THAW_ENGINE=gpu` names the GPU engine.
 * @throws ThawError USAGE for another THAW_ENGINE
 */
export function engineFingerprint(): string {
  const engine = engineVariant();
  const name = BINDING_PACKAGE[engine];
  const library = `libtensorflow ${LIBRARY[engine].version}`;
  const parts = [engine, name.replace(/^.*\//, ""), packageVersion(name), library];
  if (engine === "gpu") parts.push(`cudnn ${CUDNN.version}`);
  return [...parts, machine].join(" ");
}
