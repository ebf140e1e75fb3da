// All data comes from the API's origin, with the session of that host. What the gate refuses, it explains:
// 401 with a challenge (sign in, or step up), 403 with reasons and the reference of the record.

const element = (id) => document.getElementById(id);
const config = await (await fetch('/config.json')).json();
let socket = null;
let stream = null;

element('who').textContent = `${config.name || config.userName} · ${config.groups.join(', ') || 'no group'} · device ${config.deviceState ?? 'unknown'}`;

async function call(path, options = {}) {
  let answer;
  try {
    answer = await fetch(config.api + path, {
      ...options, credentials: 'include', headers: { accept: 'application/json', ...(options.body ? { 'content-type': 'application/json' } : {}) },
    });
  } catch {
    notify('The API cannot be reached', 'The network failed, or the gate does not allow this page to read the answer.', [], '');
    return null;
  }
  if (answer.ok) {
    element('notice').hidden = true;
    return answer.status === 204 ? {} : answer.json();
  }
  await refused(answer);
  return null;
}

async function refused(answer) {
  let problem = {};
  try { problem = await answer.json(); } catch { /* the status says enough */ }
  const reference = problem.reference ?? answer.headers.get('x-request-id') ?? '';
  if (answer.status === 401) {
    const stepUp = (answer.headers.get('www-authenticate') ?? '').includes('insufficient_user_authentication');
    notify(
      stepUp ? 'More proof is needed' : 'Sign-in needed', stepUp ? 'This needs a fresh second factor. You come back here afterwards.' : 'Your session with the API is over or has not begun.',
      problem.reasons ?? [], reference, { label: stepUp ? 'Confirm it is you' : 'Connect to the API', href: config.api + '/connect' });
  } else {
    notify(answer.status === 403 ? 'Not allowed' : problem.title ?? `The API answered ${answer.status}`, problem.detail ?? '', problem.reasons ?? [], reference);
  }
}

function notify(title, text, reasons, reference, action) {
  element('notice-title').textContent = title;
  element('notice-text').textContent = text;
  element('notice-reasons').replaceChildren(...reasons.map((reason) => {
    const item = document.createElement('li');
    item.textContent = reason;
    return item;
  }));
  element('notice-reference').textContent = reference;
  element('notice-reference').parentElement.hidden = !reference;
  element('notice-action').hidden = !action;
  if (action) {
    element('notice-action').textContent = action.label;
    element('notice-action').href = action.href;
  }
  element('notice').hidden = false;
}

function row(order) {
  const line = document.createElement('tr');
  for (const [value, name] of [[order.id], [order.item], [order.quantity, 'number'], [order.status], [order.placedBy]]) {
    const cell = document.createElement('td');
    cell.textContent = value;
    if (name) cell.className = name;
    line.append(cell);
  }
  const remove = document.createElement('button');
  remove.type = 'button';
  remove.textContent = 'Delete';
  remove.setAttribute('aria-label', `Delete order ${order.id}`);
  remove.addEventListener('click', async () => { if (await call(`/orders/${order.id}`, { method: 'DELETE' })) await list(); });
  const cell = document.createElement('td');
  cell.append(remove);
  line.append(cell);
  return line;
}

async function list() {
  const orders = await call('/orders');
  if (orders) element('orders').replaceChildren(...orders.map(row));
  return orders !== null;
}

function show(id, state, text) {
  element(id).dataset.state = state;
  element(id).textContent = text;
}

function happened(data) {
  const event = JSON.parse(data);
  if (!event.kind) return;
  element('last').textContent = `${event.kind}${event.order ? ` no. ${event.order.id}` : ''} at ${new Date(event.at).toLocaleTimeString()}`;
  if (event.kind !== 'tick') list();
}

function connect() {
  socket?.close();
  stream?.close();
  show('ws', 'off', 'connecting');
  socket = new WebSocket(config.api.replace(/^https/, 'wss') + '/ws');
  const mine = socket;
  socket.addEventListener('open', () => show('ws', 'on', 'connected'));
  socket.addEventListener('message', (message) => happened(message.data));
  socket.addEventListener('close', (closed) => {
    if (mine === socket) show('ws', 'cut', `closed ${closed.code}${closed.reason ? `: ${closed.reason}` : ''}`);
  });

  show('sse', 'off', 'connecting');
  stream = new EventSource(config.api + '/events', { withCredentials: true });
  stream.addEventListener('open', () => show('sse', 'on', 'connected'));
  // The browser would try again for ever; a person decides here.
  stream.addEventListener('error', () => { stream.close(); show('sse', 'cut', 'closed'); });
}

element('reconnect').addEventListener('click', async () => { if (await list()) connect(); });
element('place').addEventListener('submit', async (submitted) => {
  submitted.preventDefault();
  const form = new FormData(submitted.target);
  if (await call('/orders', { method: 'POST', body: JSON.stringify({ item: form.get('item'), quantity: Number(form.get('quantity')) }) })) {
    submitted.target.reset();
    await list();
  }
});

if (await list()) connect();
