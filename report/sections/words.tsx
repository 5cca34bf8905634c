/** The words of the report that not everybody knows; each is marked where it first stands in a section. */
import type { VNode } from "preact";
import { GLOSSARY } from "../glossary.js";

/** Names keep their capitals. */
const WRITTEN: Readonly<Record<string, string>> = {
  "macro f1": "Macro F1",
  "macro auc": "Macro AUC",
  "brier score": "Brier score",
  "mcnemar's test": "McNemar's test",
  logme: "LogME",
  "h-score": "H-score",
};

export function Words(): VNode {
  return (
    <dl class="facts">
      {Object.entries(GLOSSARY).map(([word, meaning]) => (
        <>
          <dt>{WRITTEN[word] ?? word}</dt>
          <dd>{meaning}</dd>
        </>
      ))}
    </dl>
  );
}
