/** What `thaw doctor` looks at: this machine's components, and whether Temporal and the store answer. */

import { openStoreOnly, tryStore } from "../client/session.js";
import { missingText } from "../client/temporal/findable.js";
import { lookAtAttributes } from "../client/temporal/lookAtAttributes.js";
import { serverVersion, withoutPriorities } from "../client/temporal/priorities.js";
import { registerByHand } from "../client/temporal/searchAttributes.js";
import { type ComponentStatus, FETCHED_LATER, inspect } from "../runtime/components/components.js";
import { openTemporal } from "../runtime/openTemporal.js";
import { lookForServices, type Services } from "../runtime/platform.js";
import { credentialName } from "../spec/credentialWords.js";
import { ThawError } from "../spec/errors.js";
import { masked } from "../spec/network/masked.js";
import type { StoreSettings, TemporalSettings } from "../spec/platform.js";
import type { CheckJson } from "./json/doctor.js";

/** @param fix whether search attributes that the Temporal server lacks are registered */
export async function checkAll(project: string | undefined, fix = false): Promise<readonly CheckJson[]> {
  const found = await lookForServices(project);
  const [components, services] = await Promise.all([
    inspect(found.embedded || found.temporal instanceof ThawError || found.store instanceof ThawError),
    checkServices(found, fix),
  ]);
  return [...components.map(componentCheck), ...services];
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
const ATTRIBUTES = { name: "search attributes", purpose: "by what runs are found in Temporal" };
const PRIORITIES = { name: "priorities", purpose: "which of the runs that wait for a worker goes first" };
const STORE = { name: "object store", purpose: "holds artifacts, models and reports" };

/** Services that nobody has configured or started are no fault of the machine. */
async function checkServices(found: Services, fix: boolean): Promise<readonly CheckJson[]> {
  const { temporal, store } = found;
  const checks = await Promise.all([
    temporal instanceof ThawError
      ? unknown(TEMPORAL, temporal)
      : check({ ...TEMPORAL, where: temporal.address }, () => temporalAnswers(temporal)),
    store instanceof ThawError
      ? unknown(STORE, store)
      : check({ ...STORE, where: placeOf(store) }, () => storeAnswers(store, found.embedded)),
  ]);
  const [{ state }] = checks;
  if (temporal instanceof ThawError || state !== "ok") return checks;
  return [...checks, await attributesCheck(temporal, fix), ...(await priorityCheck(temporal))];
}

/** Only where there is something to say: the embedded server keeps to them. */
async function priorityCheck(temporal: TemporalSettings): Promise<readonly CheckJson[]> {
  const version = await serverVersion(temporal).catch(() => "unknown");
  const said = withoutPriorities(version);
  return said === undefined ? [] : [{ ...PRIORITIES, version, state: "optional", ...said }];
}

/** Without them runs go on, so that they lack is no fault of the machine. */
async function attributesCheck(temporal: TemporalSettings, fix: boolean): Promise<CheckJson> {
  try {
    return { ...ATTRIBUTES, ...(await attributesOf(temporal, fix)) };
  } catch (error) {
    return { ...ATTRIBUTES, state: "optional", ...problemOf(error) };
  }
}

async function attributesOf(
  temporal: TemporalSettings,
  fix: boolean,
): Promise<Pick<CheckJson, "state" | "problem" | "fix">> {
  const { missing, refused } = await lookAtAttributes(temporal, fix);
  if (missing.length === 0) return { state: "ok" };
  const problem = missingText(missing);
  return {
    state: "optional",
    problem: refused === undefined ? problem : `${problem} (${refused})`,
    fix: fix ? `whoever may, on that server: ${registerByHand(missing)}` : "thaw doctor --fix",
  };
}

function unknown(found: Found, error: ThawError): CheckJson {
  return { ...found, state: error.code === "USAGE" ? "missing" : "optional", ...problemOf(error) };
}

async function temporalAnswers(settings: TemporalSettings): Promise<void> {
  await (await openTemporal(settings)).close();
}

/** A bucket of somebody else's is not made in passing. */
async function storeAnswers(store: StoreSettings, embedded: boolean): Promise<void> {
  await tryStore(openStoreOnly({ store }), embedded);
}

/** Where it is, and by what it knows us. */
function placeOf({ endpoint, bucket, credentials }: StoreSettings): string {
  return `${endpoint}/${bucket}, ${credentialName(credentials)}`;
}

const UNFORESEEN = "nobody has foreseen this: please report it, with what `thaw doctor --json` prints";

type Found = Pick<CheckJson, "name" | "purpose" | "where">;

async function check(found: Found, look: () => Promise<void>): Promise<CheckJson> {
  try {
    await look();
    return { ...found, state: "ok" };
  } catch (error) {
    return { ...found, state: "missing", ...problemOf(error) };
  }
}

/** Whatever is thrown is a finding: who asks what is wrong is not helped by an error. */
function problemOf(error: unknown): Pick<CheckJson, "problem" | "fix"> {
  if (!(error instanceof ThawError)) return { problem: masked(String(error)), fix: UNFORESEEN };
  const { message, hint } = error;
  return { problem: message, ...(hint === undefined ? {} : { fix: hint }) };
}
