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

/**
 * Of a file of JSON lines; empty lines are none.
 * @param content text, or the bytes of a file that may be longer than a string can be: 2²⁹ characters
 * @throws ThawError ARTIFACT_CORRUPT with the line
 */
export function shapedLines<Line>(content: string | Uint8Array, schema: z.ZodType, what: string): Line[] {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lines: Line[] = [];
  let number = 0;
  for (let from = 0; from < file.length; ) {
    const found = file.indexOf(LINE_FEED, from);
    const to = found === -1 ? file.length : found;
    number += 1;
    if (to > from)
      lines.push(shapedJson<Line>(file.toString("utf8", from, to), schema, `line ${number} of ${what}`));
    from = to + 1;
  }
  return lines;
}

const LINE_FEED = 10;

function damaged(sentence: string): ThawError {
  return new ThawError("ARTIFACT_CORRUPT", sentence, {
    hint: "it was written by another version of thaw, or by another program: remove the artifact, and the stage will run again",
  });
}
