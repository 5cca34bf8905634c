/** Reads a run file: every mistake is found at once, with its line, the key meant and what is allowed. */
import { type Document, LineCounter, parseDocument, visit } from "yaml";
import { ThawError } from "../../spec/errors.js";
import { type RunFile, runFileSchema } from "../../spec/runFile/runFile.js";
import { schemaAt } from "./jsonSchema.js";
import { locateKey, type Position, positionOf } from "./locate.js";
import { applyOverrides, type Override, parseOverride } from "./overrides.js";
import { type Problem, problemsOf } from "./problems.js";

/** In place of the parser's own words for usual mistakes, such as a line that is indented too far. */
const WORDING: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: "a second YAML document begins here, and a run file is a single one",
  BLOCK_AS_IMPLICIT_KEY: "a line further down is indented as if it belonged to this value",
};

/** Place of findings about `--set`. */
const AFTER_THE_FILE = Number.POSITIVE_INFINITY;

interface Finding {
  /** `thaw.yaml:4:3` or `--set head.epochs=many`. */
  readonly where: string;
  readonly sentence: string;
  /** Findings are shown in the order of the text; those of `--set` come last. */
  readonly order: number;
}

/**
 * @param fileName for messages, as the user named it
 * @param overrides the values of `--set`, `key=value` with a dotted key and a YAML value
 * @throws ThawError RUN_FILE_INVALID with all mistakes
 */
export function parseRunFile(text: string, fileName: string, overrides: readonly string[]): RunFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const atPosition = ({ line, column }: Position, sentence: string): Finding => ({
    where: `${fileName}:${line}:${column}`,
    sentence,
    order: line,
  });
  const syntax = syntaxProblems(document).map(({ offset, sentence }) =>
    atPosition(positionOf(lines, offset), sentence),
  );
  if (syntax.length > 0) throw invalid(fileName, syntax);

  const parsed = overrides.map(parseOverride);
  const wrongOverrides = parsed.flatMap((item) =>
    "sentence" in item ? [atOverride(item.text, item.sentence)] : [],
  );
  const goodOverrides = parsed.flatMap((item) => ("path" in item ? [item] : []));
  const content = applyOverrides(withoutEmptySections(contentOf(document, fileName)), goodOverrides);
  const result = runFileSchema.safeParse(content);
  if (result.success && wrongOverrides.length === 0) return result.data;

  const problems = result.success ? [] : problemsOf(result.error.issues, content);
  const findings = problems.map(({ path, sentence }: Problem) => {
    const override = overrideOf(path, goodOverrides);
    if (override !== undefined) return atOverride(override.text, sentence);
    return atPosition(locateKey(document, lines, path), sentence);
  });
  throw invalid(fileName, [...findings, ...wrongOverrides]);
}

interface SyntaxProblem {
  readonly offset: number;
  readonly sentence: string;
}

/** The parser's errors, less those that only follow from another one at the same place, and loose aliases. */
function syntaxProblems(document: Document): readonly SyntaxProblem[] {
  const problems: SyntaxProblem[] = [];
  for (const { pos, code, message } of [...document.errors, ...document.warnings]) {
    if (problems.some(({ offset }) => offset === pos[0])) continue;
    problems.push({ offset: pos[0], sentence: WORDING[code] ?? message });
  }
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return;
      problems.push({ offset: alias.range?.[0] ?? 0, sentence: `there is no anchor &${alias.source} above` });
    },
  });
  return problems;
}

function atOverride(text: string, sentence: string): Finding {
  return { where: `--set ${text}`, sentence, order: AFTER_THE_FILE };
}

/** The override that wrote the value at `path`: the last one at it or above it. */
function overrideOf(path: readonly PropertyKey[], overrides: readonly Override[]): Override | undefined {
  return overrides.findLast((override) => override.path.every((step, index) => step === path[index]));
}

function contentOf(document: Document, fileName: string): object {
  let content: unknown;
  try {
    content = document.toJS();
  } catch (error) {
    // So many aliases that the file would explode.
    throw invalid(fileName, [{ where: fileName, sentence: (error as Error).message, order: 0 }]);
  }
  if (content === null) return {};
  if (typeof content === "object" && !Array.isArray(content)) return content;
  const sentence = "a run file is a list of `key: value` lines";
  throw invalid(fileName, [{ where: `${fileName}:1:1`, sentence, order: 0 }]);
}

/** `augment:` with all of its keys commented out is a section without keys, which YAML reads as null. */
function withoutEmptySections(content: object): object {
  const isEmptySection = ([key, value]: [string, unknown]): boolean =>
    value === null && schemaAt([key])?.type === "object";
  return Object.fromEntries(Object.entries(content).filter((entry) => !isEmptySection(entry)));
}

function placesOf(fileName: string, findings: readonly Finding[]): string {
  const inSets = findings.filter(({ order }) => order === AFTER_THE_FILE).length;
  if (inSets === 0) return fileName;
  return inSets === findings.length ? "--set" : `${fileName} and --set`;
}

function invalid(fileName: string, findings: readonly Finding[]): ThawError {
  const sorted = findings
    .toSorted((a, b) => a.order - b.order)
    .map(({ where, sentence }) => `${where}: ${sentence}`);
  const message =
    sorted.length === 1
      ? `${sorted[0]}`
      : `${sorted.length} mistakes in ${placesOf(fileName, findings)}:\n  ${sorted.join("\n  ")}`;
  return new ThawError("RUN_FILE_INVALID", message, {
    hint: "`thaw init FOLDER --full --out all.yaml` writes every key with its default and its meaning",
  });
}
