/**
 * A reader for the part of Python's pickle format that PyTorch checkpoints use.
 *
 * Pickle is a program for a stack machine (CPython's `pickletools` documents every opcode). This reader
 * runs no code of the file: globals resolve only through the caller's table, objects of other classes are data
 * (`inert.ts`), everything else is refused.
 */
import { ThawError } from "../../spec/errors.js";
import { COSTS, type Spend } from "./budget.js";
import { isInert, itemsOf, setState } from "./inert.js";

/** A reference to a Python global that the file wants to call, e.g. `torch._utils _rebuild_tensor_v2`. */
export interface PickleGlobal {
  readonly module: string;
  readonly name: string;
}

export interface PickleHandlers {
  /** Result of calling a global; throw for every global that is not known to be harmless. */
  call(callee: PickleGlobal, args: readonly unknown[]): unknown;
  /** What stands for a new object of a class. */
  create(of: PickleGlobal, args: readonly unknown[]): unknown;
  /** Resolves a persistent id (PyTorch: a storage). */
  persistent(id: unknown): unknown;
  /** Counts what the parse takes, over all pickles of a file. */
  readonly spend: Spend;
}

export interface Unpickled {
  readonly value: unknown;
  /** Offset of the first byte after the pickle. */
  readonly end: number;
}

const MARK = Symbol("mark");

export function isGlobal(value: unknown): value is PickleGlobal {
  return typeof value === "object" && value !== null && "module" in value && "name" in value;
}

/** What Python compares by value and a sentence can show. */
function isPlain(value: unknown): boolean {
  return value === null || ["string", "number", "bigint", "boolean"].includes(typeof value);
}

/** Little-endian two's complement integer of 0…8 bytes (more would not fit a safe integer here). */
function signedInteger(bytes: Buffer): number | bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0);
  const negative = bytes.length > 0 && ((bytes[bytes.length - 1] ?? 0) & 0x80) !== 0;
  if (negative) value -= 1n << BigInt(8 * bytes.length);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/**
 * Reads one pickle that starts at `start`. Dicts become `Map`, tuples and lists become arrays.
 * @throws ThawError DATA_INVALID for an opcode or a global outside the supported part.
 */
