/** When a frame is drawn next; what a browser gives, or a test. */
export interface Frames {
  request: (draw: () => void) => number;
  cancel: (id: number) => void;
}

/**
 * Collects what arrives and hands it over once per animation frame, all of it together. A tab that is not seen has no
 * frames: only the newest are kept for its next one.
 */
export class PerFrame<T> {
  private pending: T[] = [];
  private frame: number | null = null;
  private readonly most: number;
  private readonly draw: (all: T[]) => void;
  private readonly frames: Frames;

  constructor(most: number, draw: (all: T[]) => void, frames: Frames = { request: (next) => requestAnimationFrame(next), cancel: (id) => cancelAnimationFrame(id) }) {
    this.most = most;
    this.draw = draw;
    this.frames = frames;
  }

  add(one: T) {
    this.pending.push(one);
    if (this.pending.length > this.most) this.pending.splice(0, this.pending.length - this.most);
    this.frame ??= this.frames.request(() => {
      this.frame = null;
      const all = this.pending;
      this.pending = [];
      this.draw(all);
    });
  }

  /** Nothing more is handed over. */
  end() {
    if (this.frame !== null) this.frames.cancel(this.frame);
    this.frame = null;
    this.pending = [];
  }
}
