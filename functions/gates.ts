import { app } from '@azure/functions';
import {
  accepted,
  answer,
  bodyAs,
  etagOf,
  historyView,
  idempotencyKey,
  ifMatch,
  pathValue,
  WakeUp,
} from '../shared/http.ts';
import {
  AskLink,
  CancelValidation,
  ChannelName,
  CheckName,
  PutGate,
  Report,
  Validate,
  ValidationId,
} from '../shared/gates/request-bodies.ts';
import { gateView, validationView } from '../shared/gates/view.ts';
import { SetName } from '../shared/images/request-bodies.ts';
import { runningApp } from '../shared/running-app.ts';

type Request = Parameters<typeof pathValue>[0];
const setOf = (request: Request) => pathValue(request, 'set', SetName);
const channelOf = (request: Request) => [setOf(request), pathValue(request, 'channel', ChannelName)] as const;
const versionOf = (request: Request) => [setOf(request), pathValue(request, 'version')] as const;
const validationOf = (request: Request) => pathValue(request, 'validation', ValidationId);
const gate = 'image-sets/{set}/channels/{channel}/gate';
const validations = 'image-sets/{set}/versions/{version}';

app.http('put-gate', {
  methods: ['PUT'],
  route: gate,
  authLevel: 'function',
  handler: answer(async (request) => {
    const body = await bodyAs(request, PutGate);
    const { kept, created } = await runningApp().gates.putGate(...channelOf(request), body, ifMatch(request));
    return { status: created ? 201 : 200, headers: etagOf(kept), jsonBody: gateView(kept) };
  }),
});

app.http('get-gate', {
  methods: ['GET'],
  route: gate,
  authLevel: 'function',
  handler: answer(async (request) => {
    const kept = await runningApp().gates.gate(...channelOf(request));
    return { headers: etagOf(kept), jsonBody: gateView(kept) };
  }),
});

app.http('validate-version', {
  methods: ['POST'],
  route: `${validations}/validate`,
  authLevel: 'function',
  handler: answer(async (request) => {
    const [set, number] = versionOf(request);
    const body = await bodyAs(request, Validate);
    const running = runningApp();
    const asked = await running.requestFor(`validate ${set}.${number}`, idempotencyKey(request), body);
    const view = validationView(await running.gates.validate(set, number, body, asked));
    return accepted(running.address(`validations/${view.id}`), view);
  }),
});

app.http('list-validations', {
  methods: ['GET'],
  route: `${validations}/validations`,
  authLevel: 'function',
  handler: answer(async (request) => {
    const all = await runningApp().gates.ofVersion(...versionOf(request));
    return { jsonBody: { value: all.map((validation) => validationView(validation)) } };
  }),
});

app.http('get-validation', {
  methods: ['GET'],
  route: 'validations/{validation}',
  authLevel: 'function',
  handler: answer(async (request) => ({
    jsonBody: validationView(await runningApp().gates.validation(validationOf(request))),
  })),
});

app.http('get-validation-history', {
  methods: ['GET'],
  route: 'validations/{validation}/history',
  authLevel: 'function',
  handler: answer(async (request) => ({
    jsonBody: historyView(await runningApp().gates.history(validationOf(request))),
  })),
});

app.http('cancel-validation', {
  methods: ['POST'],
  route: 'validations/{validation}/cancel',
  authLevel: 'function',
  handler: answer(async (request) => {
    const body = await bodyAs(request, CancelValidation);
    return { jsonBody: validationView(await runningApp().gates.cancel(validationOf(request), body)) };
  }),
});

/** The only answer in which the link is; it is shown once. */
app.http('link-external-check', {
  methods: ['POST'],
  route: 'validations/{validation}/checks/{check}/link',
  authLevel: 'function',
  handler: answer(async (request) => {
    const check = pathValue(request, 'check', CheckName);
    const body = await bodyAs(request, AskLink);
    const link = await runningApp().gates.link(validationOf(request), check, body);
    return { status: 201, headers: { 'cache-control': 'no-store' }, jsonBody: link };
  }),
});

/** Without a function key: the token is the right to report once, on one check. */
app.http('report-external-check', {
  methods: ['POST'],
  route: 'external-checks/{token}',
  authLevel: 'anonymous',
  handler: answer(async (request) => {
    const body = await bodyAs(request, Report);
    const { subject } = await runningApp().gates.report(pathValue(request, 'token'), body);
    const { set, number, channel } = subject;
    return { jsonBody: { heard: true, imageSet: set, version: number, channel } };
  }),
});

app.serviceBusQueue('advance-validation', {
  connection: 'ServiceBus',
  queueName: 'advance-validation',
  handler: async (message) => await runningApp().advanceValidation(WakeUp.parse(message).id),
});
