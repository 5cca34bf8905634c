/** Reads YAML as run files and `--set` have it: what is wrong in words of ours, in time and room that grow with the text. */
import { type Document, isScalar, type LineCounter, parseDocument, visit, type YAMLMap } from "yaml";

/** In place of the parser's own words for usual mistakes, such as a line that is indented too far. */
const WORDING: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: "a second YAML document begins here, and a run file is a single one",
  BLOCK_AS_IMPLICIT_KEY: "a line further down is indented as if it belonged to this value",
  TAB_AS_INDENT: "this line is indented by a tab, and YAML wants spaces",
  RESOURCE_EXHAUSTION: "values lie within values here, deeper than any run file needs",
  TAG_RESOLVE_FAILED:
    "there are no tags in a run file: leave out what begins with !, or put the value in quotes",
};

export interface SyntaxProblem {
  /** Where in the text. */
  readonly offset: number;
  readonly sentence: string;
}

export interface ReadYaml {
  readonly document: Document;
  /** Undefined where there are problems. */
  readonly content: unknown;
  readonly problems: readonly SyntaxProblem[];
}

/** @param lines are told where lines begin */
export function readYaml(text: string, lines?: LineCounter): ReadYaml {
  const document = parseDocument(text, {
    prettyErrors: false,
    // The parser compares each key with each other one, which takes minutes for a megabyte of them.
    uniqueKeys: false,
    ...(lines === undefined ? {} : { lineCounter: lines }),
  });
  const problems = [...parserProblems(document), ...nodeProblems(document)];
  if (problems.length > 0) return { document, content: undefined, problems };
  try {
    return { document, content: document.toJS() as unknown, problems };
  } catch {
    // The parser counts them, before they are laid out.
    const sentence = "aliases (*NAME) stand for more here than any run file needs: write the values out";
    return { document, content: undefined, problems: [{ offset: 0, sentence }] };
  }
}

/** The parser's errors, less those that only follow from another one at the same place. */
function parserProblems({ errors, warnings }: Document): readonly SyntaxProblem[] {
  const byOffset = new Map<number, SyntaxProblem>();
  for (const { pos, code, message } of [...errors, ...warnings]) {
    const [offset] = pos;
    if (!byOffset.has(offset)) byOffset.set(offset, { offset, sentence: WORDING[code] ?? message });
  }
  return [...byOffset.values()];
}

/** Keys that stand twice in a section, and loose aliases. */
function nodeProblems(document: Document): readonly SyntaxProblem[] {
  const problems: SyntaxProblem[] = [];
  const anchors = new Set<string>();
  if (document.errors.length > 0) return problems;
  visit(document, {
    Node(_, node) {
      if ("anchor" in node && node.anchor !== undefined) anchors.add(node.anchor);
    },
    Alias(_, alias) {
      if (anchors.has(alias.source)) return;
      problems.push({ offset: alias.range?.[0] ?? 0, sentence: `there is no anchor &${alias.source} above` });
    },
    Map(_, map) {
      if (map.anchor !== undefined) anchors.add(map.anchor);
      for (const problem of keysTwice(map)) problems.push(problem);
    },
  });
  return problems;
}

function keysTwice({ items }: YAMLMap): readonly SyntaxProblem[] {
  const seen = new Set<string>();
  return items.flatMap(({ key }) => {
    if (!isScalar(key)) return [];
    const name = String(key.value);
    if (seen.has(name)) {
      const sentence = `\`${name}\` stands here a second time: which of the two is meant?`;
      return [{ offset: key.range?.[0] ?? 0, sentence }];
    }
    seen.add(name);
    return [];
  });
}
