import { app } from '@azure/functions';
import { z } from 'zod';
import { endpoint, endpoints } from '../shared/api/endpoint.ts';
import { openApi } from '../shared/api/openapi.ts';
import { runningApp } from '../shared/running-app.ts';

app.http(
  ...endpoint({
    name: 'health',
    method: 'GET',
    route: 'health',
    role: 'anyone',
    about: 'Says that the app runs and that its settings are whole; nothing of what it knows.',
    answers: {
      200: { about: 'It runs.', body: z.strictObject({ status: z.literal('ok'), at: z.iso.datetime() }) },
    },
    handle: async () => ({ jsonBody: { status: 'ok', at: runningApp().now() } }),
  }),
);

app.http(
  ...endpoint({
    name: 'openapi',
    method: 'GET',
    route: 'openapi.json',
    role: 'anyone',
    about: 'This document: every endpoint as it is declared.',
    answers: { 200: { about: 'OpenAPI 3.1.', body: z.looseObject({ openapi: z.string() }) } },
    handle: async () => ({ jsonBody: openApi(endpoints(), runningApp().address('').replace(/\/$/, '')) }),
  }),
);
