/** The data: images per class and split, examples, duplicates, and what was left out. */
import type { VNode } from "preact";
import { hasSuspectedCopies } from "../../checks/pictures.js";
import { counted, integer } from "../../format.js";
import type { SectionProps } from "../section.js";
import { ClassCounts } from "./classCounts.js";
import { LeftOut } from "./leftOut.js";

export function DataSet({ data }: SectionProps): VNode {
  const { dataset } = data;
  return (
    <>
      <p>
        {counted(dataset.images, "image")} in {counted(dataset.classes.length, "class", "classes")}.{" "}
        {dataset.duplicateGroups === 0
          ? "No duplicates (same bytes or same appearance) were found."
          : `${counted(dataset.duplicateGroups, "group")} of duplicates (same bytes or same appearance) ${dataset.duplicateGroups === 1 ? "was" : "were"} found${whereTheyLie(data)}`}
        {suspectedSentence(data)}
        {knownSentence(dataset)}
      </p>
      <h3>Images per class and split</h3>
      <ClassCounts dataset={dataset} />
      <h3>Files left out</h3>
      <LeftOut files={dataset.quarantined} />
    </>
  );
}

function whereTheyLie(data: SectionProps["data"]): string {
  if (tornApart(data)) return ".";
  const leaks = data.dataset.faults?.leaks;
  if (leaks !== undefined && leaks.count > 0) {
    const left = counted(leaks.dropped, "copy of a held-out image", "copies of held-out images");
    return `; ${integer(leaks.count)} of them lay in several splits: ${left} ${leaks.dropped === 1 ? "was" : "were"} left out.`;
  }
  // Copies that only the base's features see may still lie on both sides.
  if (hasSuspectedCopies(data)) return "; each lies within one split.";
  return "; each lies within one split, so no test image has a twin among the training images.";
}

function suspectedSentence(data: SectionProps["data"]): string {
  return hasSuspectedCopies(data)
    ? " Others are suspected across the splits: see the suspected copies under what to check."
    : "";
}

/** Where the base is a model that was tuned on some of the images. */
function knownSentence({ knownToBase }: SectionProps["data"]["dataset"]): string {
  if (knownToBase === undefined) return "";
  const { learned, flattering } = knownToBase;
  const unheld = flattering === 0 ? "; none of these is held out" : "";
  const known = learned === 0 ? "" : ` The base was tuned with ${integer(learned)} of the images${unheld}.`;
  if (flattering === 0) return known;
  const [are, them] = flattering === 1 ? ["is", "it"] : ["are", "them"];
  return `${known} ${counted(flattering, "image")} ${are} held out although the base has learned from ${them}.`;
}

/** Whether the user's own splits have copies on both sides, and were left so. */
function tornApart({ dataset }: SectionProps["data"]): boolean {
  const leaks = dataset.faults?.leaks;
  return leaks?.policy === "report" && leaks.count > 0;
}
