import { createHash } from 'node:crypto';
import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { z } from 'zod';
import type { AuditEntry } from '../audit/entry.ts';
import type { Noted } from '../audit/journal.ts';
import { correlationFields, isRepeat } from '../correlation.ts';
import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { withoutSecrets } from '../log.ts';
import { runningApp } from '../running-app.ts';
import { anyone, type Caller } from './identity.ts';
import { includes, type Role } from './roles.ts';

/** Where entries of the audit go. */
export interface Audit {
  /** Refuses with AuditUnavailable. */
  readonly begin: (entry: AuditEntry) => Promise<void>;
  /** Nobody waits for it, and it never fails. */
  readonly end: (noted: Noted) => void;
  /** Whether another refusal of that caller is kept: how many were not; undefined where this one is not. */
  readonly admit: (caller: string) => number | undefined;
  readonly now: () => Instant;
}

let given: Audit | undefined;

/** Has entries written elsewhere than by the app of this process: where there is none. */
export function auditWith(audit: Audit): void {
  given = audit;
}

interface Wanted {
  readonly name: string;
  readonly method: string;
  readonly route: string;
  readonly role: Role | 'anyone' | 'token';
}

/** What one request leaves in the audit, as it comes to be known. */
export interface Trail {
  readonly heard: (what: {
    readonly caller?: Caller;
    readonly text?: string;
    readonly body?: unknown;
  }) => void;
  /** Before anything is changed; nothing may be where it fails. */
  readonly begin: () => Promise<void>;
  readonly answered: (answered: HttpResponseInit) => void;
  readonly refused: (error: unknown) => void;
}

/** Of what only looks, nothing. */
const none: Trail = { heard: () => {}, begin: async () => {}, answered: () => {}, refused: () => {} };

/** Begins to note what is to be known of a request; of GET nothing is. */
export function trailOf(wanted: Wanted, request: HttpRequest): Trail {
  if (wanted.method === 'GET') return none;
  const audit = given ?? runningApp().audit.journal;
  const startedAt = performance.now();
  let entry = firstEntry(wanted, request, audit.now());
  let caller = anyone;
  let isBegun = false;
  let isUnwritable = false;

  const end = (known: Pick<AuditEntry, 'outcome' | 'status' | 'code' | 'began'>) => {
    const milliseconds = Math.round(performance.now() - startedAt);
    const ended = { ...entry, ...known, ...(isRepeat() && { isRepeat: true as const }), milliseconds };
    const isStrangers = known.outcome === 'refused' && (caller === anyone || isUnwelcome(known.status));
    const leftOut = isStrangers ? audit.admit(caller.name) : 0;
    if (leftOut !== undefined) audit.end({ ...ended, ...(leftOut > 0 && { leftOut }) });
    else if (isBegun) audit.end({ id: entry.id, isDropped: true });
  };

  return {
    heard({ caller: known, text, body }) {
      caller = known ?? caller;
      entry = {
        ...entry,
        ...(known && ofCaller(known, wanted.role)),
        ...(text !== undefined && text !== '' && { bodySha256: sha256(text) }),
        ...ofBody(body, caller),
      };
    },
    async begin() {
      isUnwritable = true;
      await audit.begin(entry);
      isUnwritable = false;
      isBegun = true;
    },
    answered(answered) {
      const { status = 200 } = answered;
      const began = beganBy(answered, wanted.role === 'token');
      const isElsewhere = began !== undefined && began !== entry.subject;
      end({ outcome: outcomeOf(status), status, ...(isElsewhere && { began }) });
    },
    refused(error) {
      if (isUnwritable) return; // there is nowhere to write it
      const { status, code } = refusalOf(error);
      end({ outcome: outcomeOf(status), status, code });
    },
  };
}

