export interface Entry {
  readonly at: number;
  /** Decides between what is to happen at the same moment. */
  readonly tie: number;
  readonly run: () => Promise<void> | void;
}

/** What is to happen, the soonest first: a heap, because a large world has tens of thousands of things ahead. */
export class Agenda {
  readonly #heap: Entry[] = [];

  get first(): Entry | undefined {
    return this.#heap[0];
  }

  enter(entry: Entry): void {
    const heap = this.#heap;
    let place = heap.length;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const other = heap[above];
      if (!other || isBefore(other, entry)) break;
      heap[place] = other;
      place = above;
    }
    heap[place] = entry;
  }

  /** Takes out the first. */
  next(): Entry | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last && heap.length > 0) this.#sink(last);
    return first;
  }

  #sink(entry: Entry): void {
    const heap = this.#heap;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      const [one, other] = [heap[left], heap[left + 1]];
      const below = other && one && isBefore(other, one) ? left + 1 : left;
      const sooner = heap[below];
      if (!sooner || isBefore(entry, sooner)) break;
      heap[place] = sooner;
      place = below;
    }
    heap[place] = entry;
  }
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.at < other.at || (one.at === other.at && one.tie < other.tie);
}
