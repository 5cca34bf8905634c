/** The values of `thaw set`: `learning_rate=0.5x`, `patience=5`, `epochs=12`. */
import { ThawError } from "../../spec/errors.js";
import { MOST_EPOCHS } from "../../spec/runFile/bounds.js";
import { RATE_FACTORS, type SteerSettings } from "../../spec/steering/steering.js";
import { wholeNumberOf } from "../../spec/text/numbers.js";
import { nearest } from "../nearest.js";

/** The run file's words, and a short one. */
const KEYS: Readonly<Record<string, keyof SteerSettings>> = {
  learning_rate: "learningRate",
  lr: "learningRate",
  patience: "patience",
  epochs: "epochs",
};
const EXAMPLE = "for example `thaw set latest learning_rate=0.5x patience=5`";

/**
 * A learning rate is given as a factor on the run file's rates, because every layer group has its own.
 * @throws ThawError USAGE
 */
export function parseSteerSettings(values: readonly string[]): SteerSettings {
  const settings: Record<string, number> = {};
  for (const text of values) {
    const [, name = "", value = ""] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(text) ?? [];
    const key = Object.hasOwn(KEYS, name) ? KEYS[name] : undefined;
    if (key === undefined) throw unknown(text, name);
    if (Object.hasOwn(settings, key)) throw new ThawError("USAGE", `${name} is given twice`);
    settings[key] = key === "learningRate" ? parseFactor(text, value) : parseCount(text, value);
  }
  if (Object.keys(settings).length === 0)
    throw new ThawError("USAGE", "nothing is to be set", { hint: EXAMPLE });
  return settings;
}

function parseFactor(text: string, value: string): number {
  const [, number = ""] = /^(\d*\.?\d+)[x×]$/i.exec(value) ?? [];
  const { least, most } = RATE_FACTORS;
  const factor = Number(number);
  if (number !== "" && factor >= least && factor <= most) return factor;
  const hint = `write it as a factor on the run file's rates, from ${least}x to ${most}x: learning_rate=0.5x halves them`;
  throw new ThawError("USAGE", `${text}: "${value}" is no factor from ${least}x to ${most}x`, { hint });
}

function parseCount(text: string, value: string): number {
  const count = wholeNumberOf(value);
  if (count !== undefined && count >= 1 && count <= MOST_EPOCHS) return count;
  throw new ThawError("USAGE", `${text}: "${value}" is no whole number from 1 to ${MOST_EPOCHS}`);
}

function unknown(text: string, name: string): ThawError {
  if (name === "") return new ThawError("USAGE", `"${text}" is not KEY=VALUE`, { hint: EXAMPLE });
  const names = Object.keys(KEYS);
  const [close] = nearest(name, names);
  return new ThawError("USAGE", `${name} cannot be set while a stage trains`, {
    hint: close === undefined ? `what can be set: ${names.join(", ")}` : `did you mean ${close}?`,
  });
}
