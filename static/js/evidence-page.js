// What the person sees of the second verifier: files in, sentences out. Works from a file with the network off.
(function () {
  "use strict";

  const form = document.getElementById("verify-form"), result = document.getElementById("verify-result");
  if (!form || !result) return;
  const chosen = (id) => document.getElementById(id).files[0];
  const bytes = async (file) => new Uint8Array(await file.arrayBuffer());

  /** Only bytes that are text make a receipt; others are no receipt, whatever they are. */
  async function words(file) {
    const data = await bytes(file);
    try {
      return window.LinyiBytes.decode(data);
    } catch {
      return "";
    }
  }

  async function older(file) {
    if (!file) return null;
    const data = await bytes(file);
    return data[0] === 0x7b ? words(file) : data;
  }

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));

  const TELLERS = {
    title: (facts) => facts.title,
    level: (facts, cell) => facts.level && cell.getAttribute("data-" + facts.level),
    ballots: (facts, cell) => facts.ballots && fill(cell.dataset.words, facts.ballots),
    leaf: (facts, cell) => facts.leaf && fill(cell.dataset.words, facts.leaf),
    index: (facts, cell) => facts.index !== undefined && fill(cell.dataset.words, facts),
    opening: (facts, cell) => facts.opening && fill(cell.dataset.words, facts.opening),
    leaves: (facts, cell) => facts.leaves !== undefined && fill(cell.dataset.words, facts),
    head: (facts) => facts.head && facts.head.size + " " + facts.head.root,
    keys: (facts) => {
      const known = (facts.keys || []).map((key) => key.id);
      return [...new Set([...known, facts.receipt_key, facts.head_key])].filter(Boolean).join(" ");
    },
  };

  function tell(found) {
    result.hidden = false;
    result.dataset.exit = String(found.exit);
    result.dataset.code = found.first ? found.first.code : "";
    result.querySelectorAll("[data-verdict]").forEach((note) => {
      note.hidden = note.dataset.verdict !== found.verdict;
    });
    const list = result.querySelector("[data-problems]");
    list.replaceChildren(
      ...found.problems.slice(0, 20).map((problem) => {
        const item = document.createElement("li");
        item.textContent = problem.message;
        return item;
      })
    );
    // What a receipt says is shown only where all of it holds.
    const facts = found.verdict === "ok" ? found.facts : { ...found.facts, opening: null };
    result.querySelectorAll("[data-fact]").forEach((name) => {
      const cell = name.nextElementSibling, told = TELLERS[name.dataset.fact](facts, cell);
      name.hidden = cell.hidden = !told;
      cell.textContent = told || "";
    });
    result.focus();
  }

  const bare = (verdict) => ({ verdict, exit: 4, first: null, problems: [], facts: {} });

  async function look() {
    const pack = chosen("verify-pack"), receipt = chosen("verify-receipt");
    if (!pack && !receipt) return bare("nothing");
    if (!window.crypto.subtle || !window.DecompressionStream) return bare("unsupported");
    try {
      return await window.LinyiEvidence.verify({
        pack: pack ? await bytes(pack) : null,
        receipt: receipt ? await words(receipt) : null,
        older: pack ? await older(chosen("verify-older")) : null,
        trust: document.getElementById("verify-trust").value.split(/[^0-9a-f]+/i).filter(Boolean),
      });
    } catch (error) {
      if (error.name !== "NotSupportedError") throw error;
      return bare("unsupported");
    }
  }

  const button = form.querySelector("button"), usual = button.textContent;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    button.disabled = true;
    button.textContent = button.dataset.working;
    try {
      tell(await look());
    } finally {
      button.disabled = false;
      button.textContent = usual;
    }
  });
})();
