/**
 * Runs the compiled command line as a user would: another process, its output, its exit code. What is printed as JSON is
 * checked against its published schema, whatever the test asks.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { checkDocuments, checkErrors } from "./documents.js";

const MAIN = fileURLToPath(new URL("../../cli/main.js", import.meta.url));

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

export async function thaw(args: readonly string[], { cwd, env }: ThawOptions): Promise<Outcome> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const [command] = args;
  if (command !== undefined && args.includes("--json")) {
    checkDocuments(command, stdout);
    checkErrors(stderr);
  }
  return { status, stdout, stderr };
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
