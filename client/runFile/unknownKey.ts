/** The sentence about a key that the run file's schema does not know. */

import { nearest } from "../nearest.js";
import { runFileJsonSchema, type SchemaNode, schemaAt } from "./jsonSchema.js";

/** Keys that one may well expect, and why there is none. */
const WHY_NOT: ReadonlyMap<string, string> = new Map([
  [
    "head.cutmix",
    "cutmix needs an area to cut from, and the head sees pooled features without one; use `head.mixup`, or `unfreeze.cutmix` for the stages",
  ],
  ["head.loss", "the loss is the same in all of training; use the section `loss`"],
  ["unfreeze.loss", "the loss is the same in all of training; use the section `loss`"],
]);

/** @param path the unknown key's path, e.g. `["head", "epoch"]` */
export function unknownKey(path: readonly PropertyKey[]): string {
  const reason = WHY_NOT.get(dotted(path));
  if (reason !== undefined) return `unknown key \`${dotted(path)}\`: ${reason}`;
  const key = String(path.at(-1));
  const section = path.slice(0, -1);
  const { properties = {}, propertyNames } = schemaAt(section) ?? {};
  const siblings = propertyNames?.enum ?? Object.keys(properties);
  const close = nearest(key, siblings).map((name) => dotted([...section, name]));
  const meant = close.length > 0 ? close : inOtherSections(key);
  const place = section.length === 0 ? "the run file" : `\`${dotted(section)}\``;
  const known = siblings.length === 0 ? "" : `he keys of ${place} are ${siblings.join(", ")}`;
  if (meant.length === 0) return `unknown key \`${dotted(path)}\`${known && `; t${known}`}`;
  const guess = meant.map((name) => `\`${name}\``).join(" or ");
  return `unknown key \`${dotted(path)}\`; did you mean ${guess}?${known && ` T${known}`}`;
}

function inOtherSections(key: string): readonly string[] {
  const paths = everyPath(runFileJsonSchema(), "");
  const names = nearest(key, [...new Set(paths.map(lastOf))]);
  return paths.filter((path) => names.includes(lastOf(path)));
}

/** `head.epochs`, `unfreeze.stages[1]`. */
export function dotted(path: readonly PropertyKey[]): string {
  return path
    .map((step, i) => (typeof step === "number" ? `[${step}]` : `${i === 0 ? "" : "."}${String(step)}`))
    .join("");
}

const lastOf = (path: string): string => path.slice(path.lastIndexOf(".") + 1);

function everyPath(node: SchemaNode, prefix: string): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => [
    `${prefix}${name}`,
    ...everyPath(child, `${prefix}${name}.`),
  ]);
}
