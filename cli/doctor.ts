/** What `thaw doctor` looks at: this machine's components, and whether Temporal and the store answer. */

import { openSession, openStoreOnly, tryStore } from "../client/session.js";
import { type ComponentStatus, FETCHED_LATER, inspect } from "../runtime/components/components.js";
import { loadPlatform } from "../runtime/platform.js";
import { credentialName } from "../spec/credentialWords.js";
import { ThawError } from "../spec/errors.js";
import type { Platform, StoreSettings } from "../spec/platform.js";
import type { CheckJson } from "./json/doctor.js";

export async function checkAll(project: string | undefined): Promise<readonly CheckJson[]> {
  const found = await findPlatform(project);
  const [components, services] = await Promise.all([
    inspect(found instanceof ThawError || found.embedded),
    checkServices(found),
  ]);
  return [...components.map(componentCheck), ...services];
}

/** Where the services are, or why nobody knows. */
async function findPlatform(project: string | undefined): Promise<Platform | ThawError> {
  return loadPlatform(project).catch((error: unknown) => {
    if (error instanceof ThawError) return error;
    throw error;
  });
}

function componentCheck({ name, purpose, found, problem, fix }: ComponentStatus): CheckJson {
  const isFine = problem === undefined;
  return {
    name,
    purpose,
    // A tool that is not there and not needed any more has neither.
    state:
      isFine && found !== undefined
        ? "ok"
        : isFine || Object.hasOwn(FETCHED_LATER, name)
          ? "optional"
          : "missing",
    ...(found === undefined ? {} : { where: found.path, version: found.version }),
    ...(problem === undefined ? {} : { problem }),
    ...(fix === undefined ? {} : { fix }),
  };
}

const TEMPORAL = { name: "temporal service", purpose: "runs the workflows" };
const STORE = { name: "object store", purpose: "holds artifacts, models and reports" };

/** Services that nobody has configured or started are no fault of the machine. */
async function checkServices(platform: Platform | ThawError): Promise<readonly CheckJson[]> {
  if (platform instanceof ThawError) {
    const state = platform.code === "USAGE" ? "missing" : "optional";
    return [{ ...TEMPORAL, state, ...problemOf(platform) }];
  }
  const { temporal, store } = platform;
  return Promise.all([
    check({ ...TEMPORAL, where: temporal.address }, () => temporalAnswers(platform)),
    check({ ...STORE, where: placeOf(store) }, () => storeAnswers(platform)),
  ]);
}

async function temporalAnswers(platform: Platform): Promise<void> {
  try {
    await (await openSession(platform)).close();
  } catch (error) {
    // The session comes to the store only when Temporal has answered.
    if (!(error instanceof ThawError) || error.code.startsWith("TEMPORAL_")) throw error;
  }
}

/** A bucket of somebody else's is not made in passing. */
async function storeAnswers(platform: Platform): Promise<void> {
  await tryStore(openStoreOnly(platform), platform.embedded);
}

/** Where it is, and by what it knows us. */
function placeOf({ endpoint, bucket, credentials }: StoreSettings): string {
  return `${endpoint}/${bucket}, ${credentialName(credentials)}`;
}

type Found = Pick<CheckJson, "name" | "purpose" | "where">;

async function check(found: Found, look: () => Promise<void>): Promise<CheckJson> {
  try {
    await look();
    return { ...found, state: "ok" };
  } catch (error) {
    return { ...found, state: "missing", ...problemOf(error) };
  }
}

function problemOf(error: unknown): Pick<CheckJson, "problem" | "fix"> {
  if (!(error instanceof ThawError)) throw error;
  const { message, hint } = error;
  return { problem: message, ...(hint === undefined ? {} : { fix: hint }) };
}
