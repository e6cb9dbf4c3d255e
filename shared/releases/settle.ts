import { AppError } from '../errors.ts';
import { type Instant, secondsAfter } from '../instant.ts';
import { askedFor } from './approve.ts';
import { runOf } from './check.ts';
import { type Ending, type Release, stepOf, type Way } from './course.ts';
import type { Ports } from './ports.ts';
import { outcomeOf } from './verdict.ts';
import { actor, approvalIdOf, channelAt, type EnsureReleaseStage, running, versionIdOf } from './stage.ts';

type Stopping = Extract<Release, { phase: 'stopping' }>;

/** Who intended something lets go of it by then, whether it was begun or not. */
const intentHoldsSeconds = 10 * 60;

/** Ends what is open of a release, in order, and takes it back where that was asked for. Safe to repeat. */
export function ensureSettled(ports: Ports, now: () => Instant): EnsureReleaseStage {
  return async ({ work: release }) => {
    if (release.phase !== 'stopping') throw new Error(`${versionIdOf(release)} is not being stopped`);
    const reason = reasonOf(release.ending);
    const ended = await cancelValidations(ports, release, reason);
    const decided = await withdrawApprovals(ports, release, reason);
    const back = await takeBack(ports, release, now());
    const way: Record<string, Way[string]> = {};
    for (const channel of release.channels) {
      const step = { ...ended[channel], ...decided[channel], ...back[channel] };
      if (Object.keys(step).length > 0) way[channel] = step;
    }
    const waits = await stopChannels(ports, release, reason);
    await cancelBuild(ports, release, reason);
    if (!(await isLetGo(ports, release, now()))) waits.push('what was about to begin');
    if (waits.length > 0) return running(waits.join(', '), 15, { facts: { way } });
    const ending = await endingOf(ports, release, back);
    return { status: 'done', facts: { way, ending } };
  };
}

function reasonOf(ending: Ending): string {
  switch (ending.phase) {
    case 'stopped':
      return `stopped by ${ending.by}: ${ending.reason}`;
    case 'superseded':
      return `superseded by ${ending.newer}`;
    case 'rolled-back':
      return ending.asked ? `rolled back by ${ending.asked.by}: ${ending.asked.reason}` : 'rolled back';
    case 'revoked':
    case 'canceled':
      return ending.reason;
  }
}

/** What they came to by that is shown with its channel. */
async function cancelValidations({ gates }: Ports, release: Stopping, reason: string): Promise<Way> {
  const way: Record<string, Way[string]> = {};
  for (const channel of release.channels.slice(0, release.index + 1)) {
    const latest = await gates.latest(versionIdOf(release), channel);
    if (latest?.status === 'running') await gates.cancel(latest.id, actor(release), reason);
    const after = latest && (await gates.latest(versionIdOf(release), channel));
    if (after && stepOf(release.facts.way, channel).validation)
      way[channel] = { validation: outcomeOf(after) };
  }
  return way;
}

/** And how those ended that it had asked for. */
async function withdrawApprovals(
  { approvals, channels, versions }: Ports,
  release: Stopping,
  reason: string,
): Promise<Way> {
  const { facts, from, set, number } = release;
  const way: Record<string, Way[string]> = {};
  for (const [name, { approval }] of Object.entries(facts.way)) {
    if (approval?.status !== 'pending') continue;
    await approvals.withdraw(approval.id, reason);
    const after = await approvals.find(approval.id);
    if (after) way[name] = { approval: { ...approval, status: after.status, decisions: after.decisions } };
  }
  if (from.stage !== 'approve') return way;
  // Perhaps somebody is just about to ask for it: what is withdrawn already is never open.
  const channel = channelAt(release);
  const version = await versions.standing(set, number);
  const { policy } = await channels.standing(set, channel);
  const subject = version && askedFor(release, channel, policy, version);
  await approvals.withdraw(approvalIdOf(release, channel), reason, subject);
  return way;
}

