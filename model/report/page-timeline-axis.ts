/** Grid lines, their times and the budget line, shared by bars, rows and histograms. */
import { markup, type Html } from '../html/markup.ts';
import type { Timeline } from './timeline.ts';
import { formatSeconds } from './words.ts';

/** Pixels at the top that the times take. */
export const axisHeight = 20;

export type Axis = Pick<Timeline, 'ticks' | 'budget'>;

/** A share of the width as SVG wants it. */
export function percent(share: number): string {
  return `${Math.round(share * 10_000) / 100}%`;
}

export function axisLines({ ticks, budget }: Axis, height: number): Html {
  const lines = ticks.map(({ at }) => verticalLine('grid', at, height));
  // A phone has room for every other time only, hence the class on the odd ones.
  // A time too close to the budget's label would be printed over it.
  const labels = ticks
    .filter(({ at }) => budget === null || Math.abs(at - budget.at) > 0.17)
    .map(({ at, seconds }, index) =>
      label(`tick${index % 2 === 1 ? ' odd' : ''}`, at, index === 0 ? 'start' : 'middle', formatSeconds(seconds)),
    );
  if (budget === null) return markup`${lines}${labels}`;
  const name = label('tick budget', budget.at, 'middle', `${formatSeconds(budget.seconds)} budget`);
  return markup`${lines}${labels}${verticalLine('budget', budget.at, height)}${name}`;
}

function verticalLine(look: string, at: number, height: number): Html {
  return markup`<line class="${look}" x1="${percent(at)}" x2="${percent(at)}" y1="${axisHeight - 4}" y2="${height}" />`;
}

function label(look: string, at: number, anchor: 'start' | 'middle', words: string): Html {
  return markup`<text class="${look}" x="${percent(at)}" y="11" text-anchor="${anchor}">${words}</text>
`;
}
