/** Scripts that make a shell complete `thaw`'s commands and options; files, where none of them fits. */
import type { Shell } from "./shells.js";
import type { OptionWord, Place } from "./words.js";

export const SCRIPTS: Readonly<Record<Shell, (places: readonly Place[]) => string>> = { bash, zsh, fish };

/** Lines that follow the words before the cursor down the commands' tree, into the variable `at`. */
function walk(places: readonly Place[]): readonly string[] {
  const steps = places
    .filter(({ path }) => path !== "")
    .map(({ path }) => {
      const [word = "", ...above] = path.split(" ").reverse();
      return `      "${above.reverse().join(" ")}:${word}") at="${path}" ;;`;
    });
  return ['    case "$at:$word" in', ...steps, "    esac"];
}

function bash(places: readonly Place[]): string {
  const choices = choicesIn(places).map(
    ([name, values]) => `    ${name}) COMPREPLY=($(compgen -W "${values.join(" ")}" -- "$cur")); return ;;`,
  );
  return [
    "# Completion of thaw for bash: source <(thaw completion bash)",
    "_thaw() {",
    `  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" at="" word`,
    `  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do`,
    ...walk(places),
    "  done",
    '  case "$prev" in',
    ...choices,
    "  esac",
    '  case "$at" in',
    ...places.map(({ path, commands, options }) => {
      const words = [...commands, ...options].map(({ name }) => name).join(" ");
      return `    "${path}") COMPREPLY=($(compgen -W "${words}" -- "$cur")) ;;`;
    }),
    "  esac",
    "}",
    "complete -o default -F _thaw thaw",
  ].join("\n");
}

function zsh(places: readonly Place[]): string {
  const described = ({ name, what }: { readonly name: string; readonly what: string }): string =>
    quoted(`${name.replaceAll(":", "\\:")}:${what}`);
  return [
    "#compdef thaw",
    "# Completion of thaw for zsh: source <(thaw completion zsh)",
    "_thaw() {",
    '  local at="" word',
    "  local -a found",
    `  for word in \${words[2,CURRENT-1]}; do`,
    ...walk(places),
    "  done",
    `  case \${words[CURRENT-1]} in`,
    ...choicesIn(places).map(([name, values]) => `    ${name}) compadd -- ${values.join(" ")}; return ;;`),
    "  esac",
    '  case "$at" in',
    ...places.map(
      ({ path, commands, options }) =>
        `    "${path}") found=(${[...commands, ...options].map(described).join(" ")}) ;;`,
    ),
    "  esac",
    "  _describe thaw found",
    "  _files",
    "}",
    `if [ "\${funcstack[1]}" = "_thaw" ]; then _thaw "$@"; else compdef _thaw thaw; fi`,
  ].join("\n");
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, commands, options }) => {
    const names = path === "" ? [] : path.split(" ");
    const below = commands.map(({ name }) => name);
    const here = [
      ...names.map((name) => `__fish_seen_subcommand_from ${name}`),
      ...(below.length === 0 ? [] : [`not __fish_seen_subcommand_from ${below.join(" ")}`]),
    ].join("; and ");
    const when = here === "" ? "" : ` -n ${quoted(here)}`;
    return [
      ...commands.map(({ name, what }) => `complete -c thaw${when} -a ${name} -d ${quoted(what)}`),
      ...options.map((option) => `complete -c thaw${when} ${fishOption(option)}`),
    ];
  });
  return ["# Completion of thaw for fish: thaw completion fish | source", ...lines].join("\n");
}

function fishOption({ name, short, what, takesValue, choices }: OptionWord): string {
  return [
    `-l ${name.slice(2)}`,
    ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
    ...(takesValue ? ["-r"] : []),
    ...(choices.length === 0 ? [] : [`-f -a ${quoted(choices.join(" "))}`]),
    `-d ${quoted(what)}`,
  ].join(" ");
}

/** Options of which the values are known; their names mean the same in every command. */
function choicesIn(places: readonly Place[]): readonly (readonly [string, readonly string[]])[] {
  const options = places.flatMap((place) => place.options).filter(({ choices }) => choices.length > 0);
  return [...new Map(options.map(({ name, choices }) => [name, choices]))];
}

/** A word for all three shells, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "’")}'`;
}
