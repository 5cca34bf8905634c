/** What every file here shares: the components' names, where one lies, and how provisioning reports. */

/** Pretrained weights; fetched when a run names the base. */
export type BaseComponent = `base-weights:efficientnet-lite${0 | 1 | 2}`;

export type ComponentName =
  | "libtensorflow"
  | "tfjs-binding"
  | "temporal"
  | "s3-server"
  | BaseComponent
  | "emoji-images";

export interface Located<Name extends string = ComponentName> {
  readonly name: Name;
  /** Absolute path of the executable, the file or the folder. */
  readonly path: string;
  readonly version: string;
  /** `project` is this package's own node_modules. */
  readonly from: "PATH" | "cache" | "project";
}

export interface ProvisionProgress {
  readonly component: ComponentName;
  readonly phase: "downloading" | "unpacking" | "compiling" | "installing" | "ready";
  /** Share of the phase that is done, 0…1, where it can be known. */
  readonly fraction?: number;
  /** One short remark, e.g. `261 MB`. */
  readonly detail?: string;
}

/** Progress of one component, told by the code that provisions it. */
export type Report = (progress: Omit<ProvisionProgress, "component">) => void;

/** How one component gets into the cache: a folder whose content is a function of pinned inputs. */
export interface Recipe<Name extends string = ComponentName> {
  readonly name: Name;
  readonly version: string;
  /** Name of the folder in the cache; it says everything that the content depends on. */
  readonly folder: string;
  /** Path inside the folder that users of the component want; `""` for the folder itself. */
  readonly entry: string;
  /** Digest of the package that the content came from. */
  readonly sha256: string;
  /**
   * Fills the empty folder `into`. `scratch` is a folder for downloads that is thrown away afterwards and
   * lies on the same disk.
   */
  readonly build: (into: string, scratch: string, report: Report) => Promise<void>;
}
