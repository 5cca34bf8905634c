/**
 * Runs the compiled command line as a user would: its output, its exit code. What is printed as JSON is checked
 * against its published schema, whatever the test asks.
 */
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { END_MARK, type HostedCommand } from "./hosted.js";

const HOST = fileURLToPath(new URL("./host.js", import.meta.url));

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ThawOptions {
  readonly cwd: string;
  /** Laid over this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Hosts without work; as many are started as commands run at once. */
const idle: ChildProcess[] = [];
const all = new Set<ChildProcess>();
process.on("exit", () => {
  for (const host of all) host.kill("SIGKILL");
});

/**
 * In a process that has run other commands before.
 */
export async function thaw(args: readonly string[], { cwd, env }: ThawOptions): Promise<Outcome> {
  const host = idle.pop() ?? startHost();
  const command: HostedCommand = { args, cwd, env: { ...process.env, NO_COLOR: "1", ...env } };
  setReferenced(host, true);
  const outcome = await new Promise<Outcome>((resolve, reject) => {
    const written = { stdout: "", stderr: "" };
    const ended: { stdout?: number; stderr?: number } = {};
    for (const name of ["stdout", "stderr"] as const) {
      host[name]?.on("data", (chunk: Buffer) => {
        written[name] += chunk.toString();
        const at = written[name].indexOf(END_MARK);
        if (at < 0 || !written[name].endsWith("\n")) return;
        ended[name] = Number(written[name].slice(at + END_MARK.length));
        written[name] = written[name].slice(0, at);
        if (ended.stdout !== undefined && ended.stderr !== undefined)
          resolve({ ...written, status: ended.stdout });
      });
    }
    // The command has ended its process itself.
    host.on("close", (status) => resolve({ ...written, status }));
    host.on("error", reject);
    host.send(command);
  });
  for (const stream of [host.stdout, host.stderr]) stream?.removeAllListeners("data");
  for (const event of ["close", "error"]) host.removeAllListeners(event);
  setReferenced(host, false);
  if (host.exitCode === null && host.signalCode === null) idle.push(host);
  const [name] = args;
  if (name !== undefined && args.includes("--json")) {
    const { checkDocuments, checkErrors } = await import("./documents.js");
    checkDocuments(name, outcome.stdout);
    checkErrors(outcome.stderr);
  }
  return outcome;
}

function startHost(): ChildProcess {
  const host = fork(HOST, [], { stdio: ["ignore", "pipe", "pipe", "ipc"] });
  all.add(host);
  return host;
}

/** Whether this process waits for the host. */
function setReferenced(host: ChildProcess, wanted: boolean): void {
  const change = wanted ? "ref" : "unref";
  host[change]();
  host.channel?.[change]();
  for (const stream of [host.stdout, host.stderr]) (stream as unknown as Socket)[change]();
}

/** The document that a command writes under `--json`; the command has to succeed. */
export async function thawJson<Document>(cwd: string, ...args: string[]): Promise<Document> {
  const { status, stdout, stderr } = await thaw([...args, "--json"], { cwd });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Document;
}

/** What a command says that is refused as wrong usage or input. */
export async function thawRefusal(cwd: string, ...args: string[]): Promise<string> {
  const { status, stderr } = await thaw(args, { cwd });
  assert.equal(status, 2, stderr);
  return stderr;
}
