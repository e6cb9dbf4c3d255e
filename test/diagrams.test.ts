import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type HostEvent, hostLife } from '../shared/hosts/host.ts';
import { stages, type Stage, type VersionEvent, versionLife } from '../shared/images/image.ts';
import { afterRegion, type Region, type RegionEvent } from '../shared/replication/region.ts';
import { type RolloutEvent, rolloutLife } from '../shared/rollouts/rollout.ts';
import { approvalPicture } from './approvals/picture.ts';
import { channelPicture } from './channels/picture.ts';
import { noon, requested } from './images/versions.ts';
import { events as regionEvents, seen } from './replication/regions.ts';
import { releasePicture } from './releases/picture.ts';
import { draw } from './support/diagram.ts';

const page = join(import.meta.dirname, '..', 'ARCHITECTURE.md');
const failure = { code: 'AzureRefused', message: '', remedy: '' } as const;
const by = { by: 'ana', reason: '', at: noon };

/** Everything that a stage may answer to the look that it waits for. */
function answers<Stage extends string>(standing: { readonly stage: Stage; readonly look: number }) {
  const { stage, look } = standing;
  const answer = { stage, look, at: noon };
  const imageVersionId = stage === 'capture' ? '/versions/1.0.0' : undefined;
  const facts = {
    ...(imageVersionId && { imageVersionId }),
    ...(stage === 'reimage' && { reimagedAt: noon }),
  };
  const intent = { attempt: 1, at: noon, what: '', before: '' };
  return [
    { type: 'stage-done' as const, ...answer, facts },
    ...(stage === 'reimage' ? [{ type: 'stage-done' as const, ...answer }] : []),
    { type: 'stage-failed' as const, ...answer, failure },
    { type: 'stage-failed' as const, ...answer, failure: { ...failure, code: 'UsersStayed' as const } },
    { type: 'stage-overdue' as const, ...answer, failure },
    { type: 'stage-intended' as const, ...answer, intent },
  ];
}

const name = (state: { phase: string; standing?: { stage: string } }) => state.standing?.stage ?? state.phase;

