/** The installation's endpoints: read anew for each message, so that a change of the settings needs no restart. */
import { readFile } from "node:fs/promises";
import { ThawError } from "../../spec/errors.js";
import { readNamedYaml } from "../../spec/namedYaml.js";
import { keepSecrets } from "../../spec/network/secrets.js";
import { TEST_EVENT, type ThawEvent } from "../../spec/notifications/event.js";
import {
  type Endpoint,
  notificationsSchema,
  problemOfAddress,
  REFERENCE,
} from "../../spec/notifications/settings.js";
import { keyOf } from "./signature.js";

/** Where settings and secrets come from. */
export interface NotificationSources {
  /** As `THAW_NOTIFICATIONS` has it; nobody is told where it is absent. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const HINT = "docs/notifications.md has an example";

/** @throws ThawError USAGE when the file cannot be read or is wrong */
export async function readEndpoints({ file }: NotificationSources): Promise<readonly Endpoint[]> {
  const settings = await readNamedYaml(file, (named) => readFile(named, "utf8"), {
    variable: "THAW_NOTIFICATIONS",
    schema: notificationsSchema,
    hint: HINT,
  });
  return settings?.endpoints ?? [];
}

/** The names of those that want it. @throws ThawError NOT_FOUND where one is named that there is not; USAGE */
export async function findEndpoints(
  sources: NotificationSources,
  { type, endpoint: only }: { readonly type: ThawEvent["type"]; readonly endpoint?: string },
): Promise<readonly string[]> {
  const endpoints = await readEndpoints(sources);
  if (only !== undefined) return [findEndpoint(endpoints, only).name];
  return endpoints
    .filter(({ events }) => type === TEST_EVENT || events === undefined || events.includes(type))
    .map(({ name }) => name);
}

/** @throws ThawError NOT_FOUND */
export function findEndpoint(endpoints: readonly Endpoint[], name: string): Endpoint {
  const found = endpoints.find((endpoint) => endpoint.name === name);
  if (found !== undefined) return found;
  const known = endpoints.map((endpoint) => endpoint.name).join(", ");
  throw new ThawError("NOT_FOUND", `notifications have no endpoint ${name}`, {
    hint: known === "" ? `there is none at all; ${HINT}` : `there are: ${known}`,
  });
}

/** What is secret of an endpoint. */
export interface Secrets {
  readonly url: URL;
  readonly keys: readonly Buffer[];
}

/**
 * From here on no text of this process shows what was found.
 * @throws ThawError USAGE where a reference leads to nothing, or to something that is no address or no key
 */
export async function secretsOfEndpoint(
  { name, url, secret, allow_private }: Endpoint,
  sources: NotificationSources,
): Promise<Secrets> {
  const address = REFERENCE.test(url) ? await lookUp(name, url, sources) : url;
  const problem = problemOfAddress(address, allow_private);
  if (problem !== undefined) throw wrong(name, url, problem);
  const parsed = new URL(address);
  if (REFERENCE.test(url)) keepSecrets([address, parsed.href, parsed.pathname + parsed.search]);
  const references = secret === undefined ? [] : [secret].flat();
  const keys = await Promise.all(
    references.map(async (reference) => {
      const text = await lookUp(name, reference, sources);
      const key = keyOf(text);
      if (key !== undefined) return key;
      throw wrong(name, reference, "it is no secret of the form whsec_BASE64 with 24 to 64 bytes");
    }),
  );
  return { url: parsed, keys };
}

async function lookUp(name: string, reference: string, { env }: NotificationSources): Promise<string> {
  const [, kind, place = ""] = /^(env|file):(.*)$/.exec(reference) ?? [];
  let text: string | undefined;
  try {
    text = kind === "env" ? env[place] : await readFile(place, "utf8");
  } catch (error) {
    throw wrong(name, reference, `it cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
  const value = text?.trim() ?? "";
  if (value === "") throw wrong(name, reference, "there is nothing");
  keepSecrets([value]);
  return value;
}

/** The reference is named where there is one: a secret never is. */
function wrong(name: string, reference: string, why: string): ThawError {
  const where = REFERENCE.test(reference) ? ` (${reference})` : "";
  return new ThawError("USAGE", `endpoint ${name} of the notifications${where}: ${why}`, { hint: HINT });
}
