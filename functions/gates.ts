import { app } from '@azure/functions';
import { z } from 'zod';
import { endpoint } from '../shared/api/endpoint.ts';
import { history, list } from '../shared/api/list-endpoint.ts';
import { listOf } from '../shared/api/lists.ts';
import { GateAnswer, HeardAnswer, LinkAnswer, ValidationAnswer } from '../shared/gates/answers.ts';
import {
  AskLink,
  CancelValidation,
  ChannelName,
  CheckName,
  PutGate,
  Report,
  Validate,
  ValidationId,
  ValidationStatus,
} from '../shared/gates/request-bodies.ts';
import { gateView, validationView } from '../shared/gates/view.ts';
import { accepted, etagOf } from '../shared/http.ts';
import { SetName } from '../shared/images/request-bodies.ts';
import { runningApp } from '../shared/running-app.ts';
import { queueTrigger } from '../shared/triggers.ts';

const gate = 'image-sets/{set}/channels/{channel}/gate';
const gatePath = { set: SetName, channel: ChannelName };
const isGate = { about: 'The gate.', body: GateAnswer, headers: ['ETag'] } as const;
const version = 'image-sets/{set}/versions/{version}';
const versionPath = { set: SetName, version: z.string() };
const path = { validation: ValidationId };
const is = { about: 'The validation.', body: ValidationAnswer };

app.http(
  ...endpoint({
    name: 'put-gate',
    method: 'PUT',
    route: gate,
    role: 'admin',
    about: 'Says which checks a version must pass in the channel before it may leave it for the next.',
    path: gatePath,
    body: PutGate,
    takes: ['If-Match', 'If-None-Match'],
    answers: { 200: isGate, 201: { ...isGate, about: 'The first gate of the channel.' } },
    handle: async ({ path: { set, channel }, body, onlyIf }) => {
      const { kept, created } = await runningApp().gates.putGate(set, channel, body, onlyIf);
      return { status: created ? 201 : 200, headers: etagOf(kept), jsonBody: gateView(kept) };
    },
  }),
);

app.http(
  ...endpoint({
    name: 'get-gate',
    method: 'GET',
    route: gate,
    role: 'reader',
    about: 'The gate of a channel; the usual one, if it was never given one.',
    path: gatePath,
    answers: { 200: isGate },
    handle: async ({ path: { set, channel } }) => {
      const kept = await runningApp().gates.gate(set, channel);
      return { headers: etagOf(kept), jsonBody: gateView(kept) };
    },
  }),
);

app.http(
  ...endpoint({
    name: 'validate-version',
    method: 'POST',
    route: `${version}/validate`,
    role: 'builder',
    about:
      'Begins the next run of the gate for a version that the channel holds; or finds the one under way.',
    path: versionPath,
    body: Validate,
    takes: ['Idempotency-Key'],
    answers: {
      202: {
        about: 'The run, which is under way.',
        body: ValidationAnswer,
        headers: ['Operation-Location', 'Retry-After'],
      },
    },
    refuses: ['IdempotencyKeyReused', 'InvalidPhase', 'Revoked', 'VersionOver', 'VersionNotReady'],
    handle: async ({ path: { set, version: number }, body, key }) => {
      const { gates, requestFor, monitors, address } = runningApp();
      const request = await requestFor(`validate ${set}.${number}`, key, body);
      const view = validationView(await gates.validate(set, number, body, request));
      const operation = address(`operations/${monitors.first('validation', view.id)}`);
      return accepted(operation, address(`validations/${view.id}`), view);
    },
  }),
);

app.http(
  ...list({
    name: 'list-validations',
    route: `${version}/validations`,
    about: 'Every run for the version.',
    path: versionPath,
    filters: { channel: ChannelName.optional(), status: ValidationStatus },
    isByTime: true,
    answer: { about: 'The runs.', body: listOf(ValidationAnswer) },
    page: async (part, { path: { set, version: number }, query }) =>
      await runningApp().gates.ofVersion(set, number, part, query),
    show: validationView,
  }),
);

app.http(
  ...endpoint({
    name: 'get-validation',
    method: 'GET',
    route: 'validations/{validation}',
    role: 'reader',
    about: 'One run of a gate: each check, how it stands, and by what evidence.',
    path,
    answers: { 200: is },
    handle: async ({ path: { validation } }) => ({
      jsonBody: validationView(await runningApp().gates.validation(validation)),
    }),
  }),
);

app.http(
  ...history({
    name: 'get-validation-history',
    route: 'validations/{validation}/history',
    about: 'All that happened to it, oldest first.',
    path,
    lines: async (part, { validation }) => await runningApp().gates.history(validation, part),
  }),
);

app.http(
  ...endpoint({
    name: 'cancel-validation',
    method: 'POST',
    route: 'validations/{validation}/cancel',
    role: 'builder',
    about: 'Ends a run; its scripts are taken away from the hosts.',
    path,
    body: CancelValidation,
    answers: { 200: is },
    refuses: ['InvalidPhase'],
    handle: async ({ path: { validation }, body }) => ({
      jsonBody: validationView(await runningApp().gates.cancel(validation, body)),
    }),
  }),
);

app.http(
  ...endpoint({
    name: 'link-external-check',
    method: 'POST',
    route: 'validations/{validation}/checks/{check}/link',
    role: 'builder',
    about: 'A link for one report on the check. It is shown in this answer and nowhere else.',
    path: { ...path, check: CheckName },
    body: AskLink,
    answers: { 201: { about: 'The link.', body: LinkAnswer } },
    refuses: ['InvalidPhase'],
    handle: async ({ path: { validation, check }, body }) => {
      const link = await runningApp().gates.link(validation, check, body);
      return { status: 201, headers: { 'cache-control': 'no-store' }, jsonBody: link };
    },
  }),
);

app.http(
  ...endpoint({
    name: 'report-external-check',
    method: 'POST',
    route: 'external-checks/{token}',
    role: 'token',
    about: 'What another system found. The token is the right to report once, on one check.',
    path: { token: z.string() },
    body: Report,
    answers: { 200: { about: 'It was heard.', body: HeardAnswer } },
    refuses: ['LinkUsed'],
    handle: async ({ path: { token }, body }) => {
      const { subject } = await runningApp().gates.report(token, body);
      const { set, number, channel } = subject;
      return { jsonBody: { heard: true, imageSet: set, version: number, channel } };
    },
  }),
);

app.serviceBusQueue(
  ...queueTrigger('advance-validation', async (id) => await runningApp().advanceValidation(id)),
);
