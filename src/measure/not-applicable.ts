/** Of a server that runs elsewhere: what its processes do is not seen, nor which of them a request went to. */
export const notStartedHere = 'the server runs elsewhere: its processes are not seen from here';
