/** Values that differ between two objects, by the path of each: `head.epochs`. */
import { masked } from "../../../spec/network/masked.js";
import { canonicalJson } from "../../../store/artifacts/keys.js";

export interface ParameterDiff {
  /** With dots: `unfreeze.batch_size`; of a stage, `tune-1: batch_size`. */
  readonly key: string;
  /** As in the run file; absent where that side has no such key. */
  readonly a?: unknown;
  readonly b?: unknown;
}

/** @returns sorted by key; lists are values as a whole */
export function parameterDiff(a: unknown, b: unknown): readonly ParameterDiff[] {
  const [ofA, ofB] = [new Map(leavesOf(a)), new Map(leavesOf(b))];
  return [...new Set([...ofA.keys(), ...ofB.keys()])]
    .filter(
      (key) => ofA.has(key) !== ofB.has(key) || canonicalJson(ofA.get(key)) !== canonicalJson(ofB.get(key)),
    )
    .sort()
    .map((key) => ({
      key,
      ...(ofA.has(key) ? { a: ofA.get(key) } : {}),
      ...(ofB.has(key) ? { b: ofB.get(key) } : {}),
    }));
}

function leavesOf(value: unknown, path = ""): readonly (readonly [string, unknown])[] {
  if (value === undefined) return [];
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return [[path, withoutSecrets(value)]];
  return Object.entries(value).flatMap(([key, inner]) =>
    leavesOf(inner, path === "" ? key : `${path}.${key}`),
  );
}

/** Of addresses with a password in them: what a run file says may be shown to more people than its author. */
function withoutSecrets(value: unknown): unknown {
  if (typeof value === "string") return masked(value);
  return Array.isArray(value) ? value.map(withoutSecrets) : value;
}
