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

/** What the guest said of itself, by name. A name that is missing was not found out. */
export type Evidence = Readonly<Record<string, string>>;

export type OsType = 'Windows' | 'Linux';

/** A named question about the guest, asked before it becomes an image. */
export interface Rule {
  readonly name: string;
  readonly os: readonly OsType[];
  /** What it weighs when the set says nothing. */
  readonly weight: 'required' | 'advisory';
  /** Asked only of what will be generalised, or only of what stays specialised. */
  readonly only?: 'Generalized' | 'Specialized';
  /** The evidence that it needs. */
  readonly reads: readonly string[];
  /** Whether all is well; undefined when the evidence does not tell. */
  readonly isWell: (evidence: Evidence) => boolean | undefined;
  readonly remedy: string;
}

/** One name a line, `name=value`; what else the guest wrote says nothing. */
export function parseEvidence(output: string): Evidence {
  const lines = output.split('\n').flatMap((line) => {
    const [, name, value] = /^([A-Za-z]\w*)=(.*)$/.exec(line.trim()) ?? [];
    return name === undefined ? [] : [[name, (value ?? '').trim()] as const];
  });
  return Object.fromEntries(lines);
}

interface Case {
  readonly rules: readonly Rule[];
  readonly osType: OsType;
  readonly osState: 'Generalized' | 'Specialized';
  readonly policy: InspectionPolicy;
}

/** What every rule that the policy asks for finds in the evidence. */
export function judge(evidence: Evidence, { rules, osType, osState, policy }: Case): readonly Finding[] {
  return rules.flatMap((rule) => {
    const weight = policy.rules[rule.name] ?? rule.weight;
    if (weight === 'off' || !rule.os.includes(osType)) return [];
    if (rule.only !== undefined && rule.only !== osState) return [];
    const waiver = policy.waivers.find(({ rule: waived }) => waived === rule.name);
    return [found(rule, weight, evidence, waiver)];
  });
}

function found(
  { name, reads, isWell, remedy }: Rule,
  weight: 'required' | 'advisory',
  evidence: Evidence,
  waiver: Waiver | undefined,
): Finding {
  const missing = reads.filter((one) => (evidence[one] ?? '') === '');
  const isGood = missing.length > 0 ? undefined : isWell(evidence);
  const said = missing.length > 0 ? `the guest did not say ${missing.join(', ')}` : saidOf(reads, evidence);
  if (isGood) return { rule: name, weight, outcome: 'passed', evidence: said };
  if (waiver) {
    return { rule: name, weight, outcome: 'waived', evidence: `${said}; waived: ${waiver.reason}`, remedy };
  }
  const outcome = isGood === undefined ? 'inconclusive' : 'failed';
  return { rule: name, weight, outcome, evidence: said, remedy };
}

function saidOf(reads: readonly string[], evidence: Evidence): string {
  return reads
    .map((name) => `${name}: ${evidence[name]}`)
    .join('; ')
    .slice(0, 400);
}

/** The required rules that did not pass: inconclusive is not passed. */
export function obstacles(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(
    ({ weight, outcome }) => weight === 'required' && (outcome === 'failed' || outcome === 'inconclusive'),
  );
}
