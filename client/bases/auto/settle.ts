/** What `bases: auto` means on this machine, with this store and these images. Nothing is fetched for it. */
import { availableParallelism, totalmem } from "node:os";
import { basename } from "node:path";
import { resourcesAsked } from "../../../k8s/job/resources.js";
import { podSettings } from "../../../k8s/job/settings.js";
import { findArchitecture } from "../../../learn/bases/architectures.js";
import { CATALOGUE } from "../../../learn/bases/catalogue.js";
import { type StaticCost, staticCost } from "../../../learn/bases/cost.js";
import { ownInput } from "../../../learn/bases/input.js";
import { hasCheckpoint } from "../../../runtime/components/download/baseCheckpoint.js";
import { NOT_STATED, type RegisteredBase } from "../../../spec/base.js";
import { ThawError } from "../../../spec/errors.js";
import { licenceConcern } from "../../../spec/licence.js";
import { suitsAll } from "../../../spec/pipeline/unfreezing.js";
import type { DamagedRecord } from "../../../spec/records/damaged.js";
import { readingOf } from "../../../spec/runFile/folders.js";
import type { RunFile } from "../../../spec/runFile/runFile.js";
import type { Store } from "../../../store/connection/connection.js";
import { unlessDamaged } from "../../../store/record.js";
import { listBaseNames, readBase } from "../../../store/records/bases.js";
import { forecast } from "../../forecast/estimate.js";
import { pastSamples } from "../../forecast/samples.js";
import { countImages, type ListedSource } from "../../images/list.js";
import { resolveBase } from "../resolve.js";
import { type AtHand, type AutoBases, type AutoLimits, chooseAuto, type Reasoned } from "./choose.js";

export interface SettledBases {
  /** The run file with names in the place of `auto`; as it was where it names them itself. */
  readonly file: RunFile;
  /** Absent where the run file names its bases. */
  readonly auto?: AutoBases;
}

/**
 * Names carry versions, so that the run file says for good what was taken. Of one base that is left, the run starts from it.
 * @param source the images; without it, time is no limit
 * @throws ThawError BASE_UNKNOWN where nothing is at hand that fits, STORE_…, those of `listSource`
 */
export async function settleBases(store: Store, file: RunFile, source?: ListedSource): Promise<SettledBases> {
  if (file.bases !== "auto") return { file };
  const plain: RunFile = { ...file, bases: [] };
  const damaged: DamagedRecord[] = [];
  const found = [...(await catalogued(plain)), ...(await added(store, plain, damaged))];
  const chosen = chooseAuto(found, await limitsOf(store, plain, source));
  const unreadable = damaged.map(({ record, why }): Reasoned => ({ name: record, why }));
  const auto: AutoBases = { ...chosen, leftOut: [...chosen.leftOut, ...unreadable] };
  const names = auto.taken.map(({ name }) => name);
  const [first] = names;
  if (first === undefined) {
    throw new ThawError(
      "BASE_UNKNOWN",
      `\`bases: auto\` finds no base that it can take: ${clauses(auto.leftOut)}`,
      {
        hint: "`thaw bases add` adds one; `base: efficientnet-lite0` names one, which is fetched where it is not there",
      },
    );
  }
  return {
    file: names.length === 1 ? { ...plain, base: first } : { ...plain, bases: names },
    auto,
  };
}

/** What `auto` came to, for people: what is compared, and why the others are not. */
export function autoSentences({ taken, leftOut }: AutoBases): readonly string[] {
  const [only] = taken;
  const what =
    taken.length === 1
      ? `\`bases: auto\` has nothing to compare and starts from ${only?.name} (${only?.why})`
      : `\`bases: auto\` compares ${clauses(taken)}`;
  return [what, ...(leftOut.length === 0 ? [] : [`Left out: ${clauses(leftOut)}`])];
}

const clauses = (named: readonly Reasoned[]): string =>
  named.map(({ name, why }) => `${name} (${why})`).join("; ");

async function catalogued(file: RunFile): Promise<readonly AtHand[]> {
  const isInPod = file.compute === "kubernetes";
  return Promise.all(
    CATALOGUE.map(async ({ name, architecture, input, domain, pretrainedOn, sha256 }): Promise<AtHand> => {
      const isHere = isInPod || (await hasCheckpoint(name));
      const obstacle = isHere
        ? unsuitable(file, name)
        : "its weights are not on this machine; a run that names it fetches them";
      return {
        name,
        about: `${domain} ${pretrainedOn}`,
        where: isInPod ? "in thaw's image" : "on this machine",
        cost: staticCost(architecture, input.size),
        identity: `${sha256} ${name}`,
        ...(obstacle === undefined ? {} : { obstacle }),
      };
    }),
  );
}