const pictures = {
  version: () =>
    draw<NonNullable<ReturnType<typeof versionLife.evolve>>, VersionEvent>({
      life: versionLife,
      begins: requested,
      label: name,
      key: (version) =>
        JSON.stringify([
          name(version),
          'ending' in version && [version.ending.as, 'stage' in version.ending && version.ending.stage],
          'failure' in version && version.stage,
          version.facts.imageVersionId,
          version.phase === 'deleting' && [version.before.phase, 'intent' in version.standing],
          version.facts.promotedAt !== undefined,
          version.facts.holding,
          version.facts.recall?.failure !== undefined,
        ]),
      events: (version) => [
        { type: 'canceled', ...by },
        { type: 'revoked', ...by, rollback: false },
        { type: 'deprecated', ...by },
        { type: 'restored', ...by },
        { type: 'delete-asked', ...by },
        ...[1, 2, 3].map((movement) => ({
          type: 'held' as const,
          channel: 'production',
          movement,
          isHeld: movement !== 2,
          isPromotion: true,
          at: noon,
        })),
        ...Object.keys(stages).map((from) => ({
          type: 'retried' as const,
          by: 'ana',
          from: from as Stage,
          at: noon,
        })),
        ...('look' in version
          ? [{ type: 'expired' as const, look: version.look, stage: 'capture' as const, failure, at: noon }]
          : []),
        ...('standing' in version ? (answers(version.standing) as VersionEvent[]) : []),
      ],
    }),
  release: () => draw(releasePicture),
  approval: () => draw(approvalPicture),
  channel: () => draw(channelPicture),
  region: () =>
    draw<Region | 'gone', RegionEvent>({
      life: {
        evolve: (region, event) => (region === 'gone' ? region : (afterRegion(region, event) ?? 'gone')),
        decide: () => ({}),
        isNews: () => true,
      },
      begins: regionEvents['wanted required'],
      label: (region) => (region === 'gone' ? '[*]' : region.state),
      key: (region) =>
        region === 'gone'
          ? region
          : JSON.stringify([region.state, region.repairs, region.wanted, region.shown === undefined]),
      events: (region) =>
        region === 'gone'
          ? []
          : [
              ...Object.values(regionEvents),
              // No progress since it was last seen, for hours.
              seen({ percent: region.percent }, 240),
              seen({ percent: region.percent, isChanging: false }, 240),
            ],
    }),
  rollout: () =>
    draw<NonNullable<ReturnType<typeof rolloutLife.evolve>>, RolloutEvent>({
      life: rolloutLife,
      // A pure life asks nothing of its link but to keep it.
      begins: {
        type: 'requested',
        pool: '',
        link: {},
        version: {},
        by: '',
        reason: '',
        at: noon,
      } as unknown as RolloutEvent,
      label: (rollout) => {
        if ('ending' in rollout) return `${rollout.standing.stage}-stopping`;
        return 'pause' in rollout ? `${name(rollout)}-paused` : name(rollout);
      },
      key: (rollout) =>
        JSON.stringify([
          rollout.phase,
          name(rollout),
          'pause' in rollout,
          'ending' in rollout && rollout.ending.phase,
        ]),
      events: (rollout) => [
        { type: 'aborted', ...by },
        { type: 'paused', ...by },
        { type: 'resumed', ...by },
        ...('standing' in rollout ? (answers(rollout.standing) as RolloutEvent[]) : []),
      ],
    }),
  host: () =>
    draw<NonNullable<ReturnType<typeof hostLife.evolve>>, HostEvent>({
      life: hostLife,
      begins: {
        type: 'admitted',
        at: noon,
        plan: {
          sessionHost: 'h',
          policy: { minDrainMinutes: 2, sessions: { atGraceEnd: 'wait', graceMinutes: 5, waitHours: 1 } },
        },
      } as unknown as HostEvent,
      label: (host) => (host.phase === 'putting-back' ? 'return-as-before' : name(host)),
      key: (host) =>
        JSON.stringify([
          host.phase,
          name(host),
          'ending' in host && host.ending.phase,
          'standing' in host && host.standing.intent !== undefined,
          host.facts.reimagedAt,
          host.facts.goAt !== undefined,
        ]),
      events: (host) => [
        { type: 'aborted', ...by },
        { type: 'go', at: noon },
        ...('standing' in host ? (answers(host.standing) as HostEvent[]) : []),
      ],
    }),
};

describe('ARCHITECTURE.md', () => {
  it('lists no invariant that no test names in its title', () => {
    const titles = globSync('**/*.test.ts', { cwd: import.meta.dirname })
      .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'))
      .flatMap((text) =>
        [...text.matchAll(/['`]([VPRX]\d+(?:, [VPRX]\d+)*): /g)].map(([, names = '']) => names),
      );
    const named = new Set(titles.flatMap((names) => names.split(', ')));
    const listed = [...readFileSync(page, 'utf8').matchAll(/^\| ([VPRX]\d+) \|/gm)].map(([, one]) => one);
    expect(listed.length).toBeGreaterThan(10);
    expect(listed.filter((one) => !named.has(one ?? ''))).toEqual([]);
  });

  for (const [subject, picture] of Object.entries(pictures)) {
    it(`shows the life of a ${subject} as the code draws it (UPDATE=1 redraws)`, () => {
      const text = readFileSync(page, 'utf8');
      const block = new RegExp(`(<!-- life of an? ${subject} -->\n\`\`\`mermaid\n)[^\`]*(\n\`\`\`)`);
      expect(text).toMatch(block);
      const drawn = text.replace(block, (_, opens: string, closes: string) => opens + picture() + closes);
      if (process.env['UPDATE']) writeFileSync(page, drawn);
      else expect(text).toBe(drawn);
    });
  }
});
