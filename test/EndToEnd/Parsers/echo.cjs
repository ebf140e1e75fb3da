// Says how Node reads a request: method, path, query, host, the headers named, the length of the body.
const http = require('node:http');
const names = (process.argv[3] || '').split(',').filter(Boolean);
const server = http.createServer((request, response) => {
  let length = 0;
  request.on('data', piece => { length += piece.length; });
  request.on('end', () => {
    let path, query;
    try {
      const url = new URL(request.url, 'http://host.invalid');
      path = decodeURIComponent(url.pathname);
      query = url.search.replace(/^\?/, '');
    } catch (fault) {
      response.writeHead(400).end(String(fault));
      return;
    }
    const lines = [`method ${request.method}`, `path ${path}`, `query ${query}`, `host ${request.headers.host || ''}`, `length ${length}`];
    // Node gives the bytes of a value as Latin-1: what is compared are the bytes.
    for (const name of names) lines.push(`${name} ${Buffer.from(request.headers[name] || '', 'latin1').toString()}`);
    response.writeHead(200, { 'content-type': 'text/plain' }).end(lines.join('\n'));
  });
});
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'));