export function unpickle(data: Buffer, start: number, handlers: PickleHandlers): Unpickled {
  const { spend } = handlers;
  const stack: unknown[] = [];
  const memo = new Map<number, unknown>();
  let at = start;

  const bad = (what: string): never => {
    throw new ThawError("DATA_INVALID", `the checkpoint is not a plain PyTorch state dict: ${what}`, {
      hint: "save it with torch.save(model.state_dict(), FILE)",
    });
  };
  const take = (length: number): Buffer => {
    if (at + length > data.length) bad("it ends in the middle of a pickle");
    at += length;
    return data.subarray(at - length, at);
  };
  /** Without a buffer of its own: a pickle has millions of them. */
  const byte = (): number => {
    if (at >= data.length) bad("it ends in the middle of a pickle");
    return data[at++] as number;
  };
  const line = (): string => {
    const end = data.indexOf(10, at);
    if (end < 0) bad("it ends in the middle of a pickle");
    spend(COSTS.text + COSTS.character * (end - at));
    const line = data.toString("latin1", at, end);
    at = end + 1;
    return line;
  };
  const text = (length: number, encoding: "utf8" | "latin1"): string => {
    const bytes = take(length);
    spend(COSTS.text + COSTS.character * length);
    return bytes.toString(encoding);
  };
  const toMark = (): unknown[] => {
    const mark = stack.lastIndexOf(MARK);
    if (mark < 0) bad("a mark is missing");
    const items = stack.splice(mark + 1);
    stack.pop();
    return items;
  };
  const pop = (): unknown => {
    if (stack.length === 0) bad("its stack is empty");
    return stack.pop();
  };
  const top = (): unknown => stack[stack.length - 1];
  const setItems = (object: unknown, items: readonly unknown[]): void => {
    const target = isInert(object) ? itemsOf(object, spend) : object;
    if (!(target instanceof Map)) {
      bad("items are set on something that is no dict");
      return;
    }
    if (items.length % 2 !== 0) bad("a key of a dict has no value");
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      // A key becomes a name, and the text of a list that holds itself twice, many times over, has no end.
      if (!isPlain(key)) bad("a key of a dict is neither a text nor a number");
      spend(COSTS.pair);
      target.set(key, items[i + 1]);
    }
  };
  const appendAll = (target: unknown, items: readonly unknown[]): void => {
    // A list of a class of its own, which no state dict is.
    if (isInert(target)) return;
    if (!Array.isArray(target)) {
      bad("items are appended to something that is no list");
      return;
    }
    spend(COSTS.entry * items.length);
    // One by one: as arguments of a call they would have to fit on the stack.
    for (const item of items) target.push(item);
  };

  const remember = (index: number): void => {
    if (stack.length === 0) bad("its stack is empty");
    spend(COSTS.pair);
    memo.set(index, top());
  };
  const recall = (index: number): unknown => {
    if (!memo.has(index)) bad("it refers to something that it has not made");
    return memo.get(index);
  };
  const list = (items: unknown[]): unknown[] => {
    spend(COSTS.list + COSTS.entry * items.length);
    return items;
  };
  const withoutNames = (): unknown => {
    pop();
    return pop();
  };
  const invoke = (act: PickleHandlers["call"], args: unknown): void => {
    const callee = pop();
    if (!isGlobal(callee) || !Array.isArray(args)) bad("it calls something that is no global");
    else {
      spend(COSTS.call);
      stack.push(act(callee, args));
    }
  };
  const global = (module: unknown, name: unknown): PickleGlobal => {
    if (typeof module === "string" && typeof name === "string") return { module, name };
    return bad("the name of a global is no text");
  };

  for (;;) {
    spend(COSTS.entry);
    const opcode = String.fromCharCode(byte());
    switch (opcode) {
      case "\x80": // PROTO
        byte();
        break;
      case "\x95": // FRAME
        take(8);
        break;
      case ".": // STOP
        return { value: pop(), end: at };
      case "(":
        stack.push(MARK);
        break;
      case "0": // POP
        pop();
        break;
      case "N":
        stack.push(null);
        break;
      case "\x88":
        stack.push(true);
        break;
      case "\x89":
        stack.push(false);
        break;
      case "K": // BININT1
        stack.push(byte());
        break;
      case "M": // BININT2
        stack.push(take(2).readUInt16LE());
        break;
      case "J": // BININT
        stack.push(take(4).readInt32LE());
        break;
      case "\x8a": // LONG1
        stack.push(signedInteger(take(byte())));
        break;
      case "G": // BINFLOAT
        stack.push(take(8).readDoubleBE());
        break;
      case "X": // BINUNICODE
        stack.push(text(take(4).readUInt32LE(), "utf8"));
        break;
      case "\x8c": // SHORT_BINUNICODE
        stack.push(text(byte(), "utf8"));
        break;
      case "U": // SHORT_BINSTRING
        stack.push(text(byte(), "latin1"));
        break;
      case "T": // BINSTRING
        stack.push(text(take(4).readUInt32LE(), "latin1"));
        break;
      case "C": // SHORT_BINBYTES
        stack.push(take(byte()));
        break;
      case "\x8f": // EMPTY_SET
        stack.push(list([]));
        break;
      case "\x90": {
        // ADDITEMS
        const items = toMark();
        appendAll(top(), items);
        break;
      }
      case "\x91": // FROZENSET
        stack.push(list(toMark()));
        break;
      case "}":
        spend(COSTS.dict);
        stack.push(new Map());
        break;
      case "]":
        stack.push(list([]));
        break;
      case ")":
        stack.push(list([]));
        break;
      case "t": // TUPLE
        stack.push(list(toMark()));
        break;
      case "\x85":
        stack.push(list([pop()]));
        break;
      case "\x86": {
        const second = pop();
        stack.push(list([pop(), second]));
        break;
      }
      case "\x87": {
        const third = pop();
        const second = pop();
        stack.push(list([pop(), second, third]));
        break;
      }
      case "q": // BINPUT
        remember(byte());
        break;
      case "r": // LONG_BINPUT
        remember(take(4).readUInt32LE());
        break;
      case "\x94": // MEMOIZE
        remember(memo.size);
        break;
      case "h": // BINGET
        stack.push(recall(byte()));
        break;
      case "j": // LONG_BINGET
        stack.push(recall(take(4).readUInt32LE()));
        break;
      case "s": {
        const value = pop();
        const key = pop();
        setItems(top(), [key, value]);
        break;
      }
      case "u": {
        const items = toMark();
        setItems(top(), items);
        break;
      }
      case "a": {
        const item = pop();
        appendAll(top(), [item]);
        break;
      }
      case "e": {
        const items = toMark();
        appendAll(top(), items);
        break;
      }
      case "c": // GLOBAL
        stack.push(global(line(), line()));
        break;
      case "\x93": {
        const name = pop();
        stack.push(global(pop(), name));
        break;
      }
      case "\x92": // NEWOBJ_EX: with arguments by name
        invoke(handlers.create, withoutNames());
        break;
      case "\x81": // NEWOBJ: an object of a class, whose attributes BUILD sets
        invoke(handlers.create, pop());
        break;
      case "R":
        invoke(handlers.call, pop());
        break;
      case "b": {
        // BUILD: attributes of an object; a state dict carries only metadata there
        const state = pop();
        const object = top();
        if (isInert(object)) setState(object, state, spend);
        break;
      }
      case "Q": // BINPERSID
        spend(COSTS.call);
        stack.push(handlers.persistent(pop()));
        break;
      default:
        bad(`opcode 0x${opcode.charCodeAt(0).toString(16)} at byte ${at - 1} is not supported`);
    }
  }
}
