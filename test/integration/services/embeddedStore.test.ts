/** The embedded store's own ports, from the side of another user of the machine, who has none of the project's files. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { ensure } from "../../../runtime/components/components.js";
import { layoutOf } from "../../../runtime/services/layout.js";
import { readRecord, type ServicesRecord } from "../../../runtime/services/record.js";
import { type Stack, startStack } from "../../support/services/stack.js";

const NAME = "some-object-of-ours";
const WORDS = "what-the-object-says";

let stack: Stack;
let weed: string;
let record: ServicesRecord;
let elsewhere: string;
before(async () => {
  stack = await startStack({ workers: false });
  [{ path: weed } = { path: "" }] = await ensure(["s3-server"], () => undefined);
  const known = readRecord(layoutOf(stack.folder));
  assert.ok(known !== undefined);
  record = known;
  elsewhere = await mkdtemp(join(tmpdir(), "thaw-test-stranger-"));
  const { client, bucket } = stack.session.store;
  await client.putObject(bucket, NAME, WORDS);
});
after(async () => {
  await rm(elsewhere, { recursive: true, force: true });
  await stack.close();
});

/** What SeaweedFS' own shell shows when it is started in a folder and asked for the objects. */
async function shell(cwd: string): Promise<string> {
  const { master, masterGrpc, filer, filerGrpc } = record.ports;
  const servers = [`-master=127.0.0.1:${master}.${masterGrpc}`, `-filer=127.0.0.1:${filer}.${filerGrpc}`];
  const running = promisify(execFile)(weed, ["shell", ...servers], {
    cwd,
    env: { PATH: process.env.PATH, HOME: elsewhere },
    // Without a way in it tries for ever.
    timeout: 8_000,
    killSignal: "SIGKILL",
  });
  running.child.stdin?.end("fs.ls /buckets/thaw\nfs.cat /buckets/thaw/some-object-of-ours\n");
  const { stdout } = await running.catch((error: { stdout: string }) => error);
  return stdout;
}

test("its administration shows nothing to who has not the project's certificate", async () => {
  assert.equal((await shell(elsewhere)).includes(NAME), false);
});

test("and shows everything to its owner, who starts it in the project's state folder", async () => {
  assert.match(await shell(layoutOf(stack.folder).state), new RegExp(NAME));
});

test("no port of it hands out objects, places to write them or its inside without a key", async () => {
  const { s3, master, volume, filer, admin, s3Grpc, masterGrpc, volumeGrpc, filerGrpc, adminGrpc } =
    record.ports;
  const paths = [
    "/dir/assign",
    "/dir/lookup?volumeId=1",
    "/vol/status",
    "/submit",
    "/ui/index.html",
    "/debug/pprof/",
    "/",
  ];
  const objects = [`/thaw/${NAME}`, `/buckets/thaw/${NAME}`, "/thaw?list-type=2", "/1,0123456789"];
  for (const port of [s3, master, volume, filer, admin, s3Grpc, masterGrpc, volumeGrpc, filerGrpc, adminGrpc])
    for (const path of [...paths, ...objects]) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
        signal: AbortSignal.timeout(2_000),
      }).then(
        async (response) => ({ status: response.status, text: await response.text() }),
        () => ({ status: 0, text: "" }),
      );
      const what = `${port}${path}: ${answer.status} ${answer.text.slice(0, 200)}`;
      // Errors repeat what was asked for.
      const isShown = (path.includes(NAME) ? [WORDS] : [WORDS, NAME, '"fid"']).some((word) =>
        answer.text.includes(word),
      );
      assert.equal(isShown, false, what);
      if (port === volume) assert.ok(answer.status === 401 || answer.status === 404, what);
    }
});
