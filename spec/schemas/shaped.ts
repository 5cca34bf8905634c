/** JSON that another part of thaw has written: parsed, and refused in words where it has another shape. */
import type { z } from "zod";
import { ThawError } from "../errors.js";

/**
 * @param schema as much of the shape as is read
 * @param what for the message: which file
 * @returns the value with all its keys; what the schema leaves out is as it was written
 * @throws ThawError ARTIFACT_CORRUPT
 */
export function shapedJson<Content>(text: string, schema: z.ZodType, what: string): Content {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged(`${what} is no JSON`);
  }
  const { error } = schema.safeParse(value);
  const [issue] = error?.issues ?? [];
  if (issue === undefined) return value as Content;
  throw damaged(`${what} has another shape: ${[...issue.path, issue.message].join(": ")}`);
}

/** Of a file of JSON lines; empty lines are none. @throws ThawError ARTIFACT_CORRUPT with the line */
export function shapedLines<Line>(text: string, schema: z.ZodType, what: string): Line[] {
  return text
    .split("\n")
    .flatMap((line, index) =>
      line === "" ? [] : [shapedJson<Line>(line, schema, `line ${index + 1} of ${what}`)],
    );
}

function damaged(sentence: string): ThawError {
  return new ThawError("ARTIFACT_CORRUPT", sentence, {
    hint: "it was written by another version of thaw, or by another program: remove the artifact, and the stage will run again",
  });
}
