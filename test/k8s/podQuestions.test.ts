/** What a retraining asks beside its run, in pods of their own in a real cluster: the same records as on one machine. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { V1Pod } from "@kubernetes/client-node";
import sharp from "sharp";
import type { GcJson } from "../../cli/json/gc.js";
import { startRetraining } from "../../client/models/retrain.js";
import { parseRunFile } from "../../client/runFile/parse.js";
import { jobName } from "../../k8s/job/names.js";
import { podQueue } from "../../spec/pods/pod.js";
import type { DriftRecord } from "../../spec/records/drift.js";
import { POD_QUESTION_TYPE } from "../../spec/retraining/podQuestion.js";
import type { Tick } from "../../spec/retraining/retraining.js";
import { requireDrift } from "../../store/records/drifts.js";
import { findAnswers } from "../../store/records/newestAnswers.js";
import { proofRecords } from "../../store/records/proofs.js";
import { thaw } from "../support/cli/thaw.js";
import { drawnImages } from "../support/images/drawn.js";
import { until } from "../support/until.js";
import { idleJob } from "./idleJob.js";
import { type PodStack, startPodStack } from "./podStack.js";

const SHAPES = ["disc", "cross"] as const;

/** @param compute `kubernetes` or `local`; the model is named after it */
const runFile = (compute: string): string => `
name: in-${compute}
base: small
data: { path: images, test: 0.5, validation: 0.2 }
recipe: extractor-only
augment: { views: 1 }
head: { epochs: 2 }
evaluation: { folds: 0 }
compute: ${compute}
model: { promote: automatic }
`;

describe("a retraining with compute: kubernetes", () => {
  let pods: PodStack;
  let images: string;
  before(async () => {
    pods = await startPodStack();
    images = await drawnImages(join(pods.images, "shapes"), 40, SHAPES);
  });
  after(() => pods?.close());

  const begin = async (compute: string): Promise<string> => {
    const file = parseRunFile(runFile(compute), "thaw.yaml", []);
    const { workflowId } = await startRetraining(pods.stack.session, { file, dataPath: images });
    return workflowId;
  };
  const outcome = async (workflowId: string): Promise<Tick> =>
    (await pods.stack.session.temporal.workflow.getHandle(workflowId).result()) as Tick;

  /** Drawn pictures that nobody has seen, in the dark. */
  async function addDark(): Promise<void> {
    const drawn = await drawnImages(join(pods.stack.folder, "dark"), 30, SHAPES, { seed: 3 });
    for (const shape of SHAPES)
      for (const name of await readdir(join(drawn, shape))) {
        const dark = sharp(join(drawn, shape, name)).linear(0.3, 0);
        await dark.jpeg({ quality: 90 }).toFile(join(images, shape, `dark-${name}`));
      }
  }

  async function podsBy(selector: string): Promise<readonly V1Pod[]> {
    const text = await pods.cluster.kubectl("get", "pods", `--selector=${selector}`, "--output=json");
    return (JSON.parse(text) as { readonly items: readonly V1Pod[] }).items;
  }

  it("asks in pods of their own, also after one was deleted, and leaves the records that one machine does", async () => {
    for (const compute of ["kubernetes", "local"]) {
      const first = await outcome(await begin(compute));
      assert.equal(first.verdict, "promoted", first.sentence);
    }
    await addDark();

    const workflowId = await begin("kubernetes");
    let found: V1Pod | undefined;
    await until("the question has a pod", async () => {
      [found] = await podsBy(`thaw.dev/lineage=${workflowId}`);
      return found !== undefined;
    });
    const { metadata, spec } = found ?? assert.fail();
    const questionId = metadata?.labels?.["thaw.dev/run"] ?? "";
    assert.equal(metadata?.labels?.["thaw.dev/model"], "in-kubernetes");
    const env = new Map(spec?.containers[0]?.env?.map(({ name, value }) => [name, value]));
    assert.equal(env.get("THAW_TASK_QUEUE"), podQueue(questionId));
    assert.equal(env.get("THAW_RUN_ID"), questionId);
    assert.deepEqual(
      [...env.keys()].filter((name) => /SECRET|KEY|TOKEN|NOTIFICATIONS|PRICES/.test(name)),
      [],
    );
    // It has hardly begun; what follows has to be another one's work.
    await pods.cluster.kubectl("delete", "pod", metadata?.name ?? "", "--wait=false");

    const tick = await outcome(workflowId);
    const { drift, usage } = tick;
    assert.ok(["different", "may-hurt"].includes(drift?.verdict ?? ""), drift?.sentence);
    assert.ok((tick.version ?? 0) > 1, tick.sentence);
    assert.deepEqual(usage?.drift?.resources, { cpus: 0.1, memoryGiB: 3, gpus: 1 });
    assert.deepEqual([usage?.drift?.run, usage?.drift?.lineage], [questionId, workflowId]);
    assert.equal(usage?.newest?.lineage, workflowId);
    assert.deepEqual(await pods.podsOf(), [], "nothing is left behind");
    const question = await pods.stack.session.temporal.workflow.getHandle(questionId).describe();
    assert.deepEqual([question.type, question.status.name], [POD_QUESTION_TYPE, "COMPLETED"]);
    const { stdout: log } = await thaw(["logs", questionId], { cwd: pods.stack.folder });
    assert.match(log, /done: /);

    // The stages of the same images are in the store; only what is asked is computed, on this machine.
    const local = await outcome(await begin("local"));
    assert.deepEqual(await findings(local), await findings(tick));
    const name = (record = ""): string => record.split("/").slice(2).join("/");
    assert.equal(name(local.drift?.record?.record), name(drift?.record?.record));
    assert.deepEqual(await answers(local), await answers(tick));
  });

  async function findings({ drift }: Tick): Promise<Omit<DriftRecord, "model" | "at">> {
    const {
      model: _model,
      at: _at,
      ...rest
    } = await requireDrift(pods.stack.session.store, drift?.record ?? assert.fail(drift?.sentence));
    return rest;
  }

  async function answers({ model, version = 0, look }: Tick) {
    const { store } = pods.stack.session;
    const inUse = look?.inUse ?? assert.fail();
    const found = await proofRecords(store, model).newest(inUse, version);
    const kept = await findAnswers(store, found?.record ?? assert.fail(), { name: model, version: inUse });
    assert.ok((kept?.answers.length ?? 0) > 0);
    return { key: found?.record.split("/").at(-1), answers: kept?.answers };
  }

  it("garbage collection knows the pods of questions", async () => {
    const { stack, cluster } = pods;
    const query = `WorkflowType = "${POD_QUESTION_TYPE}"`;
    const ids: string[] = [];
    for await (const { workflowId } of stack.session.temporal.workflow.list({ query })) ids.push(workflowId);
    const [over = assert.fail()] = ids;
    await cluster.apply(idleJob(over, cluster.image));
    const { stdout } = await thaw(["gc", "--kubernetes", "--json"], { cwd: stack.folder });
    const { jobs } = JSON.parse(stdout) as GcJson;
    assert.deepEqual(jobs, { namespace: "default", orphans: [jobName(over)], unknown: [] });
    assert.deepEqual(await pods.podsOf(), []);
  });
});
