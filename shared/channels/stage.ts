import { answersOf, type EnsureStage } from '../workflow/look.ts';
import type { Facts, Moving } from './channel.ts';

/** One stage of a movement: sees to it that its work is under way, and says how it stands. */
export type EnsureChannelStage = EnsureStage<Moving, Facts>;

export const { running, done, failed } = answersOf<Facts>();
