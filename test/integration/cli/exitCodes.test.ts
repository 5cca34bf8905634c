/** The compiled command line as a shell sees it: exit codes, and which stream says what. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { thaw as hosted } from "../../support/cli/thaw.js";

const MAIN = fileURLToPath(new URL("../../../cli/main.js", import.meta.url));
/** Port 1 is reserved and nobody listens there. */
const NOWHERE = {
  TEMPORAL_ADDRESS: "127.0.0.1:1",
  THAW_S3_ENDPOINT: "http://127.0.0.1:1",
  AWS_ACCESS_KEY_ID: "nobody",
  AWS_SECRET_ACCESS_KEY: "nothing",
};

/** Every write to it fails like one to a full disk. */
const FULL = "/dev/full";

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "thaw-cli-"));
  await writeFile(join(folder, "wrong.yaml"), "name: digits\ndata:\n  path: .\nheads: {}\n");
  await writeFile(join(folder, "lost.yaml"), "name: digits\ndata:\n  path: not-there\n");
});
after(() => rm(folder, { recursive: true }));

/** In a process of its own, as from a shell. @param closeStdout as when the reader of a pipe has gone */
function thaw(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  closeStdout = false,
): Promise<Ended> {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: folder, env: { PATH, HOME, ...env } });
  if (closeStdout) child.stdout.destroy();
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject).once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

interface Case {
  readonly args: readonly string[];
  readonly code: number;
  readonly says: RegExp;
  readonly env?: Readonly<Record<string, string>>;
}

const CASES: readonly Case[] = [
  { args: ["rnu"], code: 2, says: /unknown command 'rnu'.*Did you mean run/s },
  { args: ["--nonsense"], code: 2, says: /unknown option '--nonsense'/ },
  { args: ["runs", "--limt", "3"], code: 2, says: /unknown option '--limt'.*--limit/s },
  { args: ["runs", "--limit", "none"], code: 2, says: /'none' is invalid.*whole number/ },
  { args: ["up", "--s3-port", "70000"], code: 2, says: /'70000' is invalid.*65535/ },
  { args: ["watch"], code: 2, says: /missing required argument 'run'/ },
  { args: ["watch", "a", "b"], code: 2, says: /too many arguments for 'watch'/ },
  { args: ["predict", "digits"], code: 2, says: /missing required argument 'files'/ },
  { args: ["run", "--watch", "--detach"], code: 2, says: /--watch and --detach/ },
  { args: ["run"], code: 2, says: /thaw\.yaml.*thaw init/s },
  { args: ["plan", "wrong.yaml"], code: 2, says: /heads/ },
  { args: ["plan", "wrong.yaml", "--set", "nonsense"], code: 2, says: /KEY=VALUE/ },
  { args: ["run", "lost.yaml"], code: 2, says: /not-there/ },
  { args: ["runs"], code: 4, says: /Temporal.*thaw up/s },
  { args: ["runs"], code: 4, says: /127\.0\.0\.1:1/, env: NOWHERE },
  { args: ["predict", "digits", "wrong.yaml"], code: 4, says: /127\.0\.0\.1:1/, env: NOWHERE },
  { args: ["init", "not-there"], code: 2, says: /not-there/ },
];

