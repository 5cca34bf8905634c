/** The secrets that this process has been given, so that no text of it shows them, whoever wrote it. */

type Environment = Readonly<Record<string, string | undefined>>;

/** A shorter one is a word that may be meant. */
const SHORTEST = 8;

const known = new Set<string>();
let written: readonly string[] = [];

/** Names of variables with a secret in them; those that end like the last ones say where it is. */
const SECRET_NAME =
  /(^|_)(KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|WEBHOOK|COOKIE|HEADERS)(_|$)/i;
const PLACE_NAME = /_(ID|FILE|PATH|DIR|HOME|SOCK|URI|NAME|ARN|MODE|TYPE)$/i;

/** Keeps them out of every masked text from here on. Too short ones are not kept. */
export function keepSecrets(secrets: readonly (string | undefined)[]): void {
  for (const secret of secrets) if (secret !== undefined && secret.length >= SHORTEST) known.add(secret);
  // Longest first: a token may begin with another one.
  written = [...new Set([...known].flatMap(formsOf))].sort((a, b) => b.length - a.length);
}

/** What of an environment is secret: values of variables that are called so, and the passwords in addresses. */
export function secretsOf(env: Environment): string[] {
  return Object.entries(env).flatMap(([name, value = ""]) => {
    const isSecret = SECRET_NAME.test(name) && !PLACE_NAME.test(name) && !/^[/~.]/.test(value);
    const parts = /HEADERS$/i.test(name) ? value.split(/[,=]\s*|\s+/) : [value];
    return [...(isSecret ? parts : []), ...passwordsIn(value)];
  });
}

/** The secrets as texts may have them. */
export const forms = (): readonly string[] => written;

/** As it is, in an address, in a JSON text, and as headers carry it. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString("base64"),
    bytes.toString("base64url"),
  ];
}

/** Of the addresses in a value: as it is written, decoded, and with its name, as `Proxy-Authorization` has both. */
function passwordsIn(value: string): string[] {
  return [...value.matchAll(/\b[a-z][a-z0-9+.-]*:\/\/([^\s/?#"'<>]*)@/gi)].flatMap(([, user = ""]) => {
    const [name = "", password = ""] = user.split(/:(.*)/s);
    return password === "" ? [] : [password, decoded(password), `${decoded(name)}:${decoded(password)}`];
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
