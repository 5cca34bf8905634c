/** The installation's endpoints of notifications, as the file that `THAW_NOTIFICATIONS` names has them. */
import { z } from "zod";
import { EVENT_TYPES } from "./event.js";

/** Where a secret is: the value never stands in the file itself. */
export const REFERENCE = /^(env:[A-Za-z_][A-Za-z0-9_]*|file:\/.+)$/;
const HOW = "write env:NAME or file:/PATH: a secret itself does not belong into this file";

const reference = z.string().regex(REFERENCE, HOW);

const endpointSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, "use up to 40 lower-case letters, digits and dashes")
      .describe("What it is called in histories, messages and commands."),
    url: z.string().max(2000).describe("Address, or env:NAME or file:/PATH where the address is a secret."),
    secret: z
      .union([reference, z.array(reference).min(1).max(2)], { error: HOW })
      .exactOptional()
      .describe(
        "Where the key is that messages are signed with, whsec_…; two while one is rotated, the new one first.",
      ),
    events: z
      .array(z.enum(EVENT_TYPES))
      .min(1)
      .exactOptional()
      .describe("Kinds of events that it is told of. Default: all."),
    format: z
      .enum(["standard", "slack"])
      .default("standard")
      .describe(
        "standard: signed JSON by Standard Webhooks; slack: for incoming webhooks of Slack and its like.",
      ),
    allow_private: z
      .boolean()
      .default(false)
      .describe("Whether it may lie on this machine or in a private network, and be asked by plain HTTP."),
  })
  .superRefine(({ url, secret, format, allow_private }, context) => {
    const wrong = (path: string, message: string): void =>
      context.addIssue({ code: "custom", path: [path], message });
    const isReference = REFERENCE.test(url);
    if (format === "slack" && !isReference)
      wrong("url", "whoever has such an address may write there: write env:NAME or file:/PATH");
    const problem = isReference ? undefined : problemOfAddress(url, allow_private);
    if (problem !== undefined) wrong("url", problem);
    if (format === "standard" && secret === undefined) wrong("secret", `it is missing: ${HOW}`);
    if (format === "slack" && secret !== undefined)
      wrong("secret", "receivers of this format check no signature: leave it out");
  });

export const notificationsSchema = z
  .strictObject({ endpoints: z.array(endpointSchema).max(20) })
  .refine(({ endpoints }) => new Set(endpoints.map(({ name }) => name)).size === endpoints.length, {
    path: ["endpoints"],
    message: "two endpoints have the same name",
  })
  .describe("Who is told of events.");

export type Endpoint = z.output<typeof endpointSchema>;

/** @returns why it cannot be an endpoint's address, as a sentence that does not repeat it */
export function problemOfAddress(address: string, allowPrivate: boolean): string | undefined {
  if (!URL.canParse(address)) return "it is no address: write https://HOST/PATH";
  const { protocol, username, password } = new URL(address);
  if (username !== "" || password !== "") return "a name or password in an address would end up in logs";
  if (protocol === "https:" || (protocol === "http:" && allowPrivate)) return undefined;
  return "write an https:// address; http:// is for private networks, with allow_private: true";
}
