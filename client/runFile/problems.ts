/** Turns the schema's findings about a run file into sentences with the key meant and what it accepts. */
import type { z } from "zod";
import { nearest } from "../nearest.js";
import { choicesOf, expectation } from "./expectation.js";
import { schemaAt } from "./jsonSchema.js";
import { dotted, unknownKey } from "./unknownKey.js";

export interface Problem {
  /** Keys and list positions down to what is wrong. */
  readonly path: readonly PropertyKey[];
  /** Looks for what was meant, which takes a while: not to be asked of thousands. */
  readonly sentenceOf: () => string;
}

/** @param value what was validated, to quote from it */
export function problemsOf(issues: readonly z.core.$ZodIssue[], value: unknown): readonly Problem[] {
  const all = issues.flatMap((issue) => withinUnion(issue, valueAt(value, issue.path)));
  const wrongTypes = new Set(
    all.filter(({ code }) => code === "invalid_type").map(({ path }) => dotted(path)),
  );
  return all
    .filter((issue) => !onlyFollows(issue, wrongTypes))
    .flatMap((issue) => {
      if (issue.code === "unrecognized_keys") {
        return issue.keys.map((key) => {
          const path = [...issue.path, key];
          return { path, sentenceOf: () => unknownKey(path) };
        });
      }
      if (issue.code === "invalid_key")
        return [{ path: issue.path, sentenceOf: () => unknownKey(issue.path) }];
      return [{ path: issue.path, sentenceOf: () => sentenceOf(issue, valueAt(value, issue.path)) }];
    });
}

/** Of a list that may also be a word: what is wrong with the list. */
function withinUnion(issue: z.core.$ZodIssue, value: unknown): readonly z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union" || !Array.isArray(value)) return [issue];
  const ofList = issue.errors.find((errors) => errors.some(({ code }) => code === "too_big"));
  return ofList?.map((one) => ({ ...one, path: [...issue.path, ...one.path] })) ?? [issue];
}

/** Text has a length, too, and is not as long as a list may be: that it is no list says all. */
function onlyFollows({ code, path }: z.core.$ZodIssue, wrongTypes: ReadonlySet<string>): boolean {
  return code !== "invalid_type" && wrongTypes.has(dotted(path));
}

function sentenceOf(issue: z.core.$ZodIssue, value: unknown): string {
  const name = `\`${dotted(issue.path)}\``;
  const node = schemaAt(issue.path);
  if (issue.code === "custom") return `${name}: ${issue.message}`;
  if (node === undefined) return `${name}: ${issue.message}`;
  if (value === undefined) return `${name} is missing: ${node.description ?? expectation(node)}`;
  if (issue.code === "invalid_format") return `${name}: ${issue.message}, not ${quote(value)}`;
  // A list, or a word in its place.
  const list = [node, ...(node.anyOf ?? [])].find(({ type }) => type === "array");
  if (issue.code === "too_big" && list !== undefined) return `${name} takes at most ${list.maxItems} values`;
  if (value === "" && node.type === "string") return `${name} must not be empty`;
  if (list?.items?.type === "string" && typeof value === "string") {
    const words = (node.anyOf ?? []).flatMap(choicesOf);
    const orWord = words.length === 0 ? "" : ` or ${words.join(" or ")},`;
    return `${name} must be ${expectation(list)} in brackets, [${partsOf(value).join(", ")}],${orWord} not ${quote(value)}`;
  }
  const meant = typeof value === "string" ? nearest(value, choicesOf(node)) : [];
  const guess = meant.length === 0 ? "" : `; did you mean ${meant.join(" or ")}?`;
  const text = node.type === "string" && choicesOf(node).length === 0 && typeof value !== "object";
  const advice = text ? `: put it in quotes, "${String(value)}"` : guess;
  return `${name} must be ${expectation(node)}, not ${quote(value)}${advice}`;
}

/** What a list was meant to hold that was written as text: `a,b`, `a, b` or `a b`. */
function partsOf(text: string): readonly string[] {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== "");
  return parts.length === 0 ? ["a", "b"] : parts;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const step of path) {
    if (found === null || typeof found !== "object" || !Object.hasOwn(found, step)) return undefined;
    found = (found as Record<PropertyKey, unknown>)[step];
  }
  return found;
}

const QUOTED_LENGTH = 40;

function quote(value: unknown): string {
  if (value === null) return "empty";
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  return text.length > QUOTED_LENGTH ? `${text.slice(0, QUOTED_LENGTH)}…` : text;
}
