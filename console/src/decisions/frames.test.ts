import { describe, expect, it } from 'vitest';
import type { DecisionBatch, DecisionSummary } from '../api/types';
import { PerFrame } from './frames';
import { emptyList, liveList, mostEntries } from './liveList';

/** Frames that are drawn when a test says so. */
function manual() {
  let waiting: (() => void) | null = null;
  let id = 0;
  return {
    request: (draw: () => void) => {
      expect(waiting).toBeNull();
      waiting = draw;
      return ++id;
    },
    cancel: () => {
      waiting = null;
    },
    draw: () => {
      const now = waiting;
      waiting = null;
      now?.();
      return now !== null;
    },
  };
}

describe('per frame', () => {
  it('hands over everything that came since the frame before, in order', () => {
    const frames = manual();
    const drawn: number[][] = [];
    const perFrame = new PerFrame<number>(10, (all) => drawn.push(all), frames);
    perFrame.add(1);
    perFrame.add(2);
    frames.draw();
    perFrame.add(3);
    frames.draw();
    expect(drawn).toEqual([[1, 2], [3]]);
    expect(frames.draw()).toBe(false);
  });

  it('keeps the newest while no frame is drawn', () => {
    const frames = manual();
    const drawn: number[][] = [];
    const perFrame = new PerFrame<number>(3, (all) => drawn.push(all), frames);
    for (let one = 0; one < 100; one++) perFrame.add(one);
    frames.draw();
    expect(drawn).toEqual([[97, 98, 99]]);
  });

  it('hands over nothing after its end', () => {
    const frames = manual();
    const drawn: number[][] = [];
    const perFrame = new PerFrame<number>(3, (all) => drawn.push(all), frames);
    perFrame.add(1);
    perFrame.end();
    expect(frames.draw()).toBe(false);
    expect(drawn).toEqual([]);
  });

  it('draws a thousand decisions a second at most once a frame, into a list that stays bounded', () => {
    const frames = manual();
    let list = emptyList;
    let renderings = 0;
    const perFrame = new PerFrame<DecisionBatch>(100, (batches) => {
      renderings++;
      list = liveList(list, { kind: 'batches', batches, now: renderings * 16 });
    }, frames);
    // Ten seconds of the worst case: every decision arrives by itself; sixty frames are drawn in a second.
    let drawn = 0;
    for (let event = 0; event < 10_000; event++) {
      perFrame.add({ at: '', seen: 1, decisions: [{ reference: `n${event}` } as DecisionSummary] });
      if (event % 17 === 16 && frames.draw()) drawn++;
    }
    frames.draw();
    expect(renderings).toBeLessThanOrEqual(drawn + 1);
    expect(renderings).toBeLessThanOrEqual(10 * 60);
    expect(list.entries).toHaveLength(mostEntries);
    expect(list.entries[0]!.reference).toBe('n9999');
  });
});
