/** What exactly went out and came back in one exchange; kept until its operation is judged. */
export interface Transcript {
  /** On the system's monotonic clock, in microseconds. */
  sentUs: number;
  method: string;
  path: string;
  /** The request line and the headers, each with its end. */
  requestHead: string;
  requestBody: string | null;
  /** The status line and the headers; undefined if no answer began. */
  answerHead: string | undefined;
  status: number | undefined;
  /** What came of the body, as text. */
  answerBody: string;
  /** Bytes of the answer's head and body that came. */
  answerBytes: number;
  /** Bytes of the request that are there for the protocol's sake; see `OperationEvent.protocolBytes`. */
  protocolBytes: number;
}

/** Bytes of request and answer, heads and bodies. */
export function transferredBytes(transcript: Transcript): number {
  const { requestHead, requestBody, answerBytes } = transcript;
  return requestHead.length + (requestBody === null ? 0 : Buffer.byteLength(requestBody)) + answerBytes;
}
