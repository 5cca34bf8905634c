/** What the project's texts – Markdown and comments – point at: links with their anchors, and paths of files. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { parseSync } from "oxc-parser";

/** A text that people read, and the file that it stands in. */
export interface Prose {
  readonly path: string;
  readonly text: string;
}

/** Tracked files and new ones that git does not ignore. */
export function projectFiles(): readonly string[] {
  const arguments_ = ["ls-files", "--cached", "--others", "--exclude-standard"];
  return execFileSync("git", arguments_, { encoding: "utf8" }).trim().split("\n");
}

/** Markdown whole; of code the comments. */
export function proseOf(path: string): Prose | undefined {
  if (path.endsWith(".md")) return { path, text: readFileSync(path, "utf8") };
  if (/\.tsx?$/.test(path)) {
    const { comments } = parseSync(path, readFileSync(path, "utf8"));
    return { path, text: comments.map(({ value }) => value).join("\n") };
  }
  if (/\.(py|mjs)$/.test(path)) {
    const lines = readFileSync(path, "utf8").split("\n");
    return { path, text: lines.filter((line) => /^\s*(#|\/\/)/.test(line)).join("\n") };
  }
  return undefined;
}

/** Targets of Markdown's links, without those of the web. */
export function linksIn({ text }: Prose): readonly string[] {
  const withoutCode = text.replace(/^```[\s\S]*?^```$/gm, "").replace(/`[^`\n]*`/g, "");
  return [...withoutCode.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** Files and folders of the project by their path, and source files by their name alone. */
export function pathsIn({ text }: Prose, topFolders: ReadonlySet<string>): readonly string[] {
  return [...text.matchAll(/(?<![\w./:@…*-])(?:\.\.?\/)*[\w.-]+(?:\/[\w.-]+)*\/?(?![\w/*{<…-])/g)]
    .map(([path]) => path.replace(/\.$/, ""))
    .filter((path) => isSource(path) || isBelow(path, topFolders));
}

const isSource = (path: string): boolean => /\w\.(tsx?|py)$/.test(path) && !path.startsWith("-");

function isBelow(path: string, topFolders: ReadonlySet<string>): boolean {
  const [top = "", next = ""] = path.split("/");
  return next !== "" && topFolders.has(top) && /(\.\w+|\/)$/.test(path);
}

/** The source of what the compiler writes. */
export const sourceOf = (path: string): string =>
  path.startsWith("dist/") ? path.slice("dist/".length).replace(/\.js$/, ".ts") : path;

/** Anchors of a Markdown file's headings, as GitHub makes them. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const headings = markdown.replace(/^```[\s\S]*?^```$/gm, "").matchAll(/^#+ +(.+)$/gm);
  return new Set(
    [...headings].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replace(/ /g, "-"),
    ),
  );
}
