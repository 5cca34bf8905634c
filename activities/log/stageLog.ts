/** The log of one attempt at one stage: kept in the store, so that it outlives the worker. */
import type { LogFields, LogLine } from "../../spec/log.js";
import type { LogLevel } from "../../spec/logLevels.js";
import { masked } from "../../spec/network/masked.js";
import type { Progress } from "../../spec/records/training.js";
import type { Store } from "../../store/connection/connection.js";
import { type LogPlace, writeLogChunk } from "../../store/records/logs.js";
import { collectChunks } from "./chunks.js";
import { splitLines } from "./outputLines.js";
import { progressLines } from "./progressLines.js";

export interface StageLog {
  say(level: LogLevel, message: string, fields?: LogFields): void;
  /** Says of it what is worth a line. @returns it without what is only for the log */
  progress(progress: Progress): Progress;
  /** What the engine prints. */
  output(text: string): void;
  /** Sends off what there is. Never fails, and never takes long. */
  close(): Promise<void>;
}

/** The worker's own log has failures already: the SDK writes them there. */
export function openStageLog(store: Store, place: LogPlace): StageLog {
  const { stage, attempt } = place;
  let number = 0;
  const lineOf = (level: LogLevel, message: string, fields: LogFields): string => {
    const line: LogLine = { time: new Date().toISOString(), level, stage, attempt, message, ...fields };
    // Also what the engine prints, and what other programs have said.
    return masked(JSON.stringify(line));
  };
  const chunks = collectChunks({
    write: async (text) => {
      number = await writeLogChunk(store, place, number + 1, text);
    },
    lost: (count) => lineOf("warn", `${count} lines were given up while the store was away`, { lost: count }),
  });
  const say: StageLog["say"] = (level, message, fields = {}) => {
    chunks.add(lineOf(level, message, fields));
  };
  const toLine = progressLines();
  const output = splitLines((line) => chunks.add(lineOf("info", line, { source: "engine" })));
  return {
    say,
    progress: (progress) => {
      const line = toLine(progress);
      if (line !== undefined) say("info", line.message, line.fields);
      const { epochEnd: _, ...live } = progress;
      return live;
    },
    output: output.add,
    close: async () => {
      output.end();
      await chunks.close();
    },
  };
}
