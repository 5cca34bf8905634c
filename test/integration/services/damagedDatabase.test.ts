/** A database of Temporal that is damaged: what is said, and that what is said helps. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { ensure } from "../../../runtime/components/components.js";
import { down } from "../../../runtime/services/down.js";
import { layoutOf } from "../../../runtime/services/layout.js";
import { up } from "../../../runtime/services/up.js";
import { ThawError } from "../../../spec/errors.js";

let folder: string;
const silent = { onProgress: () => undefined };
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "thaw-damaged-"));
});
after(async () => {
  await down(folder, silent);
  await rm(folder, { recursive: true, force: true });
});

test("a damaged database is told as that, with what is safe and how to go on", async () => {
  const located = await ensure(["temporal", "s3-server"], () => undefined);
  const pathOf = (name: string): string => located.find((item) => item.name === name)?.path ?? "";
  const start = () =>
    up({
      projectFolder: folder,
      temporal: pathOf("temporal"),
      weed: pathOf("s3-server"),
      workers: undefined,
      ...silent,
    });
  const { temporalDatabase } = layoutOf(folder);
  await mkdir(dirname(temporalDatabase), { recursive: true });
  await writeFile(temporalDatabase, Buffer.alloc(65_536, "Z"));
  await assert.rejects(start(), (error) => {
    assert.ok(error instanceof ThawError);
    assert.equal(error.code, "TEMPORAL_UNREACHABLE");
    assert.match(error.message, /temporal\.db is damaged/);
    assert.match(error.message, /models, artifacts .* are in the store/);
    assert.match(error.hint ?? "", /thaw down.*mv .*temporal\.db\*.*thaw up/);
    return true;
  });
  await rename(temporalDatabase, `${temporalDatabase}-aside`);
  const { services } = await start();
  assert.equal(services.find(({ name }) => name === "temporal")?.ready, true);
});
