import type { z } from 'zod';
import { type ActionName, actionNames, type actions } from './step-actions.ts';
import { isSecretName } from './step-fields.ts';

/** A step as its fields allow it, each by itself. */
export type Written = {
  readonly [field in ActionName]?: z.output<(typeof actions)[field]>;
} & {
  readonly name: string;
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  readonly secretParameters?: Readonly<Record<string, { readonly secretUri: string }>> | undefined;
  readonly timeoutMinutes?: number | undefined;
  readonly allowedExitCodes?: readonly number[] | undefined;
  readonly retries?: number | undefined;
  readonly runAs?: { readonly user: string; readonly password: { readonly secretUri: string } } | undefined;
};

interface Misuse {
  readonly path: string[];
  readonly message: string;
}

/** What is wrong with a step though each of its fields is right by itself. */
export function misuse(step: Written): Misuse[] {
  const named = actionNames.filter((name) => step[name] !== undefined);
  const [action, second] = named;
  if (action === undefined) {
    return [{ path: [], message: `A step has one of ${actionNames.join(', ')}.` }];
  }
  if (second !== undefined) {
    return [{ path: [second], message: `A step has one action, and this one has ${named.join(' and ')}.` }];
  }
  return [...unusable(step, action), ...confused(step)];
}

/** Fields that mean nothing to the action. */
function unusable(step: Written, action: ActionName): Misuse[] {
  const takes = {
    parameters: action === 'script',
    secretParameters: action === 'script',
    runAs: action === 'script' || action === 'install' || action === 'file',
    timeoutMinutes: action !== 'restart',
    allowedExitCodes: action === 'script' || action === 'install',
    retries: action !== 'restart',
  };
  const instead: Readonly<Record<string, string>> = { 'restart.timeoutMinutes': ': use restart.waitMinutes' };
  return (Object.keys(takes) as (keyof typeof takes)[])
    .filter((field) => step[field] !== undefined && !takes[field])
    .map((field) => ({
      path: [field],
      message: `A step with ${action} has no ${field}${instead[`${action}.${field}`] ?? ''}.`,
    }));
}

/** Parameters that hide each other, and plain ones that are called secrets. */
function confused({ parameters: plain = {}, secretParameters: secret = {} }: Written): Misuse[] {
  const names = Object.keys(plain);
  const key = (name: string) => name.toLowerCase();
  const known = new Set(names.map(key));
  const both = Object.keys(secret).filter((name) => known.has(key(name)));
  const secrets = Object.keys(secret).map(key);
  const twice = names.filter((name, index) => names.findIndex((other) => key(other) === key(name)) !== index);
  const again = Object.keys(secret).filter((name, index) => secrets.indexOf(key(name)) !== index);
  return [
    ...both.map((name) => ({
      path: ['secretParameters', name],
      message: `${name} is a plain parameter too: it can be one only, whatever the case of its letters.`,
    })),
    ...twice.map((name) => ({ path: ['parameters', name], message: `${name} is named twice.` })),
    ...again.map((name) => ({ path: ['secretParameters', name], message: `${name} is named twice.` })),
    ...names.filter(isSecretName).map((name) => ({
      path: ['parameters', name],
      message: `${name} is called a secret, and parameters are kept and shown: make it a secret parameter.`,
    })),
  ];
}
