/** The cluster's messages as clauses of our sentences. */

const MOST_LETTERS = 500;

/** The last line that says something; undefined when there is none. A worker's last line says why it ended. */
export function lastLine(text: string | undefined): string | undefined {
  const line = text
    ?.split("\n")
    .map((one) => one.trim())
    .findLast((one) => one !== "");
  return line === undefined ? undefined : clause(line);
}

/** Without a full stop, and not endless. */
export function clause(text: string): string {
  const trimmed = text.trim().replace(/\.$/, "");
  return trimmed.length > MOST_LETTERS ? `${trimmed.slice(0, MOST_LETTERS)}…` : trimmed;
}
