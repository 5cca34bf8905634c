/** Says in words what a key of the run file accepts. */
import type { SchemaNode } from "./jsonSchema.js";

/** For example `a whole number from 64 to 2048`, `one of white, black`, `true or false`. */
export function expectation(node: SchemaNode): string {
  const choices = choicesOf(node);
  if (choices.length > 0) return choices.length === 1 ? `${choices[0]}` : `one of ${choices.join(", ")}`;
  if (node.anyOf !== undefined) return node.anyOf.map(expectation).join(" or ");
  const { type } = node;
  if (typeof type === "object") return type.map((one) => expectation({ type: one })).join(" or ");
  switch (type) {
    case "boolean":
      return "true or false";
    case "integer":
      return `a whole number${range(node)}`;
    case "number":
      return `a number${range(node)}`;
    case "null":
      return "null";
    case "array":
      return `a list of ${choicesOf(node.items ?? {}).join(", ") || "values"}`;
    case "object":
      if (node.properties === undefined && node.propertyNames?.enum === undefined)
        return "a section of names and values";
      return `a section with the keys ${(node.propertyNames?.enum ?? Object.keys(node.properties ?? {})).join(", ")}`;
    default:
      return "text";
  }
}

/** The allowed values in a few words, e.g. `64 to 2048`; empty where there is nothing to choose or to exceed. */
export function limits(node: SchemaNode): string {
  if (node.properties !== undefined) return expectation(node);
  const choices = choicesOf(node.type === "array" ? (node.items ?? {}) : node);
  if (choices.length > 0) return choices.length === 1 ? "" : choices.join(", ");
  if (node.examples !== undefined) return `for example ${node.examples.map(inYaml).join(", ")}`;
  if (node.anyOf !== undefined) return node.anyOf.map(expectation).join(" or ");
  return range(node).replace(/^ (from|of)? ?/, "");
}

function inYaml(example: string | readonly string[]): string {
  return typeof example === "string" ? example : `[${example.join(", ")}]`;
}

export function choicesOf(node: SchemaNode): readonly string[] {
  return node.enum ?? (node.const === undefined ? [] : [node.const]);
}

function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: SchemaNode): string {
  const low =
    minimum !== undefined ? `${minimum}` : exclusiveMinimum !== undefined ? `above ${exclusiveMinimum}` : "";
  const high =
    maximum !== undefined ? `${maximum}` : exclusiveMaximum !== undefined ? `below ${exclusiveMaximum}` : "";
  if (low !== "" && high !== "") {
    if (minimum !== undefined) return ` from ${low} to ${high}`;
    return maximum !== undefined ? ` ${low}, at most ${high}` : ` ${low} and ${high}`;
  }
  if (low !== "") return minimum !== undefined ? ` of at least ${low}` : ` ${low}`;
  return high === "" ? "" : maximum !== undefined ? ` of at most ${high}` : ` ${high}`;
}
