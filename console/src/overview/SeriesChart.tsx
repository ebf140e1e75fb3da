import { type RefObject, useLayoutEffect, useRef, useState } from 'react';
import type { OverviewBucket } from '../api/types';
import { count, timeOfDay } from '../time/format';
import { bars, ceiling } from './series';

const height = 180;
const floor = 22;
const side = 44;

/** Decisions over time: refusals stand on the floor, so that they are seen however many were allowed; the same numbers as a table for those who cannot see it. */
export function SeriesChart({ buckets }: { buckets: OverviewBucket[] }) {
  const [at, setAt] = useState<number | null>(null);
  const figure = useRef<HTMLElement>(null);
  const width = useWidth(figure);
  const series = bars(buckets);
  const top = ceiling(Math.max(0, ...series.map((bar) => bar.total)));
  const step = (width - side) / Math.max(1, series.length);
  const plot = height - floor;
  const y = (value: number) => (value / top) * (plot - 8);
  const chosen = at === null ? null : series[at];
  const labels = series.length > 0 ? [0, Math.floor(series.length / 3), Math.floor((series.length * 2) / 3)] : [];

  return (
    <figure className="chart" ref={figure}>
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={`Decisions over time, at most ${count(Math.max(0, ...series.map((bar) => bar.total)))} in one interval. The numbers are in the table below.`}
        onMouseLeave={() => setAt(null)}
        onMouseMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const x = event.clientX - box.left - side;
          const index = Math.floor(x / step);
          setAt(index >= 0 && index < series.length ? index : null);
        }}
      >
        <defs>
          <pattern id="denied-pattern" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="5" height="5" className="fill-deny" />
            <path d="M0 0V5" className="pattern-line" />
          </pattern>
        </defs>
        {[0, 0.5, 1].map((part) => (
          <g key={part}>
            <path className="grid" d={`M${side} ${plot - y(top * part)}H${width}`} />
            <text className="axis" x={side - 8} y={plot - y(top * part) + 4} textAnchor="end">
              {count(top * part)}
            </text>
          </g>
        ))}
        {series.map((bar, index) => {
          const x = side + index * step + step * 0.12;
          const w = step * 0.76;
          const denied = bar.denied > 0 ? Math.max(2, y(bar.denied)) : 0;
          const stepUp = bar.stepUp > 0 ? Math.max(2, y(bar.stepUp)) : 0;
          const allowed = y(bar.allowed);
          return (
            <g key={bar.at} className={index === at ? 'bar bar-chosen' : 'bar'}>
              <rect className="fill-allow" x={x} width={w} y={plot - denied - stepUp - allowed} height={allowed} />
              <rect className="fill-stepUp" x={x} width={w} y={plot - denied - stepUp} height={stepUp} />
              <rect fill="url(#denied-pattern)" x={x} width={w} y={plot - denied} height={denied} />
            </g>
          );
        })}
        {labels.map((index) => (
          <text key={index} className="axis" x={side + index * step} y={height - 5}>
            {timeOfDay(new Date(series[index]!.at)).slice(0, 5)}
          </text>
        ))}
        <text className="axis" x={width} y={height - 5} textAnchor="end">
          now
        </text>
      </svg>
      <figcaption className="chart-legend">
        <span>
          <i className="swatch swatch-allow" /> allowed {chosen && <b className="numbers">{count(chosen.allowed)}</b>}
        </span>
        <span>
          <i className="swatch swatch-stepUp" /> stepped up {chosen && <b className="numbers">{count(chosen.stepUp)}</b>}
        </span>
        <span>
          <i className="swatch swatch-deny" /> denied {chosen && <b className="numbers">{count(chosen.denied)}</b>}
        </span>
        {chosen && <span className="quiet numbers">from {timeOfDay(new Date(chosen.at))}</span>}
      </figcaption>
      <details className="chart-table">
        <summary>As a table</summary>
        <div className="table-frame chart-rows" tabIndex={0} role="region" aria-label="Decisions over time">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">From</th>
                <th scope="col" className="number">Allowed</th>
                <th scope="col" className="number">Stepped up</th>
                <th scope="col" className="number">Denied</th>
              </tr>
            </thead>
            <tbody>
              {series
                .filter((bar) => bar.total > 0)
                .reverse()
                .map((bar) => (
                  <tr key={bar.at}>
                    <th scope="row" className="numbers">{timeOfDay(new Date(bar.at))}</th>
                    <td className="number" data-label="Allowed">{count(bar.allowed)}</td>
                    <td className="number" data-label="Stepped up">{count(bar.stepUp)}</td>
                    <td className="number" data-label="Denied">{count(bar.denied)}</td>
                  </tr>
                ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}

/** The width that there is, so that text in the picture is as large as text beside it. */
function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(960);
  useLayoutEffect(() => {
    const measure = () => setWidth(Math.max(240, Math.floor(element.current?.clientWidth ?? 960)));
    measure();
    const observer = new ResizeObserver(measure);
    if (element.current) observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
