// node watch.cjs PORT AUTHORITY CA CERT KEY TOKEN METHOD: calls a unary or a streaming method, prints every message and the final status.
const fs = require('node:fs');
const grpc = require('@grpc/grpc-js');

const [port, authority, ca, certificate, key, token, method] = process.argv.slice(2);
const credentials = grpc.credentials.createSsl(fs.readFileSync(ca), fs.readFileSync(key), fs.readFileSync(certificate));
const client = new grpc.Client(`127.0.0.1:${port}`, credentials, {
  'grpc.ssl_target_name_override': authority.split(':')[0],
  'grpc.default_authority': authority,
});
const metadata = new grpc.Metadata();
if (token) metadata.set('authorization', `Bearer ${token}`);
const encode = () => Buffer.alloc(0);
const decode = bytes => bytes.subarray(2).toString();

if (method.endsWith('Watch')) {
  const call = client.makeServerStreamRequest(method, encode, decode, {}, metadata);
  call.on('data', text => console.log(`message ${text}`));
  call.on('error', () => {});
  call.on('status', status => { console.log(`status ${status.code}`); client.close(); });
} else {
  client.makeUnaryRequest(method, encode, decode, {}, metadata, (fault, text) => {
    if (!fault) console.log(`message ${text}`);
    console.log(`status ${fault ? fault.code : 0}`);
    client.close();
  });
}
