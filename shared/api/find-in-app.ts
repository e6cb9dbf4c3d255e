import { runningApp } from '../running-app.ts';
import type { Find } from './scopes.ts';

/** Asks the app of this process. */
export const findInApp: Find = {
  rollout: async (id) => await runningApp().rollouts.rollout(id),
  schedule: async (id) => await runningApp().schedules.get(id),
  freeze: async (id) => await runningApp().freezes.get(id),
  subscription: async (id) => await runningApp().subscriptions.get(id),
};