/** The newest version of each. */
async function added(store: Store, file: RunFile, damaged: DamagedRecord[]): Promise<readonly AtHand[]> {
  const names = await listBaseNames(store).catch((error: unknown) => {
    // A bucket that nobody has made yet holds none; of one that is closed, what follows complains.
    if (error instanceof ThawError && error.code === "STORE_DENIED") return [];
    throw error;
  });
  const found: AtHand[] = [];
  for (const name of names) {
    const base = await unlessDamaged(readBase(store, name), damaged);
    if (base !== undefined) found.push(await ofStore(store, file, base));
  }
  return found;
}

async function ofStore(store: Store, file: RunFile, base: RegisteredBase): Promise<AtHand> {
  const { name, version, architecture, checkpoint, known = "", pretrainedOn, licence } = base;
  const named = `${name}@${version}`;
  const hasOwnInput = [base.pixelScale, base.inputSize, base.view, base.colourOrder, base.normEpsilon].some(
    (one) => one !== undefined,
  );
  const plain = {
    name: named,
    about: `${known} ${pretrainedOn === NOT_STATED ? "" : pretrainedOn}`,
    where: "in the store",
  };
  try {
    const spec = await resolveBase(store, named);
    const concern = licenceConcern(licence);
    const obstacle =
      concern === "non-commercial" || concern === "gated"
        ? `its licence, ${licence}, is not for everybody: name it in \`bases\``
        : unsuitable(file, named, spec && { [named]: spec });
    const cost = costOf(base);
    return {
      ...plain,
      identity: hasOwnInput ? (spec?.digest ?? named) : `${checkpoint.digest} ${architecture}`,
      ...(cost === undefined ? {} : { cost }),
      ...(obstacle === undefined ? {} : { obstacle }),
    };
  } catch (error) {
    // Of an architecture that only another version of thaw knows.
    if (!(error instanceof ThawError) || error.code !== "BASE_UNKNOWN") throw error;
    return { ...plain, identity: named, obstacle: error.message };
  }
}

/** Of a graph or a layers model it stands in the record, unless an older version wrote that. @throws ThawError BASE_UNKNOWN */
function costOf(base: RegisteredBase): StaticCost | undefined {
  const { architecture, extractor, network } = base;
  const stated = network ?? extractor;
  if (stated === undefined) {
    const known = findArchitecture(architecture);
    return staticCost(known.architecture, ownInput(known.input, base).size);
  }
  const { multiplyAdds, passBytes, weightBytes } = stated;
  if (multiplyAdds === undefined || passBytes === undefined || weightBytes === undefined) return undefined;
  return { multiplyAdds, passBytes, weightBytes };
}

/** Whether the run file asks for what the base does not have, such as layer groups: the words of the refusal. */
function unsuitable(
  file: RunFile,
  name: string,
  specs: Parameters<typeof suitsAll>[1] = {},
): string | undefined {
  try {
    suitsAll({ ...file, base: name, bases: [name] }, specs);
    return undefined;
  } catch (error) {
    if (error instanceof ThawError && error.code === "RUN_FILE_INVALID") return error.message;
    throw error;
  }
}

async function limitsOf(store: Store, file: RunFile, source: ListedSource | undefined): Promise<AutoLimits> {
  const { cpus, memoryBytes, machine } = computeOf(file);
  const subject = [file.name, basename(file.data.path), file.card.intended_use].join(" ");
  if (source === undefined) return { memoryBytes, machine, subject, secondsOf: () => 0 };
  const [images, samples] = await Promise.all([
    countImages(store, { ...source, ...readingOf(file) }),
    pastSamples(store),
  ]);
  const stage = { name: "features", kind: "features" } as const;
  return {
    ...{ memoryBytes, machine, subject },
    secondsOf: (multiplyAdds) => forecast([stage], { images, multiplyAdds }, samples, cpus).seconds,
  };
}

function computeOf(file: RunFile) {
  if (file.compute === "kubernetes") {
    // The image does not matter here, nor do defaults that only the control worker knows.
    const { cpus, memoryGiB = 0 } = resourcesAsked(podSettings({ image: "any", ...file.kubernetes }, {}));
    return { cpus, memoryBytes: memoryGiB * 2 ** 30, machine: "the pod" };
  }
  const limit = process.constrainedMemory?.() ?? 0;
  return {
    cpus: availableParallelism(),
    memoryBytes: limit > 0 ? Math.min(limit, totalmem()) : totalmem(),
    machine: "this machine",
  };
}
