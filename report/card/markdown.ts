/** The model card as Markdown, for model registries, repositories and whoever reads files. */
import type { ReportData } from "../../spec/records/report.js";
import { type CardFact, cardSections } from "./content.js";

/** @returns the text of `model-card.md`; every text of `data` is escaped */
export function renderModelCard(data: ReportData): string {
  const parts = cardSections(data).map(({ title, facts, points }) =>
    [
      `## ${title}`,
      "",
      ...facts.map((fact) => `- **${escaped(fact.term)}:** ${textOf(fact)}`),
      ...points.map((point) => `- ${escaped(point)}`),
    ].join("\n"),
  );
  const { name, version } = data.model;
  return `${[`# Model card: ${escaped(name)} version ${version}`, ...parts].join("\n\n")}\n`;
}

function textOf({ value, code }: CardFact): string {
  // A fence is one backtick longer than any within (CommonMark 0.31, 6.1).
  if (code === undefined) return escaped(value);
  const longest = Math.max(0, ...(value.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const pad = longest > 0 ? " " : "";
  return `${fence}${pad}${oneLine(value)}${pad}${fence}`;
}

/** Characters that mean something to Markdown or HTML get a backslash; an item stays on its line. */
function escaped(text: string): string {
  return oneLine(text).replace(/[\\`*_{}[\]<>#|~&]/g, "\\$&");
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
