/**
 * What a process of test files runs: each file is a suite of its own, so that its hooks are its own too, and is loaded when the one
 * before it is through. Its lines of the report are read by `oneProcess.ts`.
 */
import { describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { pathToFileURL } from "node:url";

export interface InTurn {
  /** Paths of compiled files. */
  readonly files: readonly string[];
  /** Set before the first is loaded. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of one file, in milliseconds. */
  readonly timeout: number;
  /** No file is begun while more bytes are resident. */
  readonly room: number;
}

/** Is passed when a file is through, however it went. */
export const endOf = (file: string): string => `end of ${file}`;
/** Is passed when there is no room for the next file. */
export const NO_ROOM = "no room for the next file";

/** A process has as long to end after its last test: a connection may be closing. */
const TO_END = 2 * 60_000;

const TURNS_TO_WRITE = 5;

export async function inTurn({ files, environment, timeout, room }: InTurn): Promise<void> {
  Object.assign(process.env, environment);
  for (const [index, file] of files.entries()) {
    if (index > 0 && process.memoryUsage.rss() > room) {
      test(NO_ROOM, () => undefined);
      break;
    }
    describe(file, { timeout }, () => load(file));
    // Not what `describe` returns: from Node.js 24 on that is nothing.
    await new Promise<void>((resolve) => test(endOf(file), () => resolve()));
    // From Node.js 22 on that is written a little later: the next file may end the process.
    for (let turn = 0; turn < TURNS_TO_WRITE; turn++) await setImmediate();
  }
  // Runs only where something else keeps the process.
  setTimeout(leave, TO_END).unref();
}

/** The tests that it names belong to the suite that calls this, as its hooks do. */
async function load(file: string): Promise<void> {
  try {
    await import(pathToFileURL(file).href);
  } catch (error) {
    test("the file is loaded", () => {
      throw error;
    });
  }
}

function leave(): void {
  console.error(
    `After the last test something keeps the process: ${process.getActiveResourcesInfo().join(", ")}`,
  );
  process.exit(1);
}
