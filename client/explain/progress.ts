/** What a running run does, or waits for. */

import { FIRST_PRIORITY, LAST_PRIORITY } from "../../spec/pipeline/priority.js";
import { CONTROL_QUEUE, type LiveStage } from "../../spec/pipeline/run.js";
import { type PodReason, type PodState, podQueue } from "../../spec/pods/pod.js";
import { podSentence } from "../../spec/pods/sentence.js";
import { type Outage, outageText, WAITING_FOR_STORE } from "../../spec/records/outage.js";
import type { RunView } from "../runs/watch.js";
import type { WaitingQueue } from "../temporal/pollers.js";
import type { Explanation, Situation, Task } from "./situation.js";
import { choicesMade, commandsGiven } from "./story.js";
import { asClause, capital, clock, countText, listText, timeText } from "./words.js";

type Found = Pick<Explanation, "condition" | "sentences" | "advice">;

/** Until then silence is usual: heartbeats are throttled, and take their way. */
const QUIET_SECONDS = 10;
/** A state that not every version of the workflow knows. */
const PAUSED: string = "paused";

export function explainProgress(situation: Situation): Found {
  const { view, tasks } = situation;
  const found = obstacle(situation) ?? {
    condition: "working",
    sentences: [
      ...(tasks.length === 0 ? [WORKFLOW_WORKS] : taskTexts(tasks, view.stages)),
      ...podsOf(view)
        .filter(({ phase }) => phase !== "running")
        .map(podSentence),
    ],
    advice: [`\`thaw watch ${view.runId}\` follows it`],
  };
  return {
    ...found,
    sentences: [
      ...found.sentences,
      ...progressText(view.stages),
      ...choicesMade(view.stages),
      ...commandsGiven(view.control),
    ],
  };
}

const WORKFLOW_WORKS = "The workflow decides what comes next.";

/** What keeps the run from going on, the gravest first. */
function obstacle(situation: Situation): Found | undefined {
  const { view, tasks, waiting, workerDown } = situation;
  const held = view.stages.filter(({ state }) => state === PAUSED);
  if (held.length > 0) return pausedByUser(situation, held);
  const stuck = view.stages.find(({ lastFailure }) => lastFailure?.startsWith("the workflow cannot go on"));
  if (stuck?.lastFailure !== undefined && tasks.length === 0) return workflowStuck(stuck.lastFailure);
  const lacking = waiting.filter(({ served }) => served === "nobody");
  if (lacking.length > 0 || workerDown !== undefined) return withoutWorker(situation, lacking);
  if (situation.podTrouble !== undefined) return podInTrouble(situation.podTrouble);
  const [pod, ...more] = podsLacking(situation);
  if (pod !== undefined) return waitingForPods(view.runId, pod, [pod, ...more]);
  const paused = tasks.find(({ state }) => state === "paused");
  if (paused !== undefined) return pausedInTemporal(view.runId, paused);
  const retrying = tasks.find(({ lastFailure }) => lastFailure !== undefined);
  if (retrying !== undefined) return tryingAgain(view.runId, retrying, view.stages);
  const cutOff = view.stages.find(({ progress }) => progress?.phase === WAITING_FOR_STORE);
  if (cutOff?.progress?.outage !== undefined) return waitingForStore(cutOff.name, cutOff.progress.outage);
  const busy = waiting.find(({ served }) => served === "busy");
  return busy === undefined ? undefined : behindOthers(busy, situation.priority);
}

function waitingForStore(stage: string, outage: Outage): Found {
  return {
    condition: "retrying",
    sentences: [`Stage ${stage} waits: ${outageText(outage, clock)}. The last try: ${asClause(outage.why)}.`],
    advice: ["`thaw doctor` tries the store from here; the run goes on by itself when it answers"],
  };
}

const podsOf = ({ pod, otherPods = [] }: RunView): readonly PodState[] =>
  pod === undefined ? otherPods : [pod, ...otherPods];

/** The pods without which nothing goes on: all of them, or those of all that is to be done. */
function podsLacking({ view, tasks }: Situation): readonly PodState[] {
  const lacking = podsOf(view).filter(({ phase }) => phase !== "running");
  if (view.pod?.phase !== "running") return lacking;
  const queues = lacking.map(({ group, lane }) => podQueue(view.runId, group, lane));
  const allWait = tasks.every(({ state, queue }) => state === "queued" && queues.includes(queue));
  return allWait && tasks.length > 0 ? lacking : [];
}

/** Others may not have seen it yet, or wait for their worker. */
function pausedByUser({ view, tasks }: Situation, held: readonly LiveStage[]): Found {
  return {
    condition: "paused",
    sentences: [
      ...held.map(
        ({ name, note }) => `Stage ${name} is paused${note === undefined ? "" : ` ${asClause(note)}`}.`,
      ),
      ...tasks.filter(({ stage }) => stage !== undefined).map((task) => taskText(task, view.stages)),
    ],
    advice: [`\`thaw unpause ${view.runId}\` lets ${held.length === 1 ? "it" : "them"} go on`],
  };
}

