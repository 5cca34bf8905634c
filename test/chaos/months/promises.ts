/** Holds what a month has left against what was promised. */
import type { TickVerdict } from "../../../spec/retraining/retraining.js";
import type { Month } from "./month.js";
import type { Night, Promotion } from "./plan.js";

/** Verdicts that a night may come to: the first of two looks at once has the first, the other one the second. */
function verdictsOf({ change, twice }: Night, promotion: Promotion): readonly (readonly TickVerdict[])[] {
  if (change === undefined) return [["unchanged"]];
  const good = promotion === "automatic" ? "promoted" : "waits";
  // Images as they were before make the version that there was.
  const one = change === "spoilt" ? "not-proven" : change === "cleaned" ? "same-result" : good;
  if (twice !== true) return [[one]];
  // The other one saw what the first came to, or came too late with the same.
  const others: readonly TickVerdict[] =
    one === "promoted" ? ["overtaken", "same-result", "unchanged"] : [one, "unchanged"];
  return others.map((other) => [one, other]);
}

/** Every promise of a month that was broken, in a sentence each. */
export function brokenPromises(
  plan: readonly Night[],
  promotion: Promotion,
  month: Month,
): readonly string[] {
  const { nights, records, log, proofs, versions, trained, approvals } = month;
  const broken: string[] = [];
  const check = (holds: boolean, sentence: string): void => void (holds || broken.push(sentence));
  for (const { night, ticks } of nights) {
    const found = ticks.map(({ verdict }) => verdict).sort();
    const allowed = verdictsOf(plan[night] ?? {}, promotion).map((verdicts) => [...verdicts].sort().join());
    check(
      allowed.includes(found.join()),
      `night ${night}: ${found.join()} instead of ${allowed.join(" | ")}`,
    );
  }
  const started = nights.flatMap((night) => night.started);
  const recorded = records.map(({ workflowId }) => workflowId);
  check(recorded.length === started.length, `${recorded.length} records of ${started.length} looks`);
  check(new Set(recorded).size === recorded.length, "a look has two records");
  for (const id of started) check(recorded.includes(id), `${id} left no record`);

  const changes = plan.filter(({ change }) => change !== undefined && change !== "cleaned").length;
  const distinct = new Set(trained).size;
  check(distinct === versions.length, `${distinct} trainings, ${versions.length} versions`);
  check(distinct === changes, `${distinct} trainings for ${changes} changes`);
  check(
    versions.every((version, index) => version === index + 1),
    `versions ${versions.join()}`,
  );

  const promoted = records.filter(({ verdict }) => verdict === "promoted");
  const asked = new Set(records.flatMap(({ approval }) => approval ?? []));
  const approved = approvals.filter(({ outcome }) => outcome?.state === "approved");
  const entries = promotion === "automatic" ? promoted : approved;
  check(entries.length === log.length, `${entries.length} promotions, ${log.length} entries in the log`);
  check(approvals.length === asked.size, `${approvals.length} records of ${asked.size} questions`);
  for (const { workflowId, outcome } of approvals)
    check(outcome?.state === "approved", `${workflowId} is ${outcome?.state ?? "open"}, and was approved`);
  for (const [index, { seq, version, before, by, how, evidence }] of log.entries()) {
    const what = `entry ${seq} of the alias`;
    check(seq === index + 1, `${what} stands at place ${index + 1}`);
    check(before === (log[index - 1]?.version ?? null), `${what} follows ${before}`);
    check((version ?? 0) > (before ?? 0), `${what} goes from ${before} to ${version}`);
    const tick = promoted.find(({ decision }) => decision === seq);
    const question = approved.find(({ outcome }) => outcome?.aliasEntry === seq);
    const isOwned =
      promotion === "automatic"
        ? how === "automatic" && tick?.workflowId === by && tick.version === version
        : how === "approved" &&
          question?.outcome?.decision?.by === by &&
          question.request.version === version;
    check(isOwned, `${what} has no ${promotion === "automatic" ? "look" : "answer"} that made it`);
    check((evidence === undefined) === (index === 0), `${what} stands on no proof`);
  }
  for (const [index, { seq, look }] of proofs.entries())
    check(seq === index + 1 && look <= seq, `proof ${seq} stands at place ${index + 1}, look ${look}`);
  const questions = proofs.map(
    ({ championVersion, challengerVersion }) => `${championVersion}:${challengerVersion}`,
  );
  check(new Set(questions).size === questions.length, `a question was asked twice: ${questions.join()}`);
  return broken;
}
