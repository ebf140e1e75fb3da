// Passkeys: fetch the question, ask the browser, send the answer. The only script on these pages.
"use strict";

const toBytes = (text) => {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (c) => c.charCodeAt(0));
};

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const withBytes = (options) => {
  options.challenge = toBytes(options.challenge);
  if (options.user) options.user.id = toBytes(options.user.id);
  for (const list of [options.allowCredentials, options.excludeCredentials])
    for (const credential of list ?? []) credential.id = toBytes(credential.id);
  return options;
};

const asJson = (credential) => {
  const { response } = credential;
  const answer = { clientDataJSON: toText(response.clientDataJSON) };
  if (response.attestationObject) {
    answer.attestationObject = toText(response.attestationObject);
    answer.transports = response.getTransports?.() ?? [];
  } else {
    answer.authenticatorData = toText(response.authenticatorData);
    answer.signature = toText(response.signature);
    answer.userHandle = response.userHandle ? toText(response.userHandle) : null;
  }
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? null,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: answer,
  };
};

const post = async (path, fields) => {
  const reply = await fetch(path, {
    method: "POST",
    credentials: "same-origin",
    headers: { Accept: "application/json" },
    body: new URLSearchParams(fields),
  });
  const body = await reply.json().catch(() => ({}));
  if (!reply.ok) throw new Error(body.error ?? "That did not work. Load the page again.");
  return body;
};

const run = async (place) => {
  const { passkey, options, answer, csrf, extra } = place.dataset;
  const name = document.getElementById("passkey-name")?.value ?? "";
  const question = await post(options, { csrf, extra });
  const publicKey = withBytes(JSON.parse(question.options));
  const credential = passkey === "create"
    ? await navigator.credentials.create({ publicKey })
    : await navigator.credentials.get({ publicKey });
  const done = await post(answer, { csrf, extra, name, state: question.state, answer: JSON.stringify(asJson(credential)) });
  location.assign(done.next);
};

const words = (fault) =>
  fault instanceof DOMException
    ? fault.name === "InvalidStateError"
      ? "This device already holds a passkey for your account."
      : "No passkey was used. You can try again, or sign in another way."
    : fault.message;

for (const place of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  place.hidden = false;
  const button = place.querySelector("button");
  const error = place.querySelector(".error");
  button.addEventListener("click", async () => {
    button.disabled = true;
    error.hidden = true;
    try {
      await run(place);
    } catch (fault) {
      error.textContent = words(fault);
      error.hidden = false;
      button.disabled = false;
    }
  });
}
