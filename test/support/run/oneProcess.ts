/** Runs test files in one process, one after the other, and measures each. */
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "node:test";
import { type Counted, counted, type Reported, told } from "./counted.js";
import { endOf, type InTurn, NO_ROOM } from "./inTurn.js";
import { processorSecondsOf } from "./processorTime.js";

export interface Measured extends Counted {
  readonly file: string;
  /** From the end of the file before it, or the start of the process, to its end. */
  readonly seconds: number;
  /** Of a processor, with what it started, in that time; undefined where that is not known. */
  readonly processorSeconds?: number | undefined;
}

export interface ProcessEnd {
  /** What the process itself failed of: between two files, in one, or after the last. */
  readonly failure?: string | undefined;
  /** It left files for another process, because it had grown. */
  readonly hadNoRoom: boolean;
}

/** A process that says nothing for so much longer than a file may take does not end by itself, in milliseconds. */
const GRACE = 60_000;

/** @param ended hears of each file once it is through, in their order */
export async function runInOneProcess(what: InTurn, ended: (file: Measured) => void): Promise<ProcessEnd> {
  const { files, timeout } = what;
  const entry = entryOf(what);
  const measure = meter(entry);
  const hung = new AbortController();
  const patience = setTimeout(() => hung.abort(), timeout + GRACE);
  let lines: Reported[] = [];
  let through = 0;
  let hadNoRoom = false;
  let failure: string | undefined;
  const stream: AsyncIterable<Reported> = run({ files: [entry], concurrency: 1, signal: hung.signal });
  for await (const line of stream) {
    const { type, data } = line;
    const isEnd = data.nesting === 0 && (type === "test:pass" || type === "test:fail");
    const file = files[through];
    if (file === undefined ? !isEnd : !isEnd || data.name === file) lines.push(line);
    else if (file !== undefined && data.name === endOf(file)) {
      patience.refresh();
      const measured = measure();
      ended({ file, ...measured, ...(await counted(file, lines)) });
      lines = [];
      through += 1;
    } else if (data.name === NO_ROOM) hadNoRoom = true;
    else if (type === "test:fail") failure = `its process failed: ${endedWith(data.details?.error)}`;
  }
  clearTimeout(patience);
  rmSync(entry);
  if (hung.signal.aborted) failure = `its process said nothing for ${(timeout + GRACE) / 60_000} minutes`;
  // A test that failed before hides how the process ended.
  else if (through < files.length && !hadNoRoom) failure ??= "its process ended";
  return { hadNoRoom, failure: failure === undefined ? undefined : `${failure}\n${await told(lines)}` };
}

/** @returns what has been used since it was called last */
function meter(entry: string): () => Pick<Measured, "seconds" | "processorSeconds"> {
  let at = performance.now();
  let used = processorSecondsOf(entry) ?? 0;
  return () => {
    const seconds = (performance.now() - at) / 1000;
    const now = processorSecondsOf(entry);
    const processorSeconds = now === undefined ? undefined : now - used;
    at += seconds * 1000;
    used = now ?? 0;
    return { seconds, processorSeconds };
  };
}

/** Of a process, as `node:test` has it. */
function endedWith(error: unknown): string {
  const { exitCode, signal } = error as { readonly exitCode?: number; readonly signal?: string | null };
  if (typeof signal === "string") return `it was ended by ${signal}`;
  return exitCode === undefined ? String(error) : `exit code ${exitCode}`;
}

let entries = 0;
const IN_TURN = new URL("./inTurn.js", import.meta.url).href;

/** A file that the process is started with: by it the process is known. */
function entryOf(what: InTurn): string {
  const path = join(tmpdir(), `thaw-tests-${process.pid}-${entries++}.mjs`);
  const lines = [
    `import { inTurn } from ${JSON.stringify(IN_TURN)};`,
    `await inTurn(${JSON.stringify(what)});`,
  ];
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}
