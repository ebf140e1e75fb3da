import { type ReactNode, type RefObject, useLayoutEffect, useState } from 'react';

interface Props<T> {
  items: T[];
  rowHeight: number;
  label: string;
  scroller: RefObject<HTMLDivElement | null>;
  head: ReactNode;
  row: (item: T, index: number) => ReactNode;
  onScroll: (top: number) => void;
}

const spare = 8;

/** A table of which only the visible rows exist. Rows have one height; their places are told to assistive technology by index. */
export function VirtualList<T>({ items, rowHeight, label, scroller, head, row, onScroll }: Props<T>) {
  const [view, setView] = useState({ top: 0, height: 600 });

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => setView({ top: element.scrollTop, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller]);

  const first = Math.max(0, Math.floor(view.top / rowHeight) - spare);
  const last = Math.min(items.length, Math.ceil((view.top + view.height) / rowHeight) + spare);
  const rows: ReactNode[] = [];
  for (let index = first; index < last; index++) rows.push(row(items[index]!, index));

  return (
    <div className="virtual" role="table" aria-label={label} aria-rowcount={items.length + 1}>
      <div role="rowgroup" className="virtual-head">
        {head}
      </div>
      <div
        role="rowgroup"
        className="virtual-body"
        ref={scroller}
        tabIndex={-1}
        onScroll={(event) => {
          const top = event.currentTarget.scrollTop;
          setView((before) => ({ ...before, top }));
          onScroll(top);
        }}
      >
        <div className="virtual-space" role="presentation" style={{ height: items.length * rowHeight }}>
          <div className="virtual-rows" role="presentation" style={{ transform: `translateY(${first * rowHeight}px)` }}>
            {rows}
          </div>
        </div>
      </div>
    </div>
  );
}
