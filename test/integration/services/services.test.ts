/** The embedded services for real: started, killed, restarted, stopped. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { Client } from "minio";
import { ensure } from "../../../runtime/components/components.js";
import { loadPlatform } from "../../../runtime/platform.js";
import { down } from "../../../runtime/services/down.js";
import { layoutOf } from "../../../runtime/services/layout.js";
import { readRecord } from "../../../runtime/services/record.js";
import { type ServicesStatus, status } from "../../../runtime/services/status.js";
import { isAlive, type ProcessId } from "../../../runtime/services/supervision/processes.js";
import { type UpOptions, up } from "../../../runtime/services/up.js";
import { SEARCH_ATTRIBUTES } from "../../../spec/pipeline/run.js";
import { ownPorts } from "../../support/services/ownPorts.js";
import { keysOf } from "../../support/services/serviceVariables.js";
import { until } from "../../support/until.js";

const run = promisify(execFile);
let scratch: string;
let temporal: string;
let weed: string;

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), "thaw-services-"));
  const [first, second] = await ensure(["temporal", "s3-server"], () => undefined);
  assert.ok(first && second);
  temporal = first.path;
  weed = second.path;
});
after(() => rm(scratch, { recursive: true, force: true }));

async function newProject(name: string): Promise<string> {
  const folder = join(scratch, name);
  await mkdir(folder);
  return folder;
}

function start(projectFolder: string, change: Partial<UpOptions> = {}): Promise<ServicesStatus> {
  return up({ projectFolder, temporal, weed, workers: undefined, ...change });
}

/** Every process of the project that its record knows of. */
function processes(folder: string): ProcessId[] {
  const record = readRecord(layoutOf(folder));
  const services = Object.values(record?.services ?? {}).flatMap(({ process: id }) => id ?? []);
  return record?.supervisor === undefined ? services : [record.supervisor, ...services];
}

async function s3(folder: string): Promise<Client> {
  const { store } = await loadPlatform(folder, { env: {}, cwd: folder });
  const { hostname, port } = new URL(store.endpoint);
  return new Client({
    ...keysOf(store),
    region: store.region,
    endPoint: hostname,
    port: Number(port),
    useSSL: false,
  });
}

async function temporalCli(folder: string, ...args: string[]): Promise<string> {
  const platform = await loadPlatform(folder, { env: {}, cwd: folder });
  const { stdout } = await run(temporal, [...args, "--address", platform.temporal.address]);
  return stdout;
}

function runIdOf(output: string): string {
  const found = /RunId\s+(\S+)/.exec(output)?.[1];
  assert.ok(found, output);
  return found;
}

async function service(folder: string, name: "temporal" | "s3") {
  const found = (await status(folder)).services.find((item) => item.name === name);
  assert.ok(found);
  return found;
}

/** Local addresses that the process listens on, from proc(5). */
async function listeningAddresses(pid: number): Promise<string[]> {
  const names = await readdir(`/proc/${pid}/fd`);
  const targets = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => "")));
  const tables = await Promise.all(
    ["tcp", "tcp6"].map((name) => readFile(`/proc/${pid}/net/${name}`, "utf8")),
  );
  return tables
    .flatMap((table) => table.trim().split("\n").slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[3] === "0A" && targets.includes(`socket:[${columns[9]}]`))
    .map((columns) => columns[1]?.split(":")[0] ?? "");
}

