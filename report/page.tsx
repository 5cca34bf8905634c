/** The report as a page: navigation and the sections in the order in which a reader wants them. */
import type { FunctionComponent, VNode } from "preact";
import type { ReportData } from "../spec/records/report.js";
import { DataChecks } from "./sections/data/dataChecks.js";
import { DataSet } from "./sections/data/dataSet.js";
import { Examples } from "./sections/data/examples.js";
import { NewImages } from "./sections/data/newImages.js";
import { Confidence } from "./sections/evaluation/confidence.js";
import { Confusion } from "./sections/evaluation/confusion.js";
import { Evidence } from "./sections/evaluation/evidence.js";
import { Features } from "./sections/evaluation/features.js";
import { Folds } from "./sections/evaluation/folds.js";
import { Mistakes } from "./sections/evaluation/mistakes.js";
import { PerClass } from "./sections/evaluation/perClass.js";
import { Result } from "./sections/evaluation/result.js";
import { Warnings } from "./sections/evaluation/warnings.js";
import { ModelCard } from "./sections/modelCard.js";
import { Reproduce } from "./sections/reproduce.js";
import type { SectionProps } from "./sections/section.js";
import { Base } from "./sections/training/base.js";
import { Curves } from "./sections/training/curves.js";
import { Network } from "./sections/training/network.js";
import { Recipe } from "./sections/training/recipe.js";
import { Stages } from "./sections/training/stages.js";
import { Timings } from "./sections/training/timings.js";
import { Words } from "./sections/words.js";
import { trainingStages } from "./trainingStages.js";

interface PageSection {
  readonly id: string;
  readonly title: string;
  readonly Content: FunctionComponent<SectionProps>;
  /** Whether a report has it; all do when left out. */
  readonly isIn?: (data: ReportData) => boolean;
}

/** What a reader wants to see at once, after the result. */
const OPEN: readonly PageSection[] = [
  { id: "warnings", title: "Before you trust it", Content: Warnings },
  { id: "examples", title: "Examples", Content: Examples },
  { id: "mistakes", title: "Mistakes and close calls", Content: Mistakes },
];

/** The rest, folded: first what can void the figure, then how it came about, then what is only looked up. */
const FOLDED: readonly PageSection[] = [
  { id: "checks", title: "What to check in the data", Content: DataChecks },
  { id: "new-images", title: "New images", Content: NewImages, isIn: ({ drift }) => drift !== undefined },
  { id: "folds", title: "How far it generalises", Content: Folds },
  { id: "confidence", title: "How far to trust it", Content: Confidence },
  { id: "evidence", title: "Where it looks", Content: Evidence },
  { id: "confusion", title: "Confusion matrix", Content: Confusion },
  { id: "classes", title: "Class by class", Content: PerClass },
  { id: "data", title: "Data", Content: DataSet },
  { id: "stages", title: "How it got there", Content: Stages },
  { id: "recipe", title: "Why this recipe", Content: Recipe },
  { id: "curves", title: "Learning curves", Content: Curves },
  { id: "network", title: "Frozen and trained layers", Content: Network },
  { id: "features", title: "Map of the features", Content: Features },
  { id: "card", title: "Model card", Content: ModelCard },
  { id: "base", title: "The pretrained base", Content: Base },
  { id: "timings", title: "Timings", Content: Timings },
  { id: "reproduce", title: "How to reproduce it", Content: Reproduce },
  { id: "words", title: "What the words mean", Content: Words },
];

export function Page({ data }: { data: ReportData }): VNode {
  const stages = trainingStages(data);
  const folded = FOLDED.filter(({ isIn }) => isIn?.(data) !== false);
  return (
    <body>
      <a class="skip" href="#content">
        Skip to the report
      </a>
      <div class="page">
        <nav aria-label="Sections">
          <ol>
            {[{ id: "result", title: "Result" }, ...OPEN, ...folded].map(({ id, title }) => (
              <li key={id}>
                <a href={`#${id}`}>{title}</a>
              </li>
            ))}
          </ol>
        </nav>
        <main id="content" tabIndex={-1}>
          <Result data={data} stages={stages} />
          {OPEN.map(({ id, title, Content }) => (
            <section id={id} key={id} aria-labelledby={`${id}-heading`}>
              <h2 id={`${id}-heading`}>{title}</h2>
              <Content data={data} stages={stages} />
            </section>
          ))}
          {folded.map(({ id, title, Content }) => (
            <section key={id} class="folded" aria-labelledby={`${id}-heading`}>
              <details>
                <summary>
                  <h2 id={`${id}-heading`}>{title}</h2>
                </summary>
                {/* The anchor lies within: browsers unfold what hides the target of a link. */}
                <div id={id} class="content">
                  <Content data={data} stages={stages} />
                </div>
              </details>
            </section>
          ))}
          <footer>
            Written by thaw {data.thawVersion}. The numbers of this page are in its report.json:{" "}
            <code>thaw report {data.runId} --json</code>
          </footer>
        </main>
      </div>
    </body>
  );
}