describe("a wrong command line or a missing service", () => {
  const isTold = (ended: Ended, code: number, says: RegExp): void => {
    assert.equal(ended.code, code, ended.stderr);
    assert.equal(ended.stdout, "");
    assert.match(ended.stderr, says);
    assert.match(ended.stderr, /^error [A-Z_]+: .+\n(hint: .+\n)?$/s);
    assert.doesNotMatch(ended.stderr, /^\s+at /m, "a stack trace");
  };
  const titleOf = ({ args, code, env }: Case): string =>
    `thaw ${args.join(" ")}${env === NOWHERE ? " (no server)" : ""} ends with ${code}`;
  for (const one of CASES) {
    it(titleOf(one), async () => {
      const { status, ...ended } = await hosted(one.args, { cwd: folder, env: one.env ?? {} });
      isTold({ code: status, ...ended }, one.code, one.says);
    });
  }
  for (const one of [CASES[0], CASES.find(({ code }) => code === 4)]) {
    assert.ok(one);
    it(`${titleOf(one)}, as its process does`, async () => {
      isTold(await thaw(one.args, one.env), one.code, one.says);
    });
  }

  it("is told as one line of JSON under --json", async () => {
    const { code, stdout, stderr } = await thaw(["runs", "--json"]);
    assert.equal(code, 4);
    assert.equal(stdout, "");
    const { error } = JSON.parse(stderr) as { error: Record<string, unknown> };
    assert.deepEqual(Object.keys(error), ["code", "message", "hint", "exitCode"]);
    assert.equal(error.code, "TEMPORAL_UNREACHABLE");
    assert.equal(stderr.trimEnd().split("\n").length, 1);
  });

  it("is told so without a command, too, below the help", async () => {
    const { code, stdout, stderr } = await thaw(["schedule", "--json"]);
    assert.equal(code, 2);
    assert.equal(stdout, "");
    const { error } = JSON.parse(stderr.trimEnd().split("\n").at(-1) ?? "") as { error: unknown };
    assert.deepEqual(error, {
      code: "USAGE",
      message: "no command is given",
      hint: "`--help` lists the commands",
      exitCode: 2,
    });
  });

  it("is told where the current folder was removed", async () => {
    const line = 'mkdir gone && cd gone && rmdir ../gone && exec "$0" "$1" status';
    const { status, stderr } = spawnSync("/bin/sh", ["-c", line, process.execPath, MAIN], {
      cwd: folder,
      encoding: "utf8",
    });
    assert.equal(status, 2);
    assert.match(stderr, /^error USAGE: the current folder is not there any more\nhint: .+\n$/);
  });

  it("shows the stack under THAW_DEBUG", async () => {
    const { stderr } = await thaw(["runs"], { THAW_DEBUG: "1" });
    assert.match(stderr, /^\s+at /m);
  });
});

describe("what is asked for", { concurrency: 4 }, () => {
  it("goes to stdout, and nothing to stderr", async () => {
    const { code, stdout, stderr } = await thaw(["schema"]);
    assert.equal(code, 0);
    assert.equal(stderr, "");
    assert.equal((JSON.parse(stdout) as { title: string }).title, "thaw run file");
  });

  it("may meet a closed pipe without a word", async () => {
    const { code, stderr } = await thaw(["schema"], {}, true);
    assert.equal(code, 0);
    assert.equal(stderr, "");
  });

  it("is an error when the disk is full", { skip: existsSync(FULL) ? false : `there is no ${FULL}` }, () => {
    const full = openSync(FULL, "w");
    const { status, stderr } = spawnSync(process.execPath, [MAIN, "schema"], {
      stdio: ["ignore", full, "pipe"],
      encoding: "utf8",
    });
    closeSync(full);
    assert.equal(status, 4);
    assert.match(stderr, /^error DISK_FULL: .+\n$/);
  });

  it("is help when there is no command, as an error", async () => {
    const { code, stdout, stderr } = await thaw([]);
    assert.equal(code, 2);
    assert.equal(stdout, "");
    assert.match(stderr, /^Usage: thaw/);
  });

  it("has no colours in a pipe, and with FORCE_COLOR it has unless --no-color", async () => {
    const colour = "\u001b[";
    const inPipe = await thaw(["status"]);
    const forced = await thaw(["status"], { FORCE_COLOR: "1" });
    const refused = await thaw(["status", "--no-color"], { FORCE_COLOR: "1" });
    assert.ok(!inPipe.stdout.includes(colour));
    assert.ok(forced.stdout.includes(colour));
    assert.equal(refused.stdout, inPipe.stdout);
  });
});
