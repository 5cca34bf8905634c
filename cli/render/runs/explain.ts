/** A run's explanation as text: sentences, what can be done, and the end of the log. */
import type { ExplainJson } from "../../json/explain.js";
import type { Screen } from "../../output.js";
import { withShortTimes } from "../numbers.js";
import { warningLines } from "../warnings.js";
import { hangingLines } from "../words.js";
import { logLine } from "./logs.js";

export function explanationText(
  { runId, sentences, advice, lastLines, warnings }: ExplainJson,
  screen: Screen,
  now = new Date(),
): string {
  const { colours, width } = screen;
  const unsaid = warnings.filter(({ sentence }) => !sentences.includes(sentence));
  return [
    colours.bold(runId),
    ...sentences.flatMap((sentence) => hangingLines(withShortTimes(sentence, now), "", width)),
    ...(unsaid.length === 0 ? [] : ["", ...warningLines(unsaid, screen)]),
    ...(advice.length === 0 ? [] : ["", ...advice.flatMap((line) => hangingLines(line, "→ ", width))]),
    ...(lastLines.length === 0
      ? []
      : [
          "",
          colours.dim("The last lines of the stage's log:"),
          ...lastLines.map((line) => logLine(line, screen)),
        ]),
  ].join("\n");
}
