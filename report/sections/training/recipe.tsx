/** Why so much of the network was trained: the decision, its evidence, and how far the images are from the base. */
import type { VNode } from "preact";
import type { RecipeDecision, RecipeSummary } from "../../../spec/records/recipe.js";
import { depthWords } from "../../../spec/retraining/depth.js";
import { counted, decimal, percent } from "../../format.js";
import { Marked } from "../../marked.js";
import { DomainGroups } from "../../plots/domainGroups.js";
import { ScrollBox } from "../../scrollBox.js";
import { MoreImages } from "../data/moreImages.js";
import type { SectionProps } from "../section.js";

export function Recipe({ data: { recipe, bases, evaluation, depth } }: SectionProps): VNode {
  if (recipe === undefined) return <p class="muted">This run was made before thaw chose recipes.</p>;
  const { decision, compatibility, evidence } = recipe;
  return (
    <>
      <p>
        <strong>{choiceInWords(decision)}</strong>: {decision.reason}.
        {decision.help !== undefined && <Marked text={` What would help: ${decision.help}.`} />}
      </p>
      {depth !== undefined && (
        <p>
          A retraining, which trained <strong>{depthWords(depth)}</strong>: {depth.reason}.
        </p>
      )}
      {bases !== undefined && (
        <p>
          Base: <strong>{bases.chosen}</strong>, chosen out of{" "}
          <a href="#base">{bases.candidates.length} that were compared</a>. {bases.reason}.
        </p>
      )}
      <p>
        Features’ worth: <strong>{compatibility.verdict}</strong>. {capital(compatibility.sentence)}.
      </p>
      <Domain recipe={recipe} />
      <ScrollBox label="Evidence">
        <table class="wide">
          <caption>
            <span class="text">
              Measured on {counted(evidence.images, "training and validation image")}; the held-out images had
              no part in it. Linear classifiers by {evidence.folds}-fold cross-validation that keeps groups
              together.
            </span>
          </caption>
          <thead>
            <tr>
              <th scope="col">Evidence</th>
              <th scope="col" class="number">
                Value
              </th>
              <th scope="col">What it says</th>
            </tr>
          </thead>
          <tbody>
            {evidenceRows(recipe).map(([name, value, meaning]) => (
              <tr key={name}>
                <th scope="row" class="name">
                  {name}
                </th>
                <td class="number">{value}</td>
                <td>{meaning}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      <MoreImages recipe={recipe} unlikeTest={evaluation.resemblance?.verdict === "differs"} />
    </>
  );
}

function Domain({ recipe: { domain, evidence } }: { readonly recipe: RecipeSummary }): VNode | null {
  if (domain === undefined || evidence.domain === undefined) return null;
  return (
    <>
      <p>
        Domain distance: <strong>{domain.verdict}</strong>. {capital(domain.sentence)}.{" "}
        <Marked text={capital(domain.advice)} />. The distance alone decides nothing.
      </p>
      <figure>
        <DomainGroups {...evidence.domain} />
        <figcaption>
          How far {counted(evidence.domain.images, "image")} are from those that the base was pretrained on,
          at each layer group from the input up: squared Fréchet distance to the statistics in its batch
          norms, in units of their variance. 0 is the pretraining itself; a line is the 95 % interval.
        </figcaption>
      </figure>
    </>
  );
}

function choiceInWords({ choice, stages, planned }: RecipeDecision): string {
  if (choice === "staged") return `Staged unfreezing, ${stages} of ${counted(planned, "stage")}`;
  return planned === 0 ? "Head only" : "Head only, no fine-tuning";
}

function evidenceRows({ evidence }: RecipeSummary): readonly (readonly [string, string, string])[] {
  const { probe, colours, smallestClass } = evidence;
  const [low, high] = probe.interval;
  const [low2, high2] = colours.interval;
  return [
    [
      "Training images",
      String(evidence.trainImages),
      `${smallestClass.images} in the smallest class, ${smallestClass.name}`,
    ],
    ["Largest class", percent(evidence.majority), "accuracy of always naming it"],
    [
      "Linear probe",
      percent(probe.accuracy),
      `on the base's features; 95 % interval ${percent(low)} to ${percent(high)}`,
    ],
    [
      "The same on mean colours",
      percent(colours.accuracy),
      `on 8 × 8 thumbnails; 95 % interval ${percent(low2)} to ${percent(high2)}`,
    ],
    ["Nearest neighbours", percent(evidence.neighbours), "each image by the five most similar others"],
    ["LogME", decimal(evidence.logMe), "log evidence of a linear model; compares bases on the same images"],
    [
      "H-score",
      decimal(evidence.hScore),
      `of at most ${evidence.classes - 1}; compares bases on the same images`,
    ],
  ];
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
