/** Where Temporal and the object store are: the environment says it, else the embedded services do. */
import { ThawError } from "../spec/errors.js";
import { keepSecrets, secretsOf } from "../spec/network/secrets.js";
import {
  type Platform,
  STORE_ENDPOINTS,
  type StoreSettings,
  TEMPORAL_SELECTORS,
  type TemporalSettings,
} from "../spec/platform.js";
import { findProjectFolder } from "./projectFolder.js";
import { layoutOf } from "./services/layout.js";
import { isRunning, readRecord, type ServicesRecord, storeOf, temporalOf } from "./services/record.js";

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/**
 * Finds the services and the project's folders. Each of the two services is taken from the environment
 * where that names it, else from those that `thaw up` has running in the project. Nothing is contacted
 * and no folder is made.
 * @param projectFolder default: `THAW_PROJECT`, else the nearest ancestor with `.thaw/`, else the current folder
 * @throws ThawError TEMPORAL_UNREACHABLE or STORE_UNREACHABLE when neither names a service; USAGE when the
 *   variables make no sense
 */
export async function loadPlatform(
  projectFolder?: string,
  surroundings: Surroundings = { env: process.env, cwd: process.cwd() },
): Promise<Platform> {
  const { temporal, store, ...rest } = await lookForServices(projectFolder, surroundings);
  if (temporal instanceof ThawError || store instanceof ThawError) {
    // What is written wrongly comes before what may only not have been started.
    const wrong = [temporal, store].filter((found) => found instanceof ThawError);
    throw wrong.find(({ code }) => code === "USAGE") ?? wrong[0];
  }
  return { temporal, store, ...rest };
}

/** What commands need that ask no Temporal server. */
export type StorePlatform = Pick<Platform, "projectFolder" | "workFolder" | "embedded" | "store">;

/**
 * Like {@link loadPlatform}, for who needs no Temporal server: none has to be known.
 * @throws ThawError STORE_UNREACHABLE when no store is named; USAGE when its variables make no sense
 */
export async function loadStorePlatform(
  projectFolder?: string,
  surroundings: Surroundings = { env: process.env, cwd: process.cwd() },
): Promise<StorePlatform> {
  const { temporal: _, store, ...rest } = await lookForServices(projectFolder, surroundings);
  if (store instanceof ThawError) throw store;
  return { store, ...rest };
}

/** A platform of which one service, or both, may not be known. */
export interface Services extends Pick<Platform, "projectFolder" | "workFolder" | "embedded"> {
  readonly temporal: TemporalSettings | ThawError;
  readonly store: StoreSettings | ThawError;
}

/** Like {@link loadPlatform}, with what is wrong beside what is right. */
export async function lookForServices(
  projectFolder?: string,
  surroundings: Surroundings = { env: process.env, cwd: process.cwd() },
): Promise<Services> {
  const env = withoutEmpty(surroundings.env);
  const project = findProjectFolder(projectFolder, env, surroundings.cwd);
  const layout = layoutOf(project);
  // Before anything of it can fail, and be told of.
  keepSecrets(secretsOf(env));
  const temporal = await namedTemporal(env);
  const store = await namedStore(env);
  const record =
    temporal !== undefined && store !== undefined ? undefined : orError(() => readRecord(layout));
  const embedded = <T>(settings: (known: ServicesRecord | undefined) => T): T | ThawError =>
    record instanceof ThawError ? record : orError(() => settings(record));
  const services = {
    temporal: temporal ?? embedded((known) => embeddedTemporal(known, project)),
    store: store ?? embedded((known) => embeddedStore(known, project)),
  };
  keepSecrets(secretsIn(services));
  return {
    ...services,
    projectFolder: project,
    workFolder: layout.work,
    embedded: temporal === undefined && store === undefined,
  };
}

/** An API key may come from a profile, and keys from the embedded services' record. */
function secretsIn({ temporal, store }: Pick<Services, "temporal" | "store">): (string | undefined)[] {
  const keys =
    !(store instanceof ThawError) && "accessKey" in store.credentials ? store.credentials : undefined;
  return [temporal instanceof ThawError ? undefined : temporal.apiKey, keys?.secretKey, keys?.sessionToken];
}

function orError<T>(look: () => T): T | ThawError {
  try {
    return look();
  } catch (error) {
    if (error instanceof ThawError) return error;
    throw error;
  }
}

type Variables = Readonly<Record<string, string>>;

/** What reads the variables is loaded where there are any: it takes as long to load as all else here. */
async function namedTemporal(env: Variables): Promise<TemporalSettings | ThawError | undefined> {
  if (!TEMPORAL_SELECTORS.some((name) => env[name] !== undefined)) return undefined;
  const { temporalFromEnvironment } = await import("./temporalEnvironment.js");
  return orError(() => temporalFromEnvironment(env));
}

async function namedStore(env: Variables): Promise<StoreSettings | ThawError | undefined> {
  if (!STORE_ENDPOINTS.some((name) => env[name] !== undefined)) return undefined;
  const { storeFromEnvironment } = await import("./storeEnvironment.js");
  return orError(() => storeFromEnvironment(env));
}

/** An empty variable means "not set", as manifests and shells write it. */
function withoutEmpty(env: Surroundings["env"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== "",
    ),
  );
}

function embeddedTemporal(record: ServicesRecord | undefined, project: string): TemporalSettings {
  if (record !== undefined && isRunning(record, "temporal")) return temporalOf(record);
  throw new ThawError("TEMPORAL_UNREACHABLE", `no Temporal server is known for ${project}`, {
    hint: "start the embedded ones with `thaw up`, or set TEMPORAL_ADDRESS to a server of yours",
  });
}

function embeddedStore(record: ServicesRecord | undefined, project: string): StoreSettings {
  if (record !== undefined && isRunning(record, "s3")) return storeOf(record);
  throw new ThawError("STORE_UNREACHABLE", `no object store is known for ${project}`, {
    hint: "start the embedded ones with `thaw up`, or set THAW_S3_ENDPOINT to a server of yours",
  });
}
