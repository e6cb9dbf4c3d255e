import { describe, expect, it } from 'vitest';
import { ChannelAnswer } from '../../shared/channels/answers.ts';
import { policyOf } from '../../shared/channels/policy.ts';
import { channelView } from '../../shared/channels/view.ts';
import { heldBy } from '../../shared/channels/channel.ts';
import { GateAnswer, ValidationAnswer } from '../../shared/gates/answers.ts';
import { defaultGate } from '../../shared/gates/gate.ts';
import { validationLife } from '../../shared/gates/validation.ts';
import { gateView, validationView } from '../../shared/gates/view.ts';
import { HostAnswer } from '../../shared/hosts/answers.ts';
import { hostView } from '../../shared/hosts/view.ts';
import { ReleaseAnswer, ReleaseExplanation } from '../../shared/releases/answers.ts';
import { explained } from '../../shared/releases/explain.ts';
import { releaseLife } from '../../shared/releases/release.ts';
import { releaseView } from '../../shared/releases/view.ts';
import {
  PlanAnswer,
  PoolAnswer,
  RolloutAnswer,
  RolloutExplanation,
  TimelineAnswer,
} from '../../shared/rollouts/answers.ts';
import { explained as explainedRollout } from '../../shared/rollouts/explain.ts';
import { timelineOf } from '../../shared/rollouts/timeline.ts';
import { poolView, rolloutView } from '../../shared/rollouts/view.ts';
import { CopyAnswer } from '../../shared/sharing/answers.ts';
import { copyLife } from '../../shared/sharing/copy.ts';
import { copyView } from '../../shared/sharing/view.ts';
import * as channel from '../channels/movements.ts';
import { after as run, answers as heard, atLook } from '../gates/runs.ts';
import * as host from '../hosts/stories.ts';
import * as release from '../releases/releases.ts';
import { body, poolOf, start } from '../rollouts/pool-of.ts';
import { copies, told } from '../sharing/lives.ts';
import { undescribed } from '../support/answered.ts';

describe('what is declared of answers describes', () => {
  it('a release in every state, after all that it may hear', () => {
    for (const state of Object.values(release.states)) {
      for (const next of Object.values(release.events)) {
        const after = releaseLife.evolve(state, next(state)) ?? state;
        expect(undescribed(ReleaseAnswer, releaseView(after, release.noon))).toBe('');
        expect(undescribed(ReleaseExplanation, explained(after))).toBe('');
      }
    }
  });

  it('a channel in every phase, with what it held before', () => {
    const held = [channel.to('1.0.0'), ...channel.applied, channel.to('1.1.0')];
    const { defined, done, fails, retried, backTo, upTo } = channel;
    const stories = [
      [defined],
      held,
      held.concat(done),
      held.concat(fails),
      held.concat(upTo('roll')),
      held.concat(upTo('roll'), fails),
      held.concat(upTo('roll'), fails, retried),
      held.concat(done, backTo('1.0.0')),
    ];
    for (const state of stories.map((story) => channel.after(...story))) {
      const place = { first: false, only: false };
      const known = { ...channel.named, ...place, policy: policyOf(state.policy, place) };
      const ring = { ...known, revision: state.revision, state, holds: heldBy(state) };
      expect(undescribed(ChannelAnswer, channelView(ring))).toBe('');
    }
  });

  it('a gate that nobody gave, and a run after all that it may hear', () => {
    const gate = defaultGate({ isLast: true });
    expect(undescribed(GateAnswer, gateView({ gate, revision: 0 }))).toBe('');
    for (const first of Object.values(heard)) {
      const before = run(first);
      for (const next of Object.values(heard)) {
        const after = validationLife.evolve(before, atLook(next, before)) ?? before;
        expect(undescribed(ValidationAnswer, validationView(after))).toBe('');
      }
    }
  });

  it('a copy in every state, after all that it may hear', () => {
    for (const state of Object.values(copies)) {
      for (const tell of Object.values(told)) {
        const copy = copyLife.evolve(state, tell(state)) ?? state;
        expect(undescribed(CopyAnswer, copyView({ copy, pools: ['production'] }))).toBe('');
      }
    }
  });

  it('a host on its way there, back, and in quarantine', () => {
    const record = { instanceId: '7', name: 'avd-7', sessionHost: '', why: '', admittedAt: host.noon };
    const known = { ...record, outcome: 'admitted', told: 0, loggedOff: 0 };
    const asRecorded = { ...known, seconds: { users: 0, azure: 0, own: 0 } };
    expect(undescribed(HostAnswer, hostView(asRecorded, undefined))).toBe('');
    expect(hostView(asRecorded, undefined)).toMatchObject({ told: [], loggedOff: [] });
    const { through, failed, aborted, done } = host;
    const stories = [[], [aborted], [aborted, done], through('verify'), through('return')];
    const lost = [...through('turn'), host.intended, failed('ReimageFailed')];
    for (const story of [...stories, lost]) {
      expect(undescribed(HostAnswer, hostView(asRecorded, host.after(...story)))).toBe('');
    }
  });

  it('a host pool, its plan, and its rollout before, under way and after', async () => {
    const { asks, world } = await poolOf(3);
    await asks.definePool('pool', body);
    expect(undescribed(PlanAnswer, await asks.plan('pool', { version: '1.1.0' }))).toBe('');
    const { id } = await asks.startRollout('pool', start, 'request');
    for (let step = 0; step < 8; step += 1) {
      const rollout = await asks.rollout(id);
      expect(undescribed(RolloutAnswer, rolloutView(id, rollout))).toBe('');
      expect(undescribed(RolloutExplanation, explainedRollout(id, rollout, [], world.now(), '1.0.0'))).toBe(
        '',
      );
      const { value: lines } = await asks.history(id);
      expect(undescribed(TimelineAnswer, timelineOf(id, rollout, lines, new Map(), world.now()))).toBe('');
      expect(undescribed(PoolAnswer, poolView('pool', await asks.pool('pool')))).toBe('');
      await world.passUntil(() => false, { days: 1 / 96 });
    }
  });
});