describe("the life of a project's services", () => {
  let folder: string;
  let runId: string;
  const text = "kept across restarts";
  before(async () => {
    folder = await newProject("one");
  });
  after(() => down(folder));

  test("up: Temporal is healthy, knows our search attributes, and S3 gives back what was put", async () => {
    // Two of these tests side by side would take the usual ones from each other while their services are down.
    const { services } = await start(folder, await ownPorts());
    assert.deepEqual(
      services.map(({ name, running, ready }) => [name, running, ready]),
      [
        ["temporal", true, true],
        ["s3", true, true],
        ["control-worker", false, false],
        ["training-worker", false, false],
      ],
    );
    assert.match(await temporalCli(folder, "operator", "cluster", "health"), /SERVING/);
    const attributes = await temporalCli(folder, "operator", "search-attribute", "list");
    for (const name of Object.values(SEARCH_ATTRIBUTES)) assert.match(attributes, new RegExp(name));
    const started = await temporalCli(
      folder,
      ...["workflow", "start", "--workflow-id", "kept", "--type", "t", "--task-queue", "q"],
    );
    runId = runIdOf(started);
    const client = await s3(folder);
    await client.putObject("thaw", "folder/object", text);
    assert.equal(await readObject(client), text);
  });

  async function readObject(client: Client): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of await client.getObject("thaw", "folder/object")) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString("utf8");
  }

  test("another secret is refused", async () => {
    const { store } = await loadPlatform(folder, { env: {}, cwd: folder });
    const { hostname, port } = new URL(store.endpoint);
    const stranger = new Client({
      ...{ ...keysOf(store), secretKey: "guessed" },
      ...{ endPoint: hostname, port: Number(port), useSSL: false },
    });
    await assert.rejects(stranger.putObject("thaw", "x", "x"), { code: "SignatureDoesNotMatch" });
  });

  test("nothing listens beyond the loopback address", { skip: process.platform !== "linux" }, async () => {
    for (const { pid } of processes(folder)) {
      const addresses = await listeningAddresses(pid);
      // 127.0.0.1, little-endian hexadecimal as in /proc/net/tcp.
      assert.deepEqual([...new Set(addresses)], addresses.length === 0 ? [] : ["0100007F"]);
    }
    const { pid } = await service(folder, "s3");
    assert.ok((await listeningAddresses(pid ?? 0)).length >= 10);
  });

  test("up again, even twice at once, changes nothing", async () => {
    const before = processes(folder);
    const said: string[] = [];
    const again = { onProgress: (line: string) => void said.push(line) };
    await Promise.all([start(folder, again), start(folder, again)]);
    assert.deepEqual(processes(folder), before);
    assert.equal(said.filter((line) => line === "the services are up already").length, 2);
  });

  test("other ports than those in use are refused while the services are up", async () => {
    const { address } = await service(folder, "s3");
    await assert.rejects(start(folder, { s3Port: 29_999 }), {
      code: "USAGE",
      message: new RegExp(`port ${address?.split(":")[1]} for s3, not 29999`),
    });
  });

  test("a Temporal server that is killed comes back with its runs; S3 does not notice", async () => {
    const before = await service(folder, "temporal");
    const s3Before = await service(folder, "s3");
    process.kill(before.pid ?? 0, "SIGKILL");
    await until("Temporal is back", async () => {
      const now = await service(folder, "temporal");
      return now.ready && now.pid !== before.pid;
    });
    assert.equal((await service(folder, "temporal")).restarts, 1);
    assert.equal(runIdOf(await temporalCli(folder, "workflow", "describe", "--workflow-id", "kept")), runId);
    assert.equal((await service(folder, "s3")).pid, s3Before.pid);
  });

  test("a second project runs beside it; a port that is asked for and taken is PORT_BUSY", async () => {
    const other = await newProject("two");
    const { address, pid } = await service(folder, "temporal");
    const port = Number(address?.split(":")[1]);
    await assert.rejects(start(other, { temporalPort: port }), (error: Error & { code?: string }) => {
      assert.equal(error.code, "PORT_BUSY");
      assert.match(error.message, new RegExp(`port ${port}, asked for the Temporal server, is in use`));
      if (process.platform === "linux") assert.match(error.message, new RegExp(`process ${pid}\\)`));
      return true;
    });
    assert.deepEqual(processes(other), []);
    await start(other);
    const started = processes(other);
    assert.equal(started.length, 3);
    assert.ok(started.every(isAlive));
    await down(other);
    assert.ok(!started.some(isAlive));
    assert.ok(processes(folder).every(isAlive));
  });

  test("a killed supervisor's services are still known, and down ends them", async () => {
    const all = processes(folder);
    assert.equal(all.length, 3);
    process.kill(all[0]?.pid ?? 0, "SIGKILL");
    await until("the supervisor is gone", () => !isAlive(all[0]));
    assert.equal((await loadPlatform(folder, { env: {}, cwd: folder })).embedded, true);
    const left = await status(folder);
    assert.equal(left.supervised, false);
    assert.equal(left.services.filter(({ running }) => running).length, 2);
    await down(folder);
    assert.ok(!all.some(isAlive));
    assert.deepEqual(processes(folder), []);
    await down(folder);
    await assert.rejects(loadPlatform(folder, { env: {}, cwd: folder }), { code: "TEMPORAL_UNREACHABLE" });
  });

  test("data, ports and credentials survive; up cleans up after a killed supervisor", async () => {
    const before = readRecord(layoutOf(folder));
    await start(folder);
    const first = processes(folder);
    process.kill(first[0]?.pid ?? 0, "SIGKILL");
    await until("the supervisor is gone", () => !isAlive(first[0]));
    await start(folder);
    assert.ok(!first.some(isAlive));
    const now = readRecord(layoutOf(folder));
    assert.deepEqual([now?.ports, now?.credentials], [before?.ports, before?.credentials]);
    assert.equal(await readObject(await s3(folder)), text);
    assert.equal(runIdOf(await temporalCli(folder, "workflow", "describe", "--workflow-id", "kept")), runId);
  });

  test("a project folder that is deleted takes its services with it", async () => {
    const all = processes(folder);
    assert.ok(all.length === 3 && all.every(isAlive));
    // The servers may write while the folder goes.
    await rm(folder, { recursive: true, force: true, maxRetries: 20 });
    await until("all have ended", () => !all.some(isAlive));
  });
});

