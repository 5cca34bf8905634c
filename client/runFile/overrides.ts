/** `--set key=value`: values that take the place of those in the run file. */
import { schemaAt } from "./jsonSchema.js";
import { unknownKey } from "./unknownKey.js";
import { readYaml } from "./yaml.js";

export interface Override {
  /** As it was typed, without `--set`. */
  readonly text: string;
  readonly path: readonly string[];
  readonly value: unknown;
}

/** What is wrong with one `--set`, e.g. an unknown key. */
export interface OverrideProblem {
  readonly text: string;
  readonly sentence: string;
}

export function parseOverride(text: string): Override | OverrideProblem {
  const equals = text.indexOf("=");
  const key = text.slice(0, Math.max(equals, 0)).trim();
  if (key === "") return { text, sentence: "write it as KEY=VALUE, for example --set head.epochs=20" };
  const path = key.split(".");
  const unknown = path.findIndex((_, index) => schemaAt(path.slice(0, index + 1)) === undefined);
  if (unknown >= 0) return { text, sentence: unknownKey(path.slice(0, unknown + 1)) };
  const { content, problems } = readYaml(text.slice(equals + 1));
  const [problem] = problems;
  if (problem !== undefined) return { text, sentence: `the value is no YAML: ${problem.sentence}` };
  return { text, path, value: content };
}

/** A copy of the file's content with the overrides laid over it, in their order. */
export function applyOverrides(content: object, overrides: readonly Override[]): object {
  const copy = structuredClone(content);
  for (const { path, value } of overrides) setAt(copy as Record<string, unknown>, path, value);
  return copy;
}

/** Leaves a section that is no section in the file alone: the schema will complain about it. */
function setAt(
  target: Record<string, unknown>,
  [key = "", ...rest]: readonly string[],
  value: unknown,
): void {
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  target[key] ??= {};
  const section = target[key];
  if (section !== null && typeof section === "object") setAt(section as Record<string, unknown>, rest, value);
}