function firstEntry({ name, method, route, role }: Wanted, request: HttpRequest, at: Instant): AuditEntry {
  const { request: id = '', clientRequest, trace } = correlationFields();
  const from = addressOf(request);
  return {
    // Part of a key.
    id: id.replaceAll(/[^\w.:-]/g, '-').slice(0, 128),
    at,
    actor: 'nobody',
    actorKind: 'anyone',
    roles: [],
    operation: name,
    method,
    route,
    subject: subjectOf(route, role === 'token' ? {} : request.params),
    ...(clientRequest !== undefined && { clientRequest: withoutSecrets(clientRequest) }),
    ...(trace !== undefined && { trace }),
    ...(from !== undefined && { from }),
    outcome: 'unknown',
  };
}

function ofCaller({ name, kind, grants }: Caller, role: Wanted['role']): Partial<AuditEntry> {
  if (role === 'anyone' || role === 'token') return {};
  const roles = new Set(grants.map((grant) => grant.role).filter((granted) => includes(granted, role)));
  return { actor: name, actorKind: kind, roles: [...roles] };
}

/** Of a body nothing but who is said to ask, and why. */
function ofBody(body: unknown, { name }: Caller): Partial<AuditEntry> {
  if (typeof body !== 'object' || body === null) return {};
  const { by, reason } = body as { readonly by?: unknown; readonly reason?: unknown };
  return {
    ...(typeof by === 'string' && by !== name && { by: withoutSecrets(by).slice(0, 300) }),
    ...(typeof reason === 'string' && { reason: withoutSecrets(reason).slice(0, 500) }),
  };
}

/** The route up to its last parameter, which is the thing; the action behind it is the operation. */
function subjectOf(route: string, params: Readonly<Record<string, string>>): string {
  const path: string[] = [];
  let thing = 0;
  for (const part of route.split('/')) {
    const parameter = /^\{(\w+)\}$/.exec(part)?.[1];
    if (parameter === undefined) path.push(part);
    else {
      const value = params[parameter];
      // The token of a link is no name of anything.
      if (value === undefined) return path.join('/');
      path.push(
        withoutSecrets(value)
          .replaceAll(/[^\w.:-]/g, '_')
          .slice(0, 120),
      );
      thing = path.length;
    }
  }
  return path.slice(0, thing || path.length).join('/');
}

/** The path of what an answer says that it began; or, of a link, of what the report was about. */
function beganBy({ headers, jsonBody }: HttpResponseInit, isLink: boolean): string | undefined {
  const location = (headers as Record<string, string> | undefined)?.['location'];
  if (location !== undefined) return location.split('/api/')[1]?.split('?')[0];
  const { imageSet, version } = (jsonBody ?? {}) as { readonly imageSet?: string; readonly version?: string };
  return isLink && imageSet && version ? `image-sets/${imageSet}/versions/${version}` : undefined;
}

function outcomeOf(status: number): AuditEntry['outcome'] {
  if (status < 400) return 'done';
  return status < 500 ? 'refused' : 'failed';
}

function isUnwelcome(status: number | undefined): boolean {
  return status === 401 || status === 403;
}

function refusalOf(error: unknown): { readonly status: number; readonly code: string } {
  if (error instanceof AppError) return { status: error.httpStatus, code: error.code };
  if (error instanceof z.ZodError) return { status: 400, code: 'ValidationFailed' };
  return { status: 500, code: 'InternalError' };
}

/**
 * Who sends can write whatever he likes into these headers, and the platform adds what it has seen at the end. It
 * does so in Azure only: elsewhere nobody says where a request came from.
 */
function addressOf({ headers }: HttpRequest): string | undefined {
  if (!process.env['WEBSITE_INSTANCE_ID']) return undefined;
  const seen = headers.get('x-forwarded-for')?.split(',').at(-1)?.trim() ?? '';
  const address = /^\[?([\da-fA-F:]+|\d{1,3}(?:\.\d{1,3}){3})\]?(?::\d{1,5})?$/.exec(seen)?.[1];
  return address;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
