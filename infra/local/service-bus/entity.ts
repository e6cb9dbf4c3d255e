import type { Delivery, Queue, ReceiveMode } from './queue/queue.ts';

/** A receiver at the other end of a link, as the queue's door sees it. */
export interface Consumer {
  readonly mode: ReceiveMode;
  /** How many more messages it has asked for. */
  readonly credit: () => number;
  readonly deliver: (delivery: Delivery) => void;
}

/** A queue with an address: hands its messages to whoever asks, in turn, and watches its clock. */
export class Entity {
  readonly address: string;
  readonly queue: Queue;
  readonly #consumers: Consumer[] = [];
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;
  #isStirred = false;

  constructor(address: string, queue: Queue) {
    this.address = address;
    this.queue = queue;
    queue.stirred = () => this.stir();
    this.stir();
  }

  add(consumer: Consumer): void {
    this.#consumers.push(consumer);
  }

  remove(consumer: Consumer): void {
    const at = this.#consumers.indexOf(consumer);
    if (at !== -1) this.#consumers.splice(at, 1);
  }

  /** Something may be deliverable or due: see to it when whatever is going on in this turn is done. */
  stir(): void {
    if (this.#isStirred) return;
    this.#isStirred = true;
    queueMicrotask(() => {
      this.pump();
      this.#isStirred = false;
      this.#setTimer();
    });
  }

  /** Hands out messages as long as there are some and someone wants them. */
  pump(): void {
    for (let consumer = this.#nextConsumer(); consumer !== undefined; consumer = this.#nextConsumer()) {
      const delivery = this.queue.receive(consumer.mode);
      if (delivery === undefined) return;
      consumer.deliver(delivery);
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#consumers.length = 0;
    this.queue.stirred = () => {};
  }

  /** The one that has waited longest, so that receivers share the work. */
  #nextConsumer(): Consumer | undefined {
    const at = this.#consumers.findIndex((consumer) => consumer.credit() > 0);
    const [next] = at === -1 ? [] : this.#consumers.splice(at, 1);
    if (next !== undefined) this.#consumers.push(next);
    return next;
  }

  #setTimer(): void {
    const due = this.queue.nextDue();
    if (due === undefined || due >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = due;
    const longest = 2 ** 31 - 1; // setTimeout fires at once beyond this
    this.#timer = setTimeout(() => this.#ring(), Math.min(longest, Math.max(0, due - Date.now())));
  }

  #ring(): void {
    this.#timerAt = Infinity;
    this.queue.tick();
    this.stir();
  }
}
