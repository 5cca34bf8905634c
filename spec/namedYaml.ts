/** YAML files of settings that environment variables name: how their contents are checked, and what is said of a wrong one. */
import type { z } from "zod";
import { ThawError } from "./errors.js";

export interface NamedYaml<T> {
  /** The environment variable that names the file. */
  readonly variable: string;
  readonly schema: z.ZodType<T>;
  /** Where one sees how such a file is written. */
  readonly hint: string;
  /** What an empty file means; it goes through the schema like any other content. */
  readonly whenEmpty?: unknown;
  /** Why content is refused that the schema does not know of, as the end of a sentence that begins with the file. */
  readonly refusal?: (content: unknown) => string | undefined;
}

/**
 * @param file as the variable has it
 * @param read gives the file's text
 * @returns undefined where no file is named
 * @throws ThawError USAGE when it cannot be read or is wrong
 */
export async function readNamedYaml<T>(
  file: string | undefined,
  read: (file: string) => Promise<string>,
  { variable, schema, hint, whenEmpty, refusal }: NamedYaml<T>,
): Promise<T | undefined> {
  if (file === undefined || file === "") return undefined;
  const wrong = (why: string, cause?: unknown): ThawError =>
    new ThawError("USAGE", `${file}, which ${variable} names, ${why}`, { hint, cause });
  const { parse } = await import("yaml");
  let content: unknown;
  try {
    content = parse(await read(file)) ?? whenEmpty;
  } catch (error) {
    throw wrong(`cannot be read: ${(error as Error).message}`, error);
  }
  const refused = refusal?.(content);
  if (refused !== undefined) throw wrong(refused);
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw wrong(`is wrong at ${issue?.path.join(".") || "its top"}: ${issue?.message}`);
}
