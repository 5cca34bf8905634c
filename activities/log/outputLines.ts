/** What the engine prints, as lines for the log of the stage that it works for. */

/** Hands what the engine prints to whoever listens. */
export interface EngineOutput {
  write(text: Buffer): void;
  /** @returns ends the listening */
  listen(listener: (text: string) => void): () => void;
}

export function createEngineOutput(): EngineOutput {
  const listeners = new Set<(text: string) => void>();
  return {
    write: (text) => {
      for (const listener of listeners) listener(text.toString("utf8"));
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** TensorFlow can repeat a remark for every step; the worker's own log has all of them. */
const MOST_LINES = 500;
const MOST_CHARACTERS = 2_000;

export interface LineSplitter {
  /** Whole lines go on; the rest waits for its end. */
  add(text: string): void;
  /** What is left goes on. */
  end(): void;
}

/** @param onLine is given lines that are not empty, each cut to a length that can be read */
export function splitLines(onLine: (line: string) => void): LineSplitter {
  let rest = "";
  let count = 0;
  const say = (line: string): void => {
    if (line.trim() === "") return;
    count += 1;
    if (count <= MOST_LINES) onLine(line.trimEnd().slice(0, MOST_CHARACTERS));
    else if (count === MOST_LINES + 1) onLine("more output is in the worker's own log");
  };
  return {
    add: (text) => {
      const lines = (rest + text).split("\n");
      rest = (lines.pop() ?? "").slice(0, MOST_CHARACTERS);
      for (const line of lines) say(line);
    },
    end: () => {
      say(rest);
      rest = "";
    },
  };
}
