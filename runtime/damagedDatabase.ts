/** A database of the embedded Temporal server that SQLite cannot read any more, after a full disk or a torn copy for instance. */
import { dirname, join } from "node:path";
import { ThawError } from "../spec/errors.js";

/** SQLITE_CORRUPT (11), SQLITE_NOTADB (26), https://sqlite.org/rescode.html, in the server's words. */
const DAMAGED = /database disk image is malformed|file is not a database/;

export function tellsOfDamage(text: string): boolean {
  return DAMAGED.test(text);
}

/** @param database path of the file; absent where only the server's answer is known */
export function damagedDatabase(database: string | undefined, cause?: unknown): ThawError {
  const where = database ?? "PROJECT/.thaw/data/temporal.db";
  const aside = join(dirname(where), "temporal-damaged");
  return new ThawError(
    "TEMPORAL_UNREACHABLE",
    `the Temporal server's database ${where} is damaged: SQLite cannot read it. It holds the course of runs; models, artifacts and the records of runs that ended well are in the store, which is another folder, and stay`,
    {
      hint: `\`thaw down\`, then put it aside: mkdir -p ${aside} && mv ${where}* ${aside}/, then \`thaw up\`; a run that was on its way is started again with \`thaw run\` and finds what it had made`,
      cause,
    },
  );
}
