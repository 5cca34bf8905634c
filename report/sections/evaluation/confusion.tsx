/** Confusion matrix as a heat map with counts, and the commonest confusions in words. */
import type { VNode } from "preact";
import { shortened } from "../../../spec/text/visible.js";
import { counted, integer, percent } from "../../format.js";
import { ScrollBox } from "../../scrollBox.js";
import { SCALE_STEPS } from "../../style/palette.js";
import type { SectionProps } from "../section.js";

/** With more classes than this the cells are too low for names of two lines. */
const MANY_CLASSES = 14;
const MOST_PAIRS = 5;
/** A matrix grows with the square of the classes; nobody reads a thousand by a thousand cells. */
const MOST_CLASSES = 100;
/** Of a name in the title of a cell, of which there are thousands. */
const MOST_OF_NAME = 60;

interface MatrixProps {
  readonly classes: readonly string[];
  /** `confusion[actual][predicted]`. */
  readonly confusion: readonly (readonly number[])[];
}

export function Confusion({ data: { evaluation } }: SectionProps): VNode {
  return (
    <>
      <p>
        A cell counts the test images of its row's class that were given its column's class; a dot means none.
        Blue is the share of a class that was recognised, orange the share that was taken for another class.
      </p>
      <div class="side-by-side">
        <figure>
          <Matrix {...largestPart(evaluation)} />
          {evaluation.classes.length > MOST_CLASSES && (
            <figcaption>
              The {MOST_CLASSES} classes with most mistakes of {integer(evaluation.classes.length)}; all of
              them are in report.json.
            </figcaption>
          )}
        </figure>
        <CommonConfusions {...evaluation} />
      </div>
    </>
  );
}

/** The whole matrix, or the part of it that the classes with most mistakes have with each other. */
function largestPart({ classes, confusion }: MatrixProps): MatrixProps {
  if (classes.length <= MOST_CLASSES) return { classes, confusion };
  const mistakes = classes.map(() => 0);
  for (const [actual, row] of confusion.entries())
    for (const [predicted, count] of row.entries())
      if (actual !== predicted) {
        mistakes[actual] = (mistakes[actual] ?? 0) + count;
        mistakes[predicted] = (mistakes[predicted] ?? 0) + count;
      }
  const kept = [...classes.keys()]
    .sort((a, b) => (mistakes[b] ?? 0) - (mistakes[a] ?? 0) || a - b)
    .slice(0, MOST_CLASSES)
    .sort((a, b) => a - b);
  return {
    classes: kept.map((label) => classes[label] ?? `class ${label}`),
    confusion: kept.map((actual) => kept.map((predicted) => confusion[actual]?.[predicted] ?? 0)),
  };
}

function Matrix({ classes, confusion }: MatrixProps): VNode {
  const many = classes.length > MANY_CLASSES;
  return (
    <ScrollBox label="Confusion matrix">
      <table class={many ? "heat many" : "heat"} style={{ "--classes": classes.length }}>
        <caption class="visually-hidden">
          Confusion matrix: true classes in rows, predicted in columns
        </caption>
        <thead>
          <tr>
            <th scope="col" class="corner">
              predicted →
              <br />
              true ↓
            </th>
            {classes.map((name) => (
              <th scope="col" key={name} title={`predicted: ${name}`}>
                <span>{name}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {classes.map((name, actual) => (
            <tr key={name}>
              <th scope="row" title={`true class: ${name}`}>
                <span>{name}</span>
              </th>
              <Row counts={confusion[actual] ?? []} actual={actual} classes={classes} />
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

interface RowProps {
  readonly counts: readonly number[];
  readonly actual: number;
  readonly classes: readonly string[];
}

function Row({ counts, actual, classes }: RowProps): VNode {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return (
    <>
      {classes.map((name, predicted) => {
        const count = counts[predicted] ?? 0;
        const share = count / total;
        return count === 0 ? (
          <td key={name} class="none">
            ·
          </td>
        ) : (
          <td
            key={name}
            class={predicted === actual ? `blue-${hitStep(share)}` : `orange-${mistakeStep(share)}`}
            title={`${count} of ${total} of ${shortened(classes[actual] ?? "", MOST_OF_NAME)} predicted as ${shortened(name, MOST_OF_NAME)} (${percent(share)})`}
          >
            {count}
          </td>
        );
      })}
    </>
  );
}

const clampStep = (step: number): number => Math.min(SCALE_STEPS, Math.max(1, step));
const hitStep = (share: number): number => clampStep(Math.ceil(share * SCALE_STEPS));
/** By the square root: one mistake in a hundred must be seen, and one in ten must look worse. */
const mistakeStep = (share: number): number => clampStep(Math.ceil(Math.sqrt(share) * SCALE_STEPS));

function CommonConfusions({ classes, confusion }: MatrixProps): VNode {
  const pairs = confusion
    .flatMap((row, actual) => row.map((count, predicted) => ({ actual, predicted, count })))
    .filter(({ actual, predicted, count }) => actual !== predicted && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_PAIRS);
  return (
    <div>
      <h3>Commonest confusions</h3>
      {pairs.length === 0 ? (
        <p>None: every test image was classified correctly.</p>
      ) : (
        <ul class="pairs">
          {pairs.map(({ actual, predicted, count }) => (
            <li key={`${actual}-${predicted}`}>
              <strong>{classes[actual]}</strong> taken for <strong>{classes[predicted]}</strong>:{" "}
              {counted(count, "image")}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
