/** The model card as Markdown, for model registries, repositories and whoever reads files. */
import type { ReportData } from "../../spec/records/report.js";
import { codeSpan, markdownText } from "../../spec/text/markdown.js";
import { shownReport } from "../shown.js";
import { type CardFact, cardSections } from "./content.js";

/** @returns the text of `model-card.md`; every text of `report` is cleaned and escaped, and stays on its line */
export function renderModelCard(report: ReportData): string {
  const data = shownReport(report);
  const parts = cardSections(data).map(({ title, facts, points }) =>
    [
      `## ${title}`,
      "",
      ...facts.map((fact) => `- **${markdownText(fact.term)}:** ${textOf(fact)}`),
      ...points.map((point) => `- ${markdownText(point)}`),
    ].join("\n"),
  );
  const { name, version } = data.model;
  return `${[`# Model card: ${markdownText(name)} version ${version}`, ...parts].join("\n\n")}\n`;
}

const textOf = ({ value, code }: CardFact): string =>
  code === undefined ? markdownText(value) : codeSpan(value);
