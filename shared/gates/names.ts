import { createHash } from 'node:crypto';
import type { Subject } from './validation.ts';

export function validationId({
  versionId,
  channel,
  attempt,
}: Pick<Subject, 'versionId' | 'channel' | 'attempt'>): string {
  return `${versionId}.${channel}.${attempt}`;
}

/** What all the attempts to validate a version in a channel share. */
export function attemptsId(versionId: string, channel: string): string {
  return `${versionId}.${channel}`;
}

export function gateId(set: string, channel: string): string {
  return `${set}.${channel}`;
}

/** The name of a check's script in Azure: of our ids, so that whoever asks a second time finds the first. */
export function scriptName(validation: string, check: string): string {
  return `check-${digest(`${validation} ${check}`).slice(0, 16)}-${check}`.slice(0, 80);
}

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
