/** Keys of artifacts: SHA-256 over everything that an artifact depends on. */
import { createHash } from "node:crypto";
import { engineOf } from "../../spec/engine/device.js";
import type { StagePlan } from "../../spec/pipeline/stages.js";

/** JSON with the keys of every object sorted, so that equal values give equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const object = value as Readonly<Record<string, unknown>>;
    let text = "";
    for (const key of Object.keys(object).sort()) {
      const item = object[key];
      if (item !== undefined)
        text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonicalJson(item)}`;
    }
    return `{${text}}`;
  }
  return JSON.stringify(value) ?? "null";
}

export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** All that an artifact depends on, as its manifest says it. */
export interface KeyParts {
  readonly kind: string;
  readonly codeVersion: number;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Digest of each input's content, by name. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Null where the engine does not count. */
  readonly engine: string | null;
}

/** The key of an artifact, 64 hex digits. */
export function artifactKey({ kind, codeVersion, parameters, inputs, engine }: KeyParts): string {
  return sha256(canonicalJson({ kind, codeVersion, parameters, inputs, engine }));
}

/**
 * The key of a stage's artifact.
 * @param inputDigests digest of each input's content, by stage name (for `ingest`: `{ source }`)
 * @param engine fingerprint of the TensorFlow build; counts, with the device, only for stages that compute with it
 * @returns 64 hex digits
 */
export function stageKey(
  plan: StagePlan,
  inputDigests: Readonly<Record<string, string>>,
  engine: string,
): string {
  return artifactKey({
    ...plan,
    inputs: inputDigests,
    engine: plan.usesEngine ? engineOf(plan, engine) : null,
  });
}
