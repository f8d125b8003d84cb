// Passkeys (WebAuthn Level 3) and the few buttons of the pages around signing in. No state is kept here.
const said = document.querySelector("[data-said]");
const say = (text, bad = false) => {
  said.textContent = text;
  said.dataset.tone = bad ? "bad" : "good";
};

async function post(path, body = {}) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    credentials: "same-origin",
  });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(`${told.detail ?? answer.statusText} ${told.remedy ?? ""}`.trim());
  return told;
}

async function make({ nonce, options }, name) {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  if (name) publicKey.user.name = publicKey.user.displayName = name;
  const made = await navigator.credentials.create({ publicKey });
  return { nonce, credential: made.toJSON() };
}

async function show({ nonce, options }) {
  const shown = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  return { nonce, credential: shown.toJSON() };
}

const ended = (button, state) => {
  button.parentElement.hidden = true;
  const badge = document.querySelector("h1 .state");
  badge.dataset.state = badge.textContent = state;
};

const acts = {
  async "sign-in"(button) {
    await post("/v1/signin", await show(await post("/v1/signin/challenge")));
    location.assign(button.dataset.next);
  },
  async first() {
    const link = location.hash.slice(1);
    const made = await make(await post("/v1/first-owner/challenge", { link }), "Local owner");
    await post("/v1/first-owner", { link, ...made });
    history.replaceState(null, "", location.pathname);
    location.assign("/console/passkeys");
  },
  async bind(button) {
    const made = await make(await post("/v1/me/passkeys/challenge"), button.dataset.name);
    await post("/v1/me/passkeys", made);
    say("The passkey is on record.");
  },
  async approve(button) {
    const path = `/v1/proposals/${encodeURIComponent(button.dataset.proposal)}`;
    const done = await post(`${path}/approval`, await show(await post(`${path}/challenge`)));
    const missing = done.needed - done.approved_by.length;
    ended(button, done.state);
    say(done.state === "open" ? `Approved. Approvals still needed: ${missing}.` : `Approved: ${done.state}.`);
  },
  async withdraw(button) {
    await post(`/v1/proposals/${encodeURIComponent(button.dataset.proposal)}/withdrawal`);
    ended(button, "withdrawn");
    say("Withdrawn: nothing was done.");
  },
  async device() {
    const code = document.querySelector("[name=code]").value.trim().toUpperCase();
    await post(`/v1/devices/${encodeURIComponent(code)}/confirmation`);
    say("Confirmed. Go back to your terminal.");
  },
};

for (const button of document.querySelectorAll("[data-act]")) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    say("");
    try {
      await acts[button.dataset.act](button);
    } catch (error) {
      say(error.message, true);
      button.disabled = false;
    }
  });
}
