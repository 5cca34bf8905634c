/** Says in few words how the artifact that is nearest to a stage differs from what the stage would make. */

import type { StagePlan } from "../../spec/pipeline/stages.js";
import { isSection } from "../../spec/runFile/laidOver.js";
import type { ArtifactManifest } from "../../store/artifacts/artifacts.js";
import { canonicalJson } from "../../store/artifacts/keys.js";

/** A longer list of differences is another experiment, not a changed parameter. */
const MOST_NAMED = 3;

/**
 * @param others artifacts of the same kind, made from the same inputs; at least one
 * @param engine that the stage's key would have
 * @returns one plain sentence, e.g. ``the nearest artifact has `dropout` 0.2 instead of 0.5``
 */
export function nearestSentence(
  { parameters, usesEngine }: Pick<StagePlan, "parameters" | "usesEngine">,
  others: readonly Pick<ArtifactManifest, "parameters" | "engine">[],
  engine: string,
): string {
  // Another fold of the same images is another stage, not this one with another parameter.
  const own = others.filter((other) => other.parameters.fold === parameters.fold);
  if (own.length === 0) return "no artifact of this fold was made from these inputs";
  const [nearest] = own
    .map((other) => ({ other, differences: differencesOf(parameters, other.parameters) }))
    .toSorted((a, b) => a.differences.length - b.differences.length);
  if (nearest === undefined || nearest.differences.length > MOST_NAMED)
    return "no artifact for these parameters";
  const { differences, other } = nearest;
  if (differences.length > 0) return `the nearest artifact has ${differences.join(", ")}`;
  const isOtherEngine =
    usesEngine && other.engine !== engine && canonicalJson(other.parameters) === canonicalJson(parameters);
  return `the artifact for these parameters was made ${isOtherEngine ? "with another TensorFlow build or device" : "by another code version of the stage"}`;
}

/** The parameters that differ, each once with both values; versions of code are none. */
function differencesOf(
  parameters: Readonly<Record<string, unknown>>,
  others: Readonly<Record<string, unknown>>,
): readonly string[] {
  const wanted = flatten(parameters);
  const found = flatten(others);
  const keys = [...new Set([...wanted.keys(), ...found.keys()])].filter(
    (key) => canonicalJson(wanted.get(key)) !== canonicalJson(found.get(key)),
  );
  const differences = keys
    .filter((key) => !/(^|\.)codeVersion$/.test(key))
    .map((key) => {
      // All stages of unfreezing have the run file's value: `unfreeze.dropout` is one parameter.
      const name = key.replace(/\[\d+\]/g, "");
      return `\`${name}\` ${show(found.get(key))} instead of ${show(wanted.get(key))}`;
    });
  return [...new Set(differences)];
}

/** `{ augment: { views: 6 }, stages: [{ epochs: 8 }] }` as `augment.views` and `stages[0].epochs`. */
function flatten(value: unknown, name = ""): ReadonlyMap<string, unknown> {
  if (Array.isArray(value) && value.some(isSection))
    return new Map(value.flatMap((item, index) => [...flatten(item, `${name}[${index}]`)]));
  if (!isSection(value)) return new Map([[name, value]]);
  return new Map(
    Object.entries(value).flatMap(([key, child]) => [
      ...flatten(child, name === "" ? key : `${name}.${key}`),
    ]),
  );
}

const SHOWN_LENGTH = 40;

function show(value: unknown): string {
  const text = value === undefined ? "unset" : JSON.stringify(value);
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}
