// node check.cjs PORT AUTHORITY CA CERT|- KEY|- TOKEN|- PROTO REQUEST: asks envoy.service.auth.v3.Authorization/Check, prints the answer as JSON or the status.
const fs = require('node:fs');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const [port, authority, ca, certificate, key, token, proto, request] = process.argv.slice(2);
const pair = certificate === '-' ? [] : [fs.readFileSync(key), fs.readFileSync(certificate)];
const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createSsl(fs.readFileSync(ca), ...pair), {
  'grpc.ssl_target_name_override': authority.split(':')[0],
  'grpc.default_authority': authority,
});
const metadata = new grpc.Metadata();
if (token !== '-') metadata.set('authorization', `Bearer ${token}`);

const method = loader.loadSync(proto, { keepCase: true, oneofs: true })['envoy.service.auth.v3.Authorization'].Check;
client.makeUnaryRequest(method.path, method.requestSerialize, method.responseDeserialize, JSON.parse(request), metadata, (fault, answer) => {
  console.log(fault ? `status ${fault.code}` : JSON.stringify(answer));
  client.close();
});
