/** The commands that documents tell people to type. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export interface DocumentedCommand {
  /** File and line, for people. */
  readonly where: string;
  /** As it stands there. */
  readonly text: string;
  /** What comes after `thaw`. */
  readonly words: readonly string[];
}

/** README, and the pages in `docs/`, by their paths from the project's folder. */
export async function documents(): Promise<readonly string[]> {
  const pages = (await readdir("docs")).filter((name) => name.endsWith(".md"));
  return ["README.md", ...pages.sort().map((name) => join("docs", name))];
}

/** `thaw …` in the fenced blocks of shell commands, in their order; a line that ends in a backslash goes on. */
export async function fencedCommands(path: string, heading?: string): Promise<readonly DocumentedCommand[]> {
  const found: DocumentedCommand[] = [];
  let [fence, section, begun] = ["", "", ""];
  for (const [index, line] of (await readFile(path, "utf8")).split("\n").entries()) {
    const mark = /^```(\w*)/.exec(line);
    if (fence === "" && line.startsWith("#")) section = line.replace(/^#+ /, "");
    if (mark !== null) fence = fence === "" ? (mark[1] ?? "") || "text" : "";
    if (mark !== null || fence !== "sh" || (heading !== undefined && section !== heading)) continue;
    begun += line;
    if (begun.endsWith("\\")) {
      begun = begun.slice(0, -1);
      continue;
    }
    for (const text of segmentsOf(begun)) {
      const words = afterThaw(wordsOf(text));
      if (words !== undefined) found.push({ where: `${path}:${index + 1}`, text: text.trim(), words });
    }
    begun = "";
  }
  return found;
}

/** `thaw …` in the text between the blocks; words in capitals stand for commands of the reader's. */
export async function namedCommands(path: string): Promise<readonly DocumentedCommand[]> {
  const text = (await readFile(path, "utf8")).replace(/```[\s\S]*?```/g, "");
  return Array.from(text.matchAll(/`((?:npm run |npx )?thaw [^`]+)`/g), ([, span = ""]) =>
    span.replace(/\s+/g, " "),
  )
    .map((span) => ({ where: path, text: span, words: afterThaw(wordsOf(segmentsOf(span)[0] ?? "")) ?? [] }))
    .filter(({ words: [name = "COMMAND"] }) => name !== name.toUpperCase());
}

/** Without the comment at the end, one part for each of the commands in a line. */
function segmentsOf(line: string): readonly string[] {
  return line.replace(/(^|\s)#.*$/, "").split(/&&|\|\||[;|]/);
}

/** As a shell has them: quotes hold words together, redirections and variables before the command are none. */
function wordsOf(text: string): readonly string[] {
  const words = text.replace(/\s*\d?>+\s*\S+/g, "").match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  const first = words.findIndex((word) => !/^\w+=/.test(word));
  return words.slice(Math.max(0, first)).map((word) => word.replace(/["']/g, ""));
}

const STARTS = [["thaw"], ["npx", "thaw"], ["npm", "run", "thaw", "--"]] as const;

function afterThaw(words: readonly string[]): readonly string[] | undefined {
  const start = STARTS.find((start) => start.every((word, at) => words[at] === word));
  return start && words.slice(start.length);
}
