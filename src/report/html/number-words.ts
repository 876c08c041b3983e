import type { Prediction } from '../../verdict/index.ts';
import { duration, percent } from '../findings/index.ts';
import { html, type Markup } from './markup.ts';

/** `33.3 %, between 12 % and 58 %`. */
export function predictedWords(prediction: Prediction): Markup {
  const { predicted, interval } = prediction;
  const [low, high] = interval.map((value) => numberWords(prediction, value));
  return html`${numberWords(prediction, predicted)}<small>${low === high ? 'exactly' : `${low} to ${high}`}</small>`;
}

/** Times with their unit, by the name of the metric; all else is a share. */
export function numberWords({ metric }: Pick<Prediction, 'metric'>, value: number | null): string {
  if (value === null) return 'no sample';
  return /_ms(\.\w+)?$/.test(metric) ? duration(value) : percent(value);
}
