/** Collects lines and hands them on in chunks, in the background: the work that is logged never waits, nor fails. */
import { setTimeout as sleep } from "node:timers/promises";

export interface ChunkOptions {
  /** Stores one chunk of whole lines; chunks come one after the other. After a failure the same one comes again. */
  readonly write: (text: string) => Promise<void>;
  /** The line that stands in for so many that were given up. */
  readonly lost: (count: number) => string;
  /** Milliseconds that a line waits for others at most. */
  readonly intervalMs?: number;
}

export interface Chunks {
  /** @param line without its line break */
  add(line: string): void;
  /**
   * Hands on what there is, and waits for that, but not for long: what the store does not take in time is tried again
   * in the background for some minutes.
   */
  close(patienceMs?: number): Promise<void>;
}

/** Readers who follow a run are this far behind at most. */
const INTERVAL_MS = 5_000;
const CHUNK_CHARACTERS = 65_536;
/** Hours of a usual log; while the store is away the oldest lines beyond it are given up. */
export const MOST_CHARACTERS = 1_048_576;
/** An attempt that ends without a store has more to complain of than its log. */
const PATIENCE_MS = 3_000;
/** How long the end of an attempt is kept for a store that is away. */
const AFTERLIFE_MS = 900_000;

export function collectChunks({ write, lost, intervalMs = INTERVAL_MS }: ChunkOptions): Chunks {
  let waiting: string[] = [];
  let characters = 0;
  let dropped = 0;
  /** On its way. It is tried again as it is, because a try that seemed to fail may have stored it. */
  let chunk: string | undefined;
  let giveUpAt = Number.POSITIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;

  const drop = (count: number): readonly string[] => {
    const gone = waiting.slice(0, count);
    waiting = waiting.slice(count);
    characters -= sizeOf(gone);
    return gone;
  };

  const nextChunk = (): string => {
    const note = dropped === 0 ? [] : [lost(dropped)];
    dropped = 0;
    return [...note, ...drop(linesWithin(waiting, CHUNK_CHARACTERS))].map((line) => `${line}\n`).join("");
  };

  const writeAll = async (): Promise<void> => {
    while (chunk !== undefined || waiting.length > 0) {
      chunk ??= nextChunk();
      try {
        await write(chunk);
        chunk = undefined;
      } catch {
        if (Date.now() < giveUpAt) schedule();
        return;
      }
    }
  };

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    writing ??= writeAll().finally(() => {
      writing = undefined;
    });
  };

  function schedule(): void {
    timer ??= setTimeout(flush, intervalMs).unref();
  }

  return {
    add: (line) => {
      waiting.push(line);
      characters += line.length;
      if (characters > MOST_CHARACTERS) {
        // A tenth at a time: one by one each line would cost a copy of all.
        dropped += drop(linesWithin(waiting, MOST_CHARACTERS / 10)).length;
      }
      if (characters >= CHUNK_CHARACTERS && chunk === undefined) flush();
      else schedule();
    },
    close: async (patienceMs = PATIENCE_MS) => {
      giveUpAt = Date.now() + AFTERLIFE_MS;
      const all = async (): Promise<void> => {
        // A chunk may be on its way already; what came after it follows.
        await writing;
        flush();
        await writing;
      };
      const stop = new AbortController();
      const patience = sleep(patienceMs, undefined, { signal: stop.signal }).catch(() => undefined);
      await Promise.race([all(), patience]);
      stop.abort();
    },
  };
}

const sizeOf = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + line.length, 0);

/** How many lines from the front make so many characters; one at least. */
function linesWithin(lines: readonly string[], most: number): number {
  let characters = 0;
  const beyond = lines.findIndex((line, index) => {
    characters += line.length;
    return index > 0 && characters > most;
  });
  return beyond === -1 ? lines.length : beyond;
}
