/** How much a rule weighs: `required` stops the version, `advisory` only says so. */
export type Weight = 'required' | 'advisory' | 'off';

export interface InspectionPolicy {
  /** By the rule's name; a rule that is not named has its own weight. */
  readonly rules: Readonly<Record<string, Weight>>;
  readonly waivers: readonly Waiver[];
}

/** A required rule that may fail, and why. */
export interface Waiver {
  readonly rule: string;
  readonly reason: string;
}

/** What a rule found in the guest. */
export interface Finding {
  readonly rule: string;
  readonly weight: 'required' | 'advisory';
  readonly outcome: 'passed' | 'failed' | 'waived' | 'inconclusive';
  readonly evidence: string;
  /** What to do about it, where it did not pass. */
  readonly remedy?: string;
}
