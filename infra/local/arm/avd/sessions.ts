import { logEvent, SESSIONS_LOG } from '../compute/guest/event-log.ts';
import type { Random } from '../core/random.ts';
import type { World } from '../core/world.ts';
import type { HostPool } from './host-pool.ts';
import type { Measure } from './measure.ts';
import type { SessionHost, UserSession } from './session-host.ts';

/** Told what happens to their sessions: the people who sit in them. */
export interface SessionOwner {
  readonly gone: (session: UserSession) => void;
  readonly told: (session: UserSession) => void;
  readonly disconnected: (session: UserSession) => void;
}

/** User sessions on all hosts: opened, told, disconnected, logged off over time, cut off at once. */
export class Sessions {
  owner: SessionOwner = { gone: () => {}, told: () => {}, disconnected: () => {} };
  readonly #world: World;
  readonly #random: Random;
  readonly #measure: (pool: HostPool) => Measure;
  readonly #changed: (pool: HostPool) => void;

  constructor(world: World, measure: (pool: HostPool) => Measure, changed: (pool: HostPool) => void) {
    this.#world = world;
    this.#random = world.random.fork('sessions');
    this.#measure = measure;
    this.#changed = changed;
  }

  /** A user signs in: Pending for some seconds, unless the session has been there for long. */
  open(
    host: SessionHost,
    user: string,
    state: 'Pending' | 'Active' | 'Disconnected' = 'Pending',
  ): UserSession {
    host.lastSessionId += 1;
    const { timeline } = this.#world;
    const createTime = timeline.now();
    const session: UserSession = {
      id: host.lastSessionId,
      objectId: this.#random.uuid(),
      user,
      host,
      createTime,
      state,
    };
    host.sessions.set(session.id, session);
    this.#changed(host.pool);
    if (state === 'Pending') {
      const usually = this.#random.between(5, 20);
      const { signInSeconds = usually } = host.machine.guest.contents.system;
      this.#noteSignIn(session, 41);
      timeline.after(signInSeconds * 1000, () => {
        if (session.state !== 'Pending' || !isThere(session)) return;
        session.state = 'Active';
        this.#noteSignIn(session, 22);
      });
    }
    return session;
  }

  /** Windows' session manager writes down each step: 41 begins a session, with 22 the shell starts. */
  #noteSignIn({ user, id, host }: UserSession, event: 41 | 22): void {
    const at = this.#world.timeline.iso();
    const values = { User: user, SessionID: id, ...(event === 22 && { Address: '10.0.0.9' }) };
    logEvent(host.machine.guest.contents, { log: SESSIONS_LOG, id: event, at, values });
  }

  message(session: UserSession, title: string): void {
    this.#measure(session.host.pool).messaged(session, title, this.#world.timeline.iso());
    if (session.state === 'Active') this.owner.told(session);
  }

  disconnect(session: UserSession): void {
    if (session.state !== 'Active' && session.state !== 'Pending') return;
    session.state = 'Disconnected';
    this.owner.disconnected(session);
  }

  /** Somebody else ends the session; counted, and then as any sign-out: not at once. */
  logOff(session: UserSession, force: boolean): void {
    if (isEnding(session)) return;
    const { user, id, host, state } = session;
    const at = this.#world.timeline.iso();
    this.#measure(host.pool).loggedOff.push({ session: id, user, host: host.name, at, state, force });
    this.signOut(session);
  }

  /** Programs close, then the profile disk is detached, and only then the session is gone. */
  signOut(session: UserSession): void {
    if (isEnding(session)) return;
    session.state = 'LogOff';
    const { timeline } = this.#world;
    timeline.after(this.#random.between(5, 20) * 1000, () => {
      if (session.state !== 'LogOff' || !isThere(session)) return;
      session.state = 'UserProfileDiskMounted';
      timeline.after(this.#random.between(10, 30) * 1000, () => {
        if (isThere(session)) this.#end(session);
      });
    });
  }

  /** The host goes away under its sessions. */
  cut(host: SessionHost, why: string): void {
    const measure = this.#measure(host.pool);
    const at = this.#world.timeline.iso();
    for (const session of host.sessions.values()) {
      const event = {
        session: session.id,
        user: session.user,
        host: host.name,
        at,
        state: session.state,
        why,
      };
      // After log-off only the profile disk is left to lose: FSLogix then finds it locked or torn.
      (session.state === 'UserProfileDiskMounted' ? measure.profilesTorn : measure.cutOff).push(event);
      this.#end(session);
    }
  }

  #end(session: UserSession): void {
    session.host.sessions.delete(session.id);
    this.#changed(session.host.pool);
    this.owner.gone(session);
  }
}

export function isEnding({ state }: UserSession): boolean {
  return state === 'LogOff' || state === 'UserProfileDiskMounted';
}

function isThere(session: UserSession): boolean {
  return session.host.sessions.get(session.id) === session;
}
