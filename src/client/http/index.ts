// HTTP: a lean HTTP/1.1 client for the load generator. The wire client's cost per call is what the harness adds
// to every measurement; undici's is 20 to 30 µs of CPU, this one's about 10.
export { type AnswerHead, BadAnswer, headerOf } from './answer-head.ts';
export { type HttpPool, httpPool } from './pool.ts';
export type { HttpExchange, HttpHandler } from './socket.ts';
