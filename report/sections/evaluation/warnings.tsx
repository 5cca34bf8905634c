/** What a reader has to know before the accuracy is believed: all warnings, the strongest first, each with what to do. */
import type { VNode } from "preact";
import { Marked } from "../../marked.js";
import { GRADE_WORDS, reportWarnings, SECTION_OF } from "../../warnings.js";
import type { SectionProps } from "../section.js";

export function Warnings({ data }: SectionProps): VNode {
  const warnings = reportWarnings(data);
  if (warnings.length === 0) {
    return (
      <p>
        Nothing was found that speaks against the figures: no leaks, no contradicting labels, no property of
        the files that gives a class away, no class that is too small. What was looked for is listed under{" "}
        <a href="#checks">what to check in the data</a>.
      </p>
    );
  }
  return (
    <ul class="warnings">
      {warnings.map(({ code, about, grade, sentence, advice }) => (
        <li key={`${code} ${about ?? ""}`} class={grade}>
          <p>
            <strong>{GRADE_WORDS[grade]}.</strong> {sentence}
          </p>
          <p class="muted">
            <Marked text={`${advice.charAt(0).toUpperCase()}${advice.slice(1)}.`} />{" "}
            <a href={`#${SECTION_OF[code]}`}>Details</a>
          </p>
        </li>
      ))}
    </ul>
  );
}
