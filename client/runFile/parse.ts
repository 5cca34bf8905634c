/** Reads a run file: every mistake is found at once, with its line, the key meant and what is allowed. */
import { LineCounter } from "yaml";
import { ThawError } from "../../spec/errors.js";
import { type RunFile, runFileSchema } from "../../spec/runFile/runFile.js";
import { schemaAt } from "./jsonSchema.js";
import { locateKey, type Position, positionOf } from "./locate.js";
import { applyOverrides, type Override, parseOverride } from "./overrides.js";
import { type Problem, problemsOf } from "./problems.js";
import { readYaml } from "./yaml.js";

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
  const { document, content: written, problems: wrongYaml } = readYaml(text, lines);
  const atPosition = ({ line, column }: Position, sentence: string): Finding => ({
    where: `${fileName}:${line}:${column}`,
    sentence,
    order: line,
  });
  const syntax = wrongYaml.map(({ offset, sentence }) => atPosition(positionOf(lines, offset), sentence));
  if (syntax.length > 0) throw invalid(fileName, syntax);

  const parsed = overrides.map(parseOverride);
  const wrongOverrides = parsed.flatMap((item) =>
    "sentence" in item ? [atOverride(item.text, item.sentence)] : [],
  );
  const goodOverrides = parsed.flatMap((item) => ("path" in item ? [item] : []));
  const content = applyOverrides(withoutEmptySections(contentOf(written, fileName)), goodOverrides);
  const result = runFileSchema.safeParse(content);
  if (result.success && wrongOverrides.length === 0) return result.data;

  const problems = result.success ? [] : problemsOf(result.error.issues, content);
  const findings = problems.slice(0, MOST_TOLD).map(({ path, sentenceOf }: Problem) => {
    const override = overrideOf(path, goodOverrides);
    if (override !== undefined) return atOverride(override.text, sentenceOf());
    return atPosition(locateKey(document, lines, path), sentenceOf());
  });
  throw invalid(fileName, [...findings, ...wrongOverrides], problems.length - findings.length);
}

function atOverride(text: string, sentence: string): Finding {
  return { where: `--set ${text}`, sentence, order: AFTER_THE_FILE };
}

/** The override that wrote the value at `path`: the last one at it or above it. */
function overrideOf(path: readonly PropertyKey[], overrides: readonly Override[]): Override | undefined {
  return overrides.findLast((override) => override.path.every((step, index) => step === path[index]));
}

function contentOf(content: unknown, fileName: string): object {
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

/** More than this nobody reads at once, and most of a text that is no run file are the same mistake. */
const MOST_TOLD = 20;

/** @param more how many are not among the findings */
function invalid(fileName: string, findings: readonly Finding[], more = 0): ThawError {
  const sentences = findings
    .toSorted((a, b) => a.order - b.order)
    .map(({ where, sentence }) => `${where}: ${sentence}`);
  const mistakes = [...new Set(sentences)];
  const told = mistakes.slice(0, MOST_TOLD);
  const count = mistakes.length + more;
  if (count > told.length) told.push(`and ${count - told.length} more`);
  const message =
    count === 1
      ? `${mistakes[0]}`
      : `${count} mistakes in ${placesOf(fileName, findings)}:\n  ${told.join("\n  ")}`;
  return new ThawError("RUN_FILE_INVALID", message, {
    hint: "`thaw init FOLDER --full --out all.yaml` writes a run file with every key, its default and its meaning",
  });
}
