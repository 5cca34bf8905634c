/** What a reader has to know before the accuracy is believed: all warnings, the strongest first, each with what to do. */
import type { VNode } from "preact";
import { serious, type Warning } from "../../../spec/warnings/warning.js";
import { counted } from "../../format.js";
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
  const notes = warnings.filter(({ grade }) => grade === "note");
  return (
    <>
      {notes.length < warnings.length ? (
        <List warnings={serious(warnings)} />
      ) : (
        <p>Nothing was found that speaks against the figures.</p>
      )}
      {notes.length > 0 && (
        <details>
          <summary>{counted(notes.length, "note")} on the images and figures</summary>
          <List warnings={notes} />
        </details>
      )}
    </>
  );
}

function List({ warnings }: { readonly warnings: readonly Warning[] }): VNode {
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
