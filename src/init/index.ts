// Init: plans a first journey over the tools that a server offers, and writes it as a scenario and a deployment file.
// Whatever the server says is data: bounded, and never more than text in what is written.
export { argumentsFor } from './arguments.ts';
export { deploymentText, type Target } from './deployment-text.ts';
export { type Offer, type OfferedTool, type PlannedTool, planTools } from './offer.ts';
export { scenarioText } from './scenario-text.ts';
