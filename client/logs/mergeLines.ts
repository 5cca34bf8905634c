/** Lines of several attempts as one log, by time. */
import type { LogLine } from "../../spec/log.js";
import type { LogChunk } from "../../store/records/logs.js";

export interface ReadChunk {
  readonly chunk: LogChunk;
  readonly lines: readonly LogLine[];
}

/**
 * By time across attempts; within an attempt in the order in which they were written, even where the worker's clock was
 * set back.
 */
export function mergeLines(chunks: readonly ReadChunk[]): readonly LogLine[] {
  const latest = new Map<string, number>();
  const ordered = chunks.toSorted((a, b) => a.chunk.number - b.chunk.number);
  const timed = ordered.flatMap(({ chunk, lines }) => {
    const attempt = `${chunk.stage}/${chunk.attempt}`;
    return lines.map((line) => {
      const time = Math.max(Date.parse(line.time) || 0, latest.get(attempt) ?? 0);
      latest.set(attempt, time);
      return { line, time };
    });
  });
  return timed.toSorted((a, b) => a.time - b.time).map(({ line }) => line);
}