function pausedInTemporal(runId: string, task: Task): Found {
  const id = activityId(task);
  return {
    condition: "paused",
    sentences: [`${nameOf(task)} is paused in Temporal, so no worker takes it.`],
    advice: [
      `\`temporal activity unpause -w ${runId} --activity-id ${id}\`, or the button in the Temporal UI`,
    ],
  };
}

function workflowStuck(why: string): Found {
  return {
    condition: "retrying",
    sentences: [`It makes no headway, and the server tries again and again: ${asClause(why)}.`],
    advice: ["start the control worker of the version of thaw that began this run, or cancel the run"],
  };
}

function withoutWorker({ workerDown, embedded, tasks }: Situation, lacking: readonly WaitingQueue[]): Found {
  const queues = [...new Set(lacking.map(({ name }) => name))];
  const waits = tasks
    .filter(({ state, queue }) => state === "queued" && queues.includes(queue))
    .map((task) => `${nameOf(task)} has waited for ${timeText(task.seconds)}.`);
  const sentences = queues.map(
    (queue) => `It waits for the ${workerOf(queue)}: no worker polls the queue ${queue}.`,
  );
  const down = workerDown === undefined ? [] : [`${capital(workerDown.split(":")[0] ?? workerDown)}.`];
  const script = (queue: string): string => (queue === CONTROL_QUEUE ? "control" : "training");
  return {
    condition: "waiting-for-worker",
    sentences: [...down, ...sentences, ...waits],
    advice: embedded
      ? ["`thaw up` starts what is missing; the run goes on by itself"]
      : queues.map(
          (queue) => `start it with \`node dist/worker/${script(queue)}.js\`; the run goes on by itself`,
        ),
  };
}

/** The workflow goes on asking; what is wrong is outside of it. */
function podInTrouble(why: string): Found {
  return {
    condition: "waiting-for-pod",
    sentences: [`Kubernetes does not do what the run asks for, and is asked again: ${asClause(why)}.`],
    advice: ["look whether the API server answers, and what the control worker may do there"],
  };
}

/** @param pods none of which runs, `pod` among them */
function waitingForPods(runId: string, pod: PodState, pods: readonly PodState[]): Found {
  // Where the run file says what is wanted of that pod.
  const section = pod.group === undefined ? "kubernetes" : `kubernetes.stages.${pod.group}`;
  return {
    condition: "waiting-for-pod",
    sentences: [
      `It waits for its ${pods.length === 1 ? "pod" : "pods"}. ${podSentence(pod)}`,
      ...pods.filter((one) => one !== pod).map(podSentence),
    ],
    advice: [POD_ADVICE[pod.reason]?.(section) ?? `\`thaw cancel ${runId}\` gives the run up, and its pod`],
  };
}

const POD_ADVICE: { readonly [reason in PodReason]?: (section: string) => string } = {
  unschedulable: (section) =>
    `add or free a node that has what it asks for, or ask for less under ${section}.resources`,
  quota: (section) => `free or raise the namespace's quota, or ask for less under ${section}.resources`,
  admission: (section) => `change the policy that refuses the pod, or the section ${section}`,
  "image-pull": (section) => `check ${section}.image and ${section}.image_pull_secrets`,
  volume: (section) => `check ${section}.volumes, and whether its claims are bound`,
  held: () => "Kueue lets it in when its queue has room",
  preempted: (section) =>
    `it goes on from its checkpoint when there is room again; a higher ${section}.priority_class prevents it`,
};

const MOST_NAMED = 3;

function behindOthers(
  { name, busyWith = [], alsoWaiting = 0 }: WaitingQueue,
  priority: Situation["priority"],
): Found {
  const worker = workerOf(name);
  const [only] = busyWith;
  const more = busyWith.length - MOST_NAMED;
  const runs = more > 0 ? [...busyWith.slice(0, MOST_NAMED), `${more} more`] : busyWith;
  const busy =
    busyWith.length === 1
      ? `It waits for the ${worker}, which works on run ${only}.`
      : `It waits for the ${worker}, which is busy with ${busyWith.length} other runs: ${listText(runs)}.`;
  return {
    condition: "queued",
    sentences: [
      busy,
      ...(alsoWaiting === 0
        ? []
        : [
            `${capital(countText(alsoWaiting, "other run"))} ${alsoWaiting === 1 ? "waits" : "wait"} for it, too.`,
          ]),
      ...(priority === undefined ? [] : [priorityText(priority)]),
    ],
    advice: ["it goes on by itself; another worker would take it at once"],
  };
}

function priorityText({ key, heeded }: NonNullable<Situation["priority"]>): string {
  const order = "of runs that wait for the same worker lower numbers go first";
  const unless = heeded ? "" : ", but this server may go by the order of their coming";
  return `Its priority is ${key} (${FIRST_PRIORITY} to ${LAST_PRIORITY}): ${order}${unless}.`;
}

