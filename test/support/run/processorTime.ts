/**
 * Processor time of test files with all processes that they start, as Linux counts it: on a busy machine the one measure of
 * what a file costs. The process table is read once a second; what a process uses after it was last seen is known
 * only where another process has waited for it, so a file's time is right to about that.
 */
import { readdirSync, readFileSync } from "node:fs";

/** To read it takes 4 ms of a processor where 170 processes run. */
const SAMPLE_MS = 1000;
/** Of Linux, on every architecture that Node.js runs on: `getconf CLK_TCK`. */
const TICKS_PER_SECOND = 100;

/** A process as proc(5) has it; times in clock ticks. */
export interface ProcessSeen {
  readonly pid: number;
  readonly parent: number;
  /** Since boot: a process id that is used again is not taken for the process before. */
  readonly start: number;
  /** Of itself and of its children that have ended and were waited for, and theirs. */
  readonly ticks: number;
}

interface Followed extends ProcessSeen {
  readonly owner: string;
}

export interface Account {
  /** Takes in what runs now. @param ownerOf of a child of the root until it is known; undefined for one not to be followed yet */
  see(processes: readonly ProcessSeen[], ownerOf: (pid: number) => string | undefined): void;
  /** In clock ticks. */
  of(owner: string): number;
}

/** Follows the descendants of a process, also those whose parents have ended. */
export function openAccount(root: number): Account {
  let followed = new Map<string, Followed>();
  /** Of processes that have ended, and that no process which is followed has waited for. */
  const ended = new Map<string, number>();

  return {
    see: (processes, ownerOf) => {
      const now = new Map<string, Followed>();
      const byPid = new Map<number, Followed>();
      // Parents come before their children.
      for (const seen of [...processes].sort((a, b) => a.start - b.start || a.pid - b.pid)) {
        const owner =
          followed.get(idOf(seen))?.owner ??
          (seen.parent === root ? ownerOf(seen.pid) : byPid.get(seen.parent)?.owner);
        if (owner === undefined) continue;
        const one = { ...seen, owner };
        now.set(idOf(seen), one);
        byPid.set(seen.pid, one);
      }
      const before = new Map([...followed.values()].map((one) => [one.pid, one]));
      for (const [id, one] of followed)
        if (!now.has(id) && !isWaitedFor(one, before, now))
          ended.set(one.owner, (ended.get(one.owner) ?? 0) + one.ticks);
      followed = now;
    },
    of: (owner) =>
      [...followed.values()].reduce(
        (sum, one) => sum + (one.owner === owner ? one.ticks : 0),
        ended.get(owner) ?? 0,
      ),
  };
}

/** Whether its time is in that of an ancestor that runs on: one that has ended handed it upwards. */
function isWaitedFor(
  one: Followed,
  before: ReadonlyMap<number, Followed>,
  now: ReadonlyMap<string, Followed>,
): boolean {
  for (let at = before.get(one.parent); at !== undefined; at = before.get(at.parent))
    if (now.has(idOf(at))) return true;
  return false;
}

const idOf = ({ pid, start }: ProcessSeen): string => `${pid} ${start}`;

/** What the test files share, and everything that belongs to none of them. */
const SHARED = "shared";

let account: Account | undefined;
const entries = new Set<string>();

/** Begins to watch this process's descendants; does nothing where the system is not Linux. */
export function watchProcessorTime(): void {
  if (process.platform !== "linux" || account !== undefined) return;
  account = openAccount(process.pid);
  setInterval(look, SAMPLE_MS).unref();
}

/** @param entry the file that Node.js was, or is about to be, started with; @returns seconds, undefined where nobody watches */
export function processorSecondsOf(entry: string): number | undefined {
  entries.add(entry);
  look();
  return account === undefined ? undefined : account.of(entry) / TICKS_PER_SECOND;
}

/** Seconds of a processor. */
export interface AllUsed {
  /** Of all programs that were asked for with {@link processorSecondsOf}, of what they share and of this process. */
  readonly all: number;
  /** Of what belongs to none of those programs: services that files share. */
  readonly shared: number;
  readonly own: number;
}

/** @returns undefined where nobody watches */
export function processorSecondsOfAll(): AllUsed | undefined {
  look();
  if (account === undefined) return undefined;
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const own = (userCPUTime + systemCPUTime) / 1e6;
  const shared = account.of(SHARED) / TICKS_PER_SECOND;
  const ofEntries = [...entries].reduce((sum, owner) => sum + (account?.of(owner) ?? 0), 0);
  return { all: ofEntries / TICKS_PER_SECOND + shared + own, shared, own };
}

function look(): void {
  account?.see(processTable(), ownerOf);
}

function ownerOf(pid: number): string | undefined {
  const command = commandOf(pid);
  // A child is a copy of its parent until it runs its own program.
  if (command === commandOf(process.pid)) return undefined;
  return command.split("\0").find((argument) => entries.has(argument)) ?? SHARED;
}

function processTable(): readonly ProcessSeen[] {
  return readdirSync("/proc").flatMap((name) => {
    const stat = /^\d/.test(name) ? readOrUndefined(`/proc/${name}/stat`) : undefined;
    return stat === undefined ? [] : [processOf(stat)];
  });
}

/** @param stat the line of `/proc/PID/stat` */
export function processOf(stat: string): ProcessSeen {
  // The command, in parentheses, may hold anything; the state comes after it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  /** By its number in proc(5). */
  const field = (number: number): number => Number(fields[number - 3]);
  const ticks = field(14) + field(15) + field(16) + field(17);
  return { pid: Number.parseInt(stat, 10), parent: field(4), start: field(22), ticks };
}

const commandOf = (pid: number): string => readOrUndefined(`/proc/${pid}/cmdline`) ?? "";

/** Processes end while the table is read. */
function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
