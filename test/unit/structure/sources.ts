/** The project's own source files and what they import, as they stand in the working tree. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { parseSync } from "oxc-parser";

export interface SourceFile {
  /** Relative to the project's folder. */
  readonly path: string;
  readonly bytes: number;
  /** Files of the project that it imports, types and dynamic imports included. */
  readonly imports: readonly string[];
}

const { include } = JSON.parse(readFileSync("tsconfig.json", "utf8")) as { include: readonly string[] };

/** Folders with code, as the compiler is told them. */
export const FOLDERS = include;

export function sourcePaths(): readonly string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => join(folder, name)),
  );
}

export function sourceFiles(): readonly SourceFile[] {
  return sourcePaths().map(readSource);
}

function readSource(path: string): SourceFile {
  const text = readFileSync(path, "utf8");
  const { staticImports, staticExports, dynamicImports } = parseSync(path, text).module;
  const reExported = staticExports.flatMap(({ entries }) =>
    entries.map(({ moduleRequest }) => moduleRequest),
  );
  const named = [...staticImports.map(({ moduleRequest }) => moduleRequest), ...reExported].map(
    (request) => request?.value ?? "",
  );
  const dynamic = dynamicImports.map(({ moduleRequest: { start, end } }) => text.slice(start + 1, end - 1));
  const imports = [...named, ...dynamic].filter((specifier) => specifier.startsWith("."));
  return { path, bytes: statSync(path).size, imports: imports.map((specifier) => resolve(path, specifier)) };
}

/** The compiler wants the name of the file that it writes. */
function resolve(from: string, specifier: string): string {
  const written = normalize(join(dirname(from), specifier));
  const asSource = written.replace(/\.js$/, ".ts");
  return statSync(asSource, { throwIfNoEntry: false }) === undefined ? `${asSource}x` : asSource;
}
