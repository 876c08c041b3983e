// A bare load generator in a process of its own, closed loop: N connections, for some seconds, one fixed request.
import autocannon from 'autocannon';

const [url = '', connections = '', seconds = '', headers = '{}', body = ''] = process.argv.slice(2);
const before = process.cpuUsage();
const result = await autocannon({
  url,
  connections: Number(connections),
  duration: Number(seconds),
  method: 'POST',
  headers: JSON.parse(headers),
  body,
});
const used = process.cpuUsage(before);
const said = {
  calls: result.requests.total,
  errors: result.errors + result.non2xx,
  cpuUs: used.user + used.system,
  perSecond: result.requests.total / result.duration,
};
process.stdout.write(`${JSON.stringify(said)}\n`);