describe("workers", () => {
  let folder: string;
  const READY = (worker: string): string =>
    `console.log(JSON.stringify({ ready: true, worker: ${JSON.stringify(worker)}, project: process.env.THAW_PROJECT }));
     setInterval(() => {}, 1000);`;
  before(async () => {
    folder = await newProject("workers");
    await writeFile(join(folder, "control.mjs"), READY("control"));
    await writeFile(join(folder, "training.mjs"), READY("training"));
    await writeFile(join(folder, "broken.mjs"), "console.error('no kernels here'); process.exit(3);");
  });
  after(() => down(folder));

  test("a worker that cannot start is an error with the end of its log, and nothing is left running", async () => {
    const seen = new Set<ProcessId>();
    const watching = setInterval(() => {
      for (const id of processes(folder)) seen.add(id);
    }, 50);
    const workers = { control: join(folder, "control.mjs"), training: join(folder, "broken.mjs") };
    await assert.rejects(start(folder, { workers }), {
      code: "SERVICE_FAILED",
      message:
        /the training worker does not start: it ended with exit code 3\n.*training-worker\.log:\n {2}no kernels here/,
    });
    clearInterval(watching);
    assert.ok(seen.size > 3);
    assert.ok(![...seen].some(isAlive));
  });

  test("servers that are up get the workers they lack; a worker is told its project", async () => {
    await start(folder);
    const servers = processes(folder);
    await copyFile(join(folder, "training.mjs"), join(folder, "broken.mjs"));
    const workers = { control: join(folder, "control.mjs"), training: join(folder, "broken.mjs") };
    const { services } = await start(folder, { workers });
    assert.ok(services.every(({ ready, running }) => ready && running));
    assert.deepEqual(processes(folder).slice(0, 3), servers);
    const log = services.find(({ name }) => name === "control-worker")?.logFile ?? "";
    assert.ok((await readFile(log, "utf8")).includes(`"project":${JSON.stringify(folder)}`));
    const all = processes(folder);
    assert.equal(all.length, 5);
    await down(folder);
    assert.ok(!all.some(isAlive));
  });
});