function tryingAgain(runId: string, task: Task, stages: readonly LiveStage[]): Found {
  const { attempt, mostAttempts, nextTrySeconds, lastFailure = "" } = task;
  const of = mostAttempts === undefined ? "" : ` of ${mostAttempts}`;
  const now =
    nextTrySeconds === undefined
      ? [taskText(task, stages)]
      : [`Attempt ${attempt}${of} begins in ${timeText(nextTrySeconds)}.`];
  const last = mostAttempts !== undefined && attempt >= mostAttempts;
  return {
    condition: "retrying",
    sentences: [
      `${nameOf(task)} is tried again after a failure: ${asClause(lastFailure)}.`,
      ...now,
      ...(last ? ["It is the last attempt."] : []),
    ],
    advice: [
      `\`thaw logs ${runId}${task.stage === undefined ? "" : ` --stage ${task.stage}`}\` has what it wrote`,
    ],
  };
}

/** One sentence for all shards of a stage. */
function taskTexts(tasks: readonly Task[], stages: readonly LiveStage[]): readonly string[] {
  const sharesSentence = (task: Task): readonly Task[] =>
    task.part === undefined ? [task] : tasks.filter(({ part, stage }) => part && stage === task.stage);
  return tasks.flatMap((task) => {
    const together = sharesSentence(task);
    if (together.length === 1) return [taskText(task, stages)];
    return together[0] === task ? [shardsText(task, together, stages)] : [];
  });
}

/** E.g. `4 shards of features are given out, 1 of them waits for a worker: shards, 12 of 50, about 8 min to go.` */
function shardsText({ stage }: Task, shards: readonly Task[], stages: readonly LiveStage[]): string {
  const queued = shards.filter(({ state }) => state === "queued").length;
  const waiting = queued === 0 ? "" : `, ${queued} of them ${queued === 1 ? "waits" : "wait"} for a worker`;
  const progress = stages.find(({ name }) => name === stage)?.progress;
  return `${shards.length} shards of ${stage} are given out${waiting}${progress === undefined ? "" : `: ${progressOf(progress)}`}.`;
}

function taskText(task: Task, stages: readonly LiveStage[]): string {
  const { state, attempt, mostAttempts, seconds, silentSeconds, mostSilentSeconds } = task;
  const name = nameOf(task);
  if (state === "queued") return `${name} has waited for its worker for ${timeText(seconds)}.`;
  if (state === "cancelling") return `${name} has been asked to end.`;
  const of = mostAttempts === undefined ? "" : ` of ${mostAttempts}`;
  const again = attempt > 1 ? `, attempt ${attempt}${of}` : "";
  const progress = stages.find((stage) => stage.name === task.stage && !task.isLookup)?.progress;
  const doing = progress === undefined ? "" : `: ${progressOf(progress)}`;
  const silent =
    silentSeconds === undefined
      ? ""
      : silentSeconds < QUIET_SECONDS
        ? `; last sign of life ${timeText(silentSeconds)} ago`
        : `; no sign of life for ${timeText(silentSeconds)}${mostSilentSeconds === undefined ? "" : `, and after ${timeText(mostSilentSeconds)} the server starts another attempt`}`;
  return `${name} has been running for ${timeText(seconds)}${again}${doing}${silent}.`;
}

function progressOf({
  phase,
  step,
  total,
  loss,
  etaSeconds,
  outage,
}: NonNullable<LiveStage["progress"]>): string {
  return [
    total === 1 ? phase : `${phase}, ${step}${total > 0 ? ` of ${total}` : ""}`,
    ...(loss === undefined ? [] : [`loss ${loss.toFixed(3)}`]),
    ...(outage === undefined ? [] : [outageText(outage, clock)]),
    ...(etaSeconds === undefined ? [] : [`about ${timeText(etaSeconds)} to go`]),
  ].join(", ");
}

/** A paused stage goes on later. */
const GOING_ON: ReadonlySet<string> = new Set(["waiting", "running", PAUSED]);

function progressText(stages: readonly LiveStage[]): readonly string[] {
  const waiting = stages.filter(({ state }) => state === "waiting").map(({ name }) => name);
  const ended = stages.filter(({ state }) => !GOING_ON.has(state)).length;
  if (stages.length === 0) return [];
  const rest =
    waiting.length === 0 ? "" : `; ${listText(waiting)} ${waiting.length === 1 ? "is" : "are"} to come`;
  return [`${ended} of ${countText(stages.length, "stage")} ${ended === 1 ? "is" : "are"} over${rest}.`];
}

function nameOf({ stage, isLookup, part }: Task): string {
  if (stage === undefined) return "Writing the run's record";
  if (part !== undefined) return `A shard of ${stage}`;
  return isLookup ? `The look-up of ${stage}` : `Stage ${stage}`;
}

function activityId({ stage, isLookup, part }: Task): string {
  if (part !== undefined) return part;
  return stage === undefined ? "record-run" : `${isLookup ? "find-" : ""}${stage}`;
}

const workerOf = (queue: string): string => (queue === CONTROL_QUEUE ? "control worker" : "training worker");
