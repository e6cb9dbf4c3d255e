/** Which of the set's recipes a version is made by; the hash is of the recipe itself. */
export interface RecipeRevision {
  readonly revision: number;
  readonly hash: string;
}

/** One step of a recipe: one action, and how it may go. */
export type RecipeStep = Action & {
  readonly name: string;
  /** Each try has so long. */
  readonly timeoutMinutes: number;
  readonly allowedExitCodes: readonly number[];
  /** How often it is tried again after a failure; a step that is tried again must bear it. */
  readonly retries: number;
  /** Who runs it; SYSTEM or root unless said otherwise. */
  readonly runAs?: RunAs;
};

export type Action =
  | ScriptAction
  | { readonly windowsUpdates: WindowsUpdates }
  | { readonly linuxUpdates: { readonly securityOnly: boolean } }
  | { readonly install: Install }
  | { readonly optimise: Optimise }
  | { readonly restart: { readonly waitMinutes: number } }
  | { readonly file: FileAction };

export interface Download {
  readonly uri: string;
  /** 64 hexadecimal digits: what was not meant is not run. */
  readonly sha256: string;
}

export interface ScriptAction {
  readonly script: string | Download;
  readonly parameters: Readonly<Record<string, string>>;
  /** Read from Key Vault when the step starts, handed over protected, kept nowhere. */
  readonly secretParameters: Readonly<Record<string, SecretRef>>;
}

/** `https://<vault>/secrets/<name>`, with or without a version. */
export interface SecretRef {
  readonly secretUri: string;
}

export interface RunAs {
  readonly user: string;
  readonly password: SecretRef;
}

export type UpdateCategory =
  | 'security'
  | 'critical'
  | 'update-rollups'
  | 'updates'
  | 'definition'
  | 'service-packs'
  | 'feature-packs';

export interface WindowsUpdates {
  readonly categories: readonly UpdateCategory[];
  /** Numbers of knowledge base articles, `KB5031455`. */
  readonly exclude: readonly string[];
  readonly includePreviews: boolean;
  /** Search, install and restart again until nothing is offered, at most so often. */
  readonly maxRounds: number;
}

export interface Install extends Download {
  readonly kind: 'msi' | 'exe' | 'msix';
  readonly arguments: string;
}

/** The Virtual Desktop Optimization Tool, pinned to a commit. */
export interface Optimise {
  readonly commit: string;
  readonly sha256: string;
  readonly optimizations: readonly string[];
}

export interface FileAction extends Download {
  readonly destination: string;
}

/** Where the step that is under way stands: which try, which round of updates, and whether it restarts. */
export interface StepProgress {
  readonly attempt: number;
  readonly round: number;
  readonly phase: 'run' | 'restart';
  /** When Azure took the restart, once it did. */
  readonly restartedAt?: string;
  /** Said once its last run is over: with this the step ends when the machine is back. */
  readonly exitCode?: number;
  /** Seconds of its runs so far, and the last line or two of what the last of them wrote. */
  readonly seconds: number;
  readonly tail: string;
}

/** The machine gets so long to come back from a restart that the recipe did not ask for. */
export const restartMinutes = 30;

/** How long the recipe may take when everything in it takes as long as it may: every try, round and restart. */
export function customiseMinutes(recipe: readonly RecipeStep[]): number {
  return recipe.reduce((sum, step) => sum + minutesOf(step), 60);
}

function minutesOf(step: RecipeStep): number {
  // Beside the run itself: Azure's and our own grace, looks that come late, a request that has to be repeated.
  const slack = 30;
  if ('restart' in step) return step.restart.waitMinutes + slack;
  const run = step.timeoutMinutes + slack;
  if ('windowsUpdates' in step) {
    const rounds = step.windowsUpdates.maxRounds + step.retries;
    return rounds * (run + restartMinutes + slack);
  }
  return (step.retries + 1) * run + restartMinutes + slack;
}
