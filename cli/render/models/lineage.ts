/** Lineage as two indented trees: what it was made of, and what was made of it. */
import type { LineageNode } from "../../../spec/lineageTree.js";
import type { LineageJson } from "../../json/models.js";
import type { Screen } from "../../output.js";
import { shortTime } from "../numbers.js";
import { wrapWords } from "../words.js";

export function lineageText(found: LineageJson, screen: Screen, now = new Date()): string {
  const { subject, up, down } = found;
  const { colours } = screen;
  const isPlace = subject.kind === "digest" || subject.kind === "image";
  const section = (title: string, nodes: readonly LineageNode[]): readonly string[] =>
    nodes.length === 0 ? [] : ["", colours.bold(title), ...linesOf(nodes, screen, now, 1)];
  const nowhere =
    up.length + down.length === 0 ? ["", isPlace ? NOWHERE : "Nothing else is known of it."] : [];
  return [
    colours.bold(subject.name),
    ...subjectLines(subject, screen),
    ...section("made of", up),
    ...section(isPlace ? "found in" : "made of it", down),
    ...nowhere,
  ].join("\n");
}

const NOWHERE = "It is in no dataset, artifact or record of the store.";

function subjectLines(
  { kind, digest, name, text }: LineageJson["subject"],
  { width }: Screen,
): readonly string[] {
  const facts = [
    kind,
    ...(digest === undefined || digest === name ? [] : [`sha256 ${digest}`]),
    ...(text === undefined ? [] : [text]),
  ];
  return [wrapWords(facts.join(", "), width)];
}

const INDENT = "  ";
const DIGEST_LETTERS = 12;

function linesOf(nodes: readonly LineageNode[], screen: Screen, now: Date, depth: number): readonly string[] {
  return nodes.flatMap((node) => {
    const indent = INDENT.repeat(depth);
    return [
      wrapWords(indent + lineOf(node, screen, now), screen.width, indent + INDENT.repeat(2)),
      ...linesOf(node.nodes ?? [], screen, now, depth + 1),
    ];
  });
}

function lineOf(
  { kind, name, relation, digest, at, label, split, now: isNow, text }: LineageNode,
  screen: Screen,
  now: Date,
): string {
  const { colours } = screen;
  const said = relation === undefined ? kind : WORDS[relation];
  const facts = [
    ...(label === undefined ? [] : [`labelled ${label}`]),
    ...(split === undefined ? [] : [`split ${split}`]),
    ...(at === undefined ? [] : [shortTime(new Date(at), now)]),
    ...(isNow === true ? ["now"] : []),
    ...(text === undefined ? [] : [text]),
  ];
  const short =
    digest === undefined || digest === name ? "" : ` ${colours.dim(digest.slice(0, DIGEST_LETTERS))}`;
  return `${said} ${name}${short}${facts.length === 0 ? "" : `: ${facts.join(", ")}`}`;
}

const WORDS: Readonly<Record<NonNullable<LineageNode["relation"]>, string>> = {
  "registered-by": "registered by",
  "started-by": "started by",
  "goes-on-from": "goes on from",
  stage: "stage",
  input: "from",
  "read-from": "read from",
  "uploaded-as": "uploaded:",
  base: "base",
  checkpoint: "checkpoint:",
  layer: "with the layer",
  "tuned-on": "tuned on the images of",
  "keeps-splits-of": "keeps the splits of",
  "knows-images-of": "holds out nothing that its base learned from:",
  registered: "registered",
  "given-again-by": "given again by",
  "gone-on-with-by": "gone on with by",
  "base-of": "base of",
  "splits-kept-by": "splits kept by",
  "input-of": "input of",
  "held-by": "held by",
  "source-of": "source of",
  "meant-by": "meant by",
  "challenger-in": "challenger in",
  "champion-in": "champion in",
  "evidence-of": "evidence for",
  "in-dataset": "image",
  "trained-on-by": "trained on by",
  "validated-by": "validated with by",
  "held-out-by": "held out by",
};
