import { app } from '@azure/functions';
import { z } from 'zod';
import { endpoint, endpoints } from '../shared/api/endpoint.ts';
import { openApi } from '../shared/api/openapi.ts';
import { ReadyAnswer, ReadyPartsAnswer } from '../shared/api/ready.ts';
import { runningApp, runningReadiness, settingsThatAreWrong } from '../shared/running-app.ts';

app.http(
  ...endpoint({
    name: 'health',
    method: 'GET',
    route: 'health',
    role: 'anyone',
    about: 'Says that the app runs, whatever keeps it from its work; nothing of what it knows.',
    answers: {
      200: { about: 'It runs.', body: z.strictObject({ status: z.literal('ok'), at: z.iso.datetime() }) },
    },
    handle: async () => {
      // A host that is restarted for wrong settings would only have them again.
      const isWhole = settingsThatAreWrong().length === 0;
      return { jsonBody: { status: 'ok', at: isWhole ? runningApp().now() : new Date().toISOString() } };
    },
  }),
);

app.http(
  ...endpoint({
    name: 'ready',
    method: 'GET',
    route: 'ready',
    role: 'anyone',
    about: 'Says whether the app can do its work now: in one word, for probes.',
    answers: {
      200: { about: 'It can.', body: ReadyAnswer },
      503: { about: 'It cannot.', body: ReadyAnswer, headers: ['Retry-After'] },
    },
    handle: async () => {
      const wrongSettings = settingsThatAreWrong();
      if (wrongSettings.length > 0) return answered('not-ready', { status: 'not-ready', wrongSettings });
      const { status } = await runningReadiness().look();
      return answered(status, { status });
    },
  }),
);

app.http(
  ...endpoint({
    name: 'ready-parts',
    method: 'GET',
    route: 'ready/parts',
    role: 'reader',
    about: 'The same, with each part: tables, queues, Azure Resource Manager, and whether the sweeper runs.',
    answers: {
      200: { about: 'It can.', body: ReadyPartsAnswer },
      503: { about: 'It cannot.', body: ReadyPartsAnswer, headers: ['Retry-After'] },
    },
    handle: async () => {
      const found = await runningReadiness().look();
      return answered(found.status, found);
    },
  }),
);

function answered(status: 'ready' | 'not-ready', jsonBody: object) {
  return status === 'ready' ? { jsonBody } : { status: 503, headers: { 'retry-after': '10' }, jsonBody };
}

/** Made once: of all that is declared when it is first asked for. */
let document: ReturnType<typeof openApi> | undefined;

app.http(
  ...endpoint({
    name: 'openapi',
    method: 'GET',
    route: 'openapi.json',
    role: 'anyone',
    about: 'This document: every endpoint as it is declared.',
    answers: { 200: { about: 'OpenAPI 3.1.', body: z.looseObject({ openapi: z.string() }) } },
    handle: async () => {
      document ??= openApi(endpoints(), runningApp().address('').replace(/\/$/, ''));
      return { jsonBody: document };
    },
  }),
);
