/** Commands on their way through a real S3 server that goes away and comes back. */
import assert from "node:assert/strict";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { pollControl } from "../../../activities/steering/controlPoll.js";
import { parseRunFile } from "../../../client/runFile/parse.js";
import type { EngineControl } from "../../../spec/engine/job.js";
import { planStages } from "../../../spec/pipeline/stages.js";
import type { SteerRecord } from "../../../spec/steering/steering.js";
import { openStore, type Store } from "../../../store/connection/connection.js";
import { readControlFile, writeControlFile } from "../../../store/records/control.js";
import { type StoreStack, sharedStore } from "../../support/services/storeStack.js";

let stack: StoreStack;
let store: Store;
before(async () => {
  stack = await sharedStore();
  ({ store } = stack);
});
after(() => stack.close());

test("commands given while the store cannot be reached arrive when it is back", async () => {
  const { port, hostname } = new URL(store.endpoint);
  const sockets = new Set<Socket>();
  let isCut = false;
  const proxy = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined));
    if (isCut) return socket.destroy();
    const through = connect(Number(port), hostname).on("error", () => socket.destroy());
    sockets.add(through);
    return socket.pipe(through).pipe(socket);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => proxy.once("listening", resolve));
  const endpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const behind = openStore({ ...stack.session.platform.store, endpoint });
  const cut = (): void => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  const got: EngineControl[] = [];
  const arrived = async (count: number): Promise<void> => {
    while (got.length < count) await sleep(20);
  };
  const by = "a@b";
  const at = "2026-11-25T00:00:00Z";
  const records: SteerRecord[] = [
    { seq: 1, command: { kind: "set", patience: 4 }, by, at, stage: "head", state: "accepted" },
    { seq: 2, command: { kind: "set", epochs: 9 }, by, at, stage: "tune-1", state: "accepted" },
    { seq: 3, command: { kind: "pause" }, by, at, stage: "head", state: "accepted" },
  ];
  const runId = "polled";
  const file = parseRunFile("name: small\ndata: { path: images }\n", "thaw.yaml", []);
  const [stage] = planStages(file).filter(({ name }) => name === "head");
  assert.ok(stage);
  const request = { run: { runId, file, dataPath: "images", thawVersion: "" }, stage, inputs: {} };
  const poll = pollControl(behind, request, (control) => got.push(control), 50);
  try {
    await writeControlFile(store, { runId, commands: records.slice(0, 1) });
    await arrived(1);
    cut();
    await writeControlFile(store, { runId, commands: records });
    await sleep(500);
    assert.equal(got.length, 1, "the store was cut off");
    isCut = false;
    await arrived(2);
  } finally {
    await poll.stop();
    cut();
    proxy.close();
  }
  assert.deepEqual(got, [
    { kind: "set", seq: 1, patience: 4 },
    { kind: "stop", reason: "pause" },
  ]);
  // An older list that comes late does not take the place of a newer one.
  await writeControlFile(store, { runId, commands: records.slice(0, 1) });
  assert.deepEqual((await readControlFile(store, runId))?.commands, records);
});