/** The channels where it is, the last first, go back to what they had. */
async function takeBack({ channels }: Ports, release: Stopping, at: Instant): Promise<Way> {
  const { ending, set, number, facts } = release;
  const way: Record<string, Way[string]> = {};
  const asked = ending.phase === 'rolled-back' ? ending.asked : undefined;
  if (!asked) return way;
  for (const channel of release.channels.toReversed()) {
    const { holds } = await channels.standing(set, channel);
    const isTold = stepOf(facts.way, channel).takenBack?.refused !== undefined;
    if (holds?.versionId !== versionIdOf(release) || isTold) continue;
    way[channel] = {
      takenBack: { at, ...(await refusedBack(channels, { ...asked, set, channel, from: number })) },
    };
  }
  return way;
}

async function refusedBack(channels: Ports['channels'], asked: Parameters<Ports['channels']['rollBack']>[0]) {
  try {
    await channels.rollBack(asked);
    return undefined;
  } catch (error) {
    // One that cannot go back does not keep the others from it.
    if (error instanceof AppError && !error.retryable) return { refused: error.message };
    throw error;
  }
}

/** Where it still is, nothing more of it begins. */
async function stopChannels({ channels }: Ports, release: Stopping, reason: string): Promise<string[]> {
  const waits: string[] = [];
  const id = versionIdOf(release);
  for (const channel of release.channels.slice(0, release.index + 1)) {
    const { holds } = await channels.standing(release.set, channel);
    if (holds?.versionId !== id) continue;
    const { status } = await channels.stop(release.set, channel, id, actor(release), reason);
    if (status === 'running') waits.push(`the rollouts of ${channel} to end`);
  }
  return waits;
}

/** A build that nobody has begun to use is not needed any more. */
async function cancelBuild({ versions }: Ports, release: Stopping, reason: string): Promise<void> {
  const { set, number, facts, ending, from } = release;
  const isUsed = Object.values(facts.way).some(({ movement }) => movement !== undefined);
  if (ending.phase !== 'stopped' || isUsed || from.intendedAt !== undefined) return;
  const version = await versions.standing(set, number);
  if (version?.status === 'building') await versions.cancel(set, number, ending.by, reason);
}

/** What was intended when it was stopped has been begun, and ended above; or nobody is at it any more. */
async function isLetGo({ channels, gates }: Ports, release: Stopping, now: Instant): Promise<boolean> {
  const { from, set } = release;
  if (from.intendedAt === undefined || now >= secondsAfter(from.intendedAt, intentHoldsSeconds)) return true;
  const channel = channelAt(release);
  if (from.stage === 'enter') {
    const { holds } = await channels.standing(set, channel);
    return holds?.versionId === versionIdOf(release);
  }
  const latest = await gates.latest(versionIdOf(release), channel);
  return latest !== undefined && runOf(latest) >= (stepOf(release.facts.way, channel).run ?? 1);
}

/** What came of taking it back, where that was asked for. */
async function endingOf({ channels }: Ports, release: Stopping, way: Way): Promise<Ending> {
  const { ending, set, facts } = release;
  if (ending.phase !== 'rolled-back' || !ending.asked) return ending;
  const steps = release.channels.map((channel) => ({
    channel,
    ...stepOf(facts.way, channel),
    ...way[channel],
  }));
  const told = steps.filter(({ takenBack }) => takenBack !== undefined);
  const back = told.filter(({ takenBack }) => takenBack?.refused === undefined).map(({ channel }) => channel);
  const refused = told.flatMap(({ channel, takenBack }) =>
    takenBack?.refused === undefined ? [] : [`${channel}: ${takenBack.refused}`],
  );
  if (back.length === 0 && refused.length > 0) {
    const { by, reason } = ending.asked;
    return { phase: 'stopped', by, reason: `${reason} (not rolled back: ${refused.join('; ')})` };
  }
  const last = back.at(-1);
  const now = last === undefined ? undefined : (await channels.standing(set, last)).holds?.number;
  return { ...ending, wentBack: back, ...(now !== undefined && { to: now }) };
}
