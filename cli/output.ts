/** The two streams of a command: stdout carries the data that was asked for, stderr the talk around it. */

import { visibleJson } from "../spec/text/visible.js";
import type { ErrorLineJson } from "./json/error.js";
import { wrapTalk } from "./render/words.js";
import { type Colours, createColours } from "./terminal/colours.js";
import { dataInProject, inProject } from "./terminal/sameProject.js";
import { type Clean, cleanText, forTerminal, shown } from "./terminal/shown.js";

/** What a stream can show. */
export interface Screen {
  /** Columns of the terminal; infinite when it is a file or a pipe, or has no size: nothing is cut off. */
  readonly width: number;
  /** Whether lines already written can be written over. */
  readonly live: boolean;
  readonly colours: Colours;
}

export interface Output {
  /** Whether stdout carries JSON instead of text for people. */
  readonly json: boolean;
  /** Measured anew at each access, because terminals are resized. */
  readonly screen: { readonly stdout: Screen; readonly stderr: Screen };
  /**
   * Writes what the command was asked for: a JSON document under `--json`, else the text.
   * @param text is given what it shows with every text in it cleaned: the document, or what stands in `source`
   */
  data<Document>(document: Document, text: (shown: Document, screen: Screen) => string): void;
  data<Source>(document: unknown, text: (shown: Source, screen: Screen) => string, source: Source): void;
  /** Writes a document under `--json`, else a text for other programs, which stays as it is. */
  raw(document: unknown, text: string): void;
  /** A copy of data for people in which the commands of thaw repeat `--project`, where it was given. */
  inProject<Value>(value: Value): Value;
  /** Writes one line of a stream of JSON documents. */
  jsonLine(document: unknown): void;
  /** Writes a line of progress or advice to stderr; on a terminal its sentences are broken between words. */
  talk(text: Clean): void;
  /** The same, of what `text` makes of data, which it is given cleaned. */
  tell<Source>(source: Source, text: (shown: Source, screen: Screen) => string): void;
  /** Writes one line of JSON to stderr. */
  jsonError(document: unknown): void;
}

export interface OutputOptions {
  readonly json?: boolean;
  /** False under `--no-color`. */
  readonly color?: boolean;
  /** As `--project` was given; people are told commands for the same one. */
  readonly project?: string | undefined;
}

export function createOutput({ json = false, color = true, project }: OutputOptions): Output {
  const { stdout, stderr } = process;
  const screen = {
    get stdout() {
      return screenOf(stdout, color);
    },
    get stderr() {
      return screenOf(stderr, color);
    },
  };
  const talk = (text: Clean): void => {
    stderr.write(`${wrapTalk(forTerminal(inProject(text, project)), screen.stderr.width)}\n`);
  };
  const ofProject = <Value>(value: Value): Value => dataInProject(value, project);
  return {
    json,
    screen,
    talk,
    inProject: ofProject,
    raw(document, text) {
      stdout.write(`${json ? visibleJson(document, 2) : forTerminal(text)}\n`);
    },
    data(document: unknown, text: (shown: never, screen: Screen) => string, ...sources: readonly unknown[]) {
      const source = sources.length === 0 ? document : sources[0];
      const written = json
        ? visibleJson(document, 2)
        : forTerminal(inProject(text(ofProject(shown(source)) as never, screen.stdout), project));
      if (written !== "") stdout.write(`${written}\n`);
    },
    jsonLine(document) {
      stdout.write(`${visibleJson(document)}\n`);
    },
    tell(source, text) {
      talk(cleanText(source, (one) => text(ofProject(one), screen.stderr)));
    },
    jsonError(document) {
      stderr.write(`${visibleJson(document)}\n`);
    },
  };
}

function screenOf(stream: NodeJS.WriteStream, color: boolean): Screen {
  const live = stream.isTTY === true;
  return {
    // A terminal that nobody has given a size says 0.
    width: live && stream.columns > 0 ? stream.columns : Number.POSITIVE_INFINITY,
    live: live && process.env.TERM !== "dumb",
    colours: createColours(color && wantsColour(process.env, live)),
  };
}

/** https://no-color.org and https://force-color.org: a non-empty variable decides, else the terminal. */
export function wantsColour(environment: NodeJS.ProcessEnv, terminal: boolean): boolean {
  if (environment.NO_COLOR) return false;
  if (environment.FORCE_COLOR) return environment.FORCE_COLOR !== "0";
  return terminal && environment.TERM !== "dumb";
}

/**
 * A reader that closes the pipe early (`thaw runs | head -1`) is no error. A disk that is full is one, and
 * a file that is not wholly written must not look like success.
 * @param json whether errors are told as JSON
 */
export function handleStreamErrors(json: boolean): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
    const message = `stdout cannot be written: ${error.message}`;
    const line: ErrorLineJson = { error: { code: "DISK_FULL", message, exitCode: 4 } };
    process.stderr.write(
      json ? `${visibleJson(line)}\n` : forTerminal(`error ${line.error.code}: ${message}\n`),
    );
    process.exit(line.error.exitCode);
  });
  // Nobody is left to be told.
  process.stderr.on("error", (error: NodeJS.ErrnoException) => {
    process.exit(error.code === "EPIPE" ? (process.exitCode ?? 0) : 1);
  });
}
