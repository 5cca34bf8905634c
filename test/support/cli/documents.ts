/** Checks what commands print under `--json` against the published schemas. */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { CLI_SCHEMAS } from "../../../spec/schemas/cli/all.js";

/**
 * Each document must have the shape of one of its command's, and no key that the schema does not have: zod leaves
 * those out of what it gives.
 * @param stdout one document, or one a line
 */
export function checkDocuments(command: string, stdout: string): void {
  const output = Object.values(CLI_SCHEMAS).find(({ commands }) => commands.includes(command));
  if (output === undefined) return;
  for (const document of documentsIn(stdout)) checkDocument(`thaw ${command}`, output, document);
}

/** Lines of stderr that tell an error as JSON. */
export function checkErrors(stderr: string): void {
  for (const line of stderr.split("\n")) {
    if (line.startsWith('{"error":')) checkDocument("an error", CLI_SCHEMAS.error, JSON.parse(line));
  }
}

function checkDocument(
  what: string,
  output: (typeof CLI_SCHEMAS)[string] | undefined,
  document: unknown,
): void {
  const tried = Object.entries(output?.documents ?? {}).map(
    ([title, schema]) => [title, schema.safeParse(document)] as const,
  );
  if (tried.some(([, { success, data }]) => success && isDeepStrictEqual(data, document))) return;
  // Only then: to write down how two large documents differ takes far longer than to see that they do.
  const faults = tried.map(([title, { data, error }]) =>
    error === undefined
      ? `${title} (+ known, - printed): ${differenceOf(data, document)}`
      : `${title}: ${error.message}`,
  );
  assert.fail(`what ${what} printed differs from its schema\n${faults.join("\n")}`);
}

function differenceOf(known: unknown, printed: unknown): string {
  try {
    assert.deepEqual(known, printed);
    return "none";
  } catch (difference) {
    return (difference as Error).message;
  }
}

function documentsIn(stdout: string): readonly unknown[] {
  if (stdout.trim() === "") return [];
  try {
    return [JSON.parse(stdout)];
  } catch {
    // Of a process that was killed the last line may be torn.
    const lines = stdout.split("\n");
    return lines.slice(0, -1).map((line) => JSON.parse(line) as unknown);
  }
}
