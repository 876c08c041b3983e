// Input: what became of questions that servers asked in the middle of calls. The judge side of `record/input-events.ts`.
export { inputFacts } from './input-facts.ts';
export { inputMeasures } from './input-measures.ts';
export { type TakenAnswers, takenAnswers } from './taken-answers.ts';
export type { InputDetails, InputFacts } from './types.ts';
