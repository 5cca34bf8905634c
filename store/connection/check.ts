/** Tries on a small object of its own whether a store does all that thaw asks of one, and whether we may. */
import { randomUUID } from "node:crypto";
import { ThawError } from "../../spec/errors.js";
import { putJson, putJsonOnce, readText } from "../json.js";
import { ensureBucket, requireBucket, type Store, storeCall } from "./connection.js";
import { errorCode } from "./failures.js";

/** Under it lie the objects, for as long as a check takes. */
export const CHECKS_PREFIX = "checks/";
/** The one object that stays where nobody may delete it; nobody does, so checks at the same time do not meet. */
const STAYING = `${CHECKS_PREFIX}stays.json`;

/**
 * Lists, deletes what is not there, writes, writes on a condition that does not hold, reads and deletes.
 * @param makeBucket whether a bucket that is not there is made
 * @throws ThawError STORE_DENIED with the rights that are missing; STORE_UNSUITABLE where the store has no conditional
 *   writes, or gives back something else; STORE_DENIED (bucket, keys), STORE_UNREACHABLE
 */
export async function checkStore(store: Store, { makeBucket }: { makeBucket: boolean }): Promise<void> {
  const missing: Right[] = [];
  /** @returns undefined where we may not */
  const may = async <T>(right: Right, call: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await call();
    } catch (error) {
      // Whoever is not known at all, or asks in a wrong way, is told that.
      if (!(error instanceof ThawError) || !NOT_ALLOWED.has(errorCode(error.cause))) throw error;
      if (!missing.includes(right)) missing.push(right);
      return undefined;
    }
  };
  const own = `${CHECKS_PREFIX}${randomUUID()}.json`;
  const isListed = await may("list", async () => {
    if (makeBucket) await ensureBucket(store);
    else await requireBucket(store);
    await listOne(store);
    return true;
  });
  const remove = (): Promise<true | undefined> =>
    may("delete", async () => {
      await storeCall(store, `deleting ${own}`, () => store.client.removeObject(store.bucket, own));
      return true as const;
    });
  // Of what is not there: a key that may not delete must not leave an object behind at each check.
  const name = (await remove()) === true ? own : STAYING;
  const content = { check: name };
  const isMade = await may("write", () => putJsonOnce(store, name, content));
  if (isMade === undefined) {
    // What is not there says by its error whether it could be read.
    await may("read", () => storeCall(store, `reading ${name}`, () => readText(store, name)));
  } else {
    try {
      if (await putJsonOnce(store, name, { ...content, second: true })) throw ignoresConditions(store);
      await may("write", () => putJson(store, name, content));
      const text = await may("read", () => storeCall(store, `reading ${name}`, () => readText(store, name)));
      const isDenied = missing.includes("read");
      if (!isDenied && text !== JSON.stringify(content)) throw givesOtherBytes(store);
    } finally {
      if (name === own) await remove();
    }
  }
  if (missing.length > 0) throw lacks(store, missing, isListed === true);
}

/** Also of an answer without a reason, as proxies and gateways give it. */
const NOT_ALLOWED: ReadonlySet<string> = new Set(["AccessDenied", "HTTP_403"]);

type Right = keyof typeof RIGHTS;

/** By the names that policies give them. */
const RIGHTS = {
  list: "s3:ListBucket",
  write: "s3:PutObject",
  read: "s3:GetObject",
  delete: "s3:DeleteObject",
} as const;

async function listOne(store: Store): Promise<void> {
  await storeCall(store, `listing ${CHECKS_PREFIX}`, async () => {
    for await (const _ of store.client.listObjectsV2(store.bucket, CHECKS_PREFIX, true)) return;
  });
}

function lacks(
  { bucket, endpoint, refusalHint }: Store,
  missing: readonly Right[],
  listed: boolean,
): ThawError {
  const ordered = (Object.keys(RIGHTS) as Right[]).filter((right) => missing.includes(right));
  const grant = ordered.map((right) => RIGHTS[right]).join(", ");
  // Where nothing at all is allowed the keys are wrong rather than the policy.
  const hint =
    listed || missing.length < 3 ? `grant ${grant} on ${bucket}` : `${refusalHint}; it takes ${grant}`;
  return new ThawError(
    "STORE_DENIED",
    `the key may not ${orText(ordered)} in the bucket ${bucket} at ${endpoint}: it lacks ${grant}`,
    { hint },
  );
}

function orText(words: readonly string[]): string {
  const [last = "", ...others] = [...words].reverse();
  return others.length === 0 ? last : `${others.reverse().join(", ")} or ${last}`;
}

function ignoresConditions({ endpoint }: Store): ThawError {
  return new ThawError(
    "STORE_UNSUITABLE",
    `the object store at ${endpoint} ignores conditional writes: it wrote over an object that was only to be made where there is none`,
    { hint: CONDITIONS_HINT },
  );
}

/** Without them two attempts at a stage would overwrite one another's result. */
const CONDITIONS_HINT =
  "thaw needs a store that honours `If-None-Match: *`: AWS S3, MinIO, Ceph from 19 on, SeaweedFS from 4 on, Cloudflare R2";

function givesOtherBytes({ endpoint }: Store): ThawError {
  return new ThawError(
    "STORE_UNSUITABLE",
    `the object store at ${endpoint} gives back other bytes than were written`,
    { hint: "a gateway between may change or cache objects: let thaw talk to the store itself" },
  );
}
