// The second verifier, last part: the result, the full pack, receipts. See evidence-pack.js.
(function () {
  "use strict";

  const { Stop, canonical, same, parse, sha256, leafHash, hex, roots, rootByPath, isSigned, keyId } = window.LinyiBytes;
  const { Report, Pack, CERTIFIED, EXTENDED, CAST, UNCOUNTED, TOOK_PART } = window.LinyiEvidence;
  const { MARKS, NAMES, figures, secretFigures, decide, decideSecret, award } = window.LinyiCount;

  const without = (value, ...names) =>
    Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));

  Object.assign(Pack.prototype, {
    async checkCertificate() {
      const [index, said] = this.only(CERTIFIED);
      if ((await sha256(this.files.get("result.json"))) !== said.certificate) {
        this.report.stop("certificate", "result.json", index);
      }
      const result = (this.result = this.json("result.json"));
      if (!same(result.roll, this.roll)) this.report.add("certificate", "roll.jsonl", index);
      if (["statute", "title"].some((name) => result[name] !== this.assembly[name])) {
        this.report.add("certificate", "result.json", index);
      }
      const rule = this.assembly.rules["ballot-secrecy"] ?? { value: "named" };
      this.secret = rule.value === "secret";
      if (!same(result.secrecy, rule.value) || this.secret !== "marks" in result) {
        this.report.add("certificate", "result.json", index);
      }
      if (!same(result.scope ?? null, this.scope)) this.report.add("certificate", "result.json", index);
      if (this.files.has("secret.jsonl") && !(this.secret && this.manifest.level === "full")) {
        this.report.add("file-added", "secret.jsonl");
      }
      let [opens, closes] = this.published.window;
      this.window = result.window;
      const moved = this.window[1] !== closes;
      let follows = true;
      for (const { at, payload } of this.inTime(EXTENDED)) {
        follows = follows && payload.before === closes && at < closes && closes < payload.window[1];
        follows = follows && payload.window[0] === opens;
        closes = payload.window[1];
      }
      if (!same(this.window, [opens, closes]) || !follows) this.report.add("window", "result.json", index);
      Object.assign(this.report.facts, { title: result.title, extended: moved, roll: this.roll });
    },

    checkCounts() {
      const found = (verb) => this.bodies.flatMap((body, index) => (body.verb === verb ? [{ body, index }] : []));
      this.ballots = found(CAST);
      this.replaced = new Map();
      const byHash = new Map(this.ballots.map(({ body, index }) => [this.names[index], body]));
      for (const { body, index } of this.ballots) this.checkBallot(index, body, byHash);
      const tookPart = found(TOOK_PART), aside = found(UNCOUNTED).map(({ body }) => body.payload);
      for (const { body, index } of tookPart) this.checkTime(index, body);
      for (const [ballots, name] of [[this.ballots, "ballot"], [tookPart, "subject"]]) {
        if (new Set(ballots.map(({ body }) => body[name])).size !== ballots.length) {
          this.report.add("ballot-twice", "leaves.jsonl");
        }
      }
      // A named ballot in a secret vote, or the other way.
      const strange = this.secret ? this.ballots.length + aside.length : tookPart.length;
      if (strange) this.report.add("count", "leaves.jsonl");
      const ours = this.secret ? secretFigures(tookPart.length) : figures(byHash, this.replaced, aside);
      const [index, said] = this.only(CERTIFIED);
      if (!same(this.result.ballots, ours) || said.received !== ours.received || said.counted !== ours.counted) {
        this.report.add("count", "result.json", index);
      }
      const stated = this.json("totals.json");
      if (!same(stated.ballots, { ...ours, replaced: this.replaced.size })) this.report.add("count", "totals.json");
      this.totals = stated.motions;
      this.report.facts.ballots = ours;
    },

    checkTime(index, body) {
      if (!(this.window[0] <= body.at && body.at < this.window[1])) this.report.add("ballot-time", "leaves.jsonl", index);
    },

    /** `replaced` gets the ballot that this one took the place of, with the way this one came. */
    checkBallot(index, body, byHash) {
      this.checkTime(index, body);
      const before = body.previous;
      if ((before === null) !== (body.revision === 1)) this.report.add("revision", "leaves.jsonl", index);
      if (before === null) return;
      const earlier = byHash.get(before);
      if (!earlier || earlier.revision !== body.revision - 1 || this.replaced.has(before)) {
        this.report.add("revision", "leaves.jsonl", index);
      }
      this.replaced.set(before, body.channel);
    },

    checkDecisions() {
      const rows = this.result.motions, places = rows.map((row) => row.position);
      if (!same(places, this.motions.map((one) => one.position))) this.report.stop("motions", "result.json");
      if (!same(places, this.totals.map((one) => one.position))) this.report.stop("totals", "totals.json");
      rows.forEach((row, place) => {
        const motion = this.motions[place], cast = this.totals[place];
        if (row.title !== motion.title || row.item !== motion.item) this.report.add("motions", "result.json");
        if (!same(Object.keys(cast).sort(), [...NAMES, "position"].sort())) this.report.add("totals", "totals.json");
        const [heads, area] = [0, 1].map((part) => NAMES.reduce((sum, name) => sum + cast[name][part], 0));
        if (heads !== this.result.ballots.counted || area > this.roll.area || heads > this.roll.heads) {
          this.report.add("totals", "totals.json");
        }
        const found = this.secret ? decideSecret(cast, row) : decide(this.result.statute, this.roll, cast, row);
        for (const [code, ours, theirs] of found) {
          if (!same(ours, theirs)) this.report.add(code, "result.json");
        }
      });
    },

    async checkElection() {
      const asked = this.published.election || {}, found = this.result.election || {};
      if (!Object.keys(asked).length && !Object.keys(found).length && !this.files.has("election.json")) return;
      if (!same(this.json("election.json"), { published: asked, result: found })) {
        this.report.add("published", "election.json");
      }
      if (["purpose", "seats", "alternates", "seed"].some((name) => asked[name] !== found[name])) {
        this.report.add("election", "result.json");
      }
      const [counted] = this.only(CERTIFIED);
      const before = this.heads.filter((head) => head.size <= counted).pop();
      if (found.root !== (before ? before.root : "")) this.report.add("lot-root", "result.json");
      const rows = new Map(this.result.motions.map((row) => [row.position, row]));
      this.group = asked.candidates.map((one) => one.position);
      this.seats = asked.seats;
      const results = new Map(asked.candidates.map((one) => [one.number, rows.get(one.position)]));
      const left = new Set();
      for (const { verb, payload } of this.bodies.slice(0, counted)) {
        if (verb === "votes.election.withdrew" && results.has(payload.candidate)) left.add(payload.candidate);
      }
      const gone = found.candidates.filter((one) => one.outcome === "withdrawn").map((one) => one.number);
      if (!same([...new Set(gone)].sort(), [...left].sort())) this.report.add("election", "result.json");
      const said = [...found.candidates].sort((one, other) => one.number - other.number);
      if (!same(await award(found, results), said)) this.report.add("election", "result.json");
    },

    // --- the full pack ---

    async checkOpenings() {
      const openings = new Map();
      for (const text of this.lines("openings.jsonl")) {
        const opening = this.parsed(text, "openings.jsonl");
        if (openings.has(opening.ballot)) this.report.stop("opening", "openings.jsonl");
        openings.set(opening.ballot, opening);
      }
      this.opened = new Map();
      for (const { body, index } of this.ballots) {
        const opening = openings.get(body.ballot);
        if (!opening) {
          this.report.add("opening-missing", "openings.jsonl", index);
          continue;
        }
        openings.delete(body.ballot);
        await this.checkOpening(index, body, opening);
        this.opened.set(this.names[index], opening);
      }
      if (openings.size) this.report.add("opening", "openings.jsonl");
      this.checkElectors();
      const listed = this.lines("uncounted.jsonl").map((text) => this.parsed(text, "uncounted.jsonl").leaf).sort();
      const logged = this.names.filter((_, index) => this.bodies[index].verb === UNCOUNTED).sort();
      if (!same(listed, logged)) this.report.add("uncounted", "uncounted.jsonl");
      await this.checkMarks();
      const sums = this.recount();
      sums.forEach((sum, place) => {
        const stated = { position: this.motions[place].position, ...sum };
        if (!same(stated, this.totals[place])) this.report.add("recount", "totals.json");
      });
      this.report.facts.recounted = sums.map((sum, place) => ({ position: place + 1, ...sum }));
    },

    checkElectors() {
      const standing = new Set();
      const elector = (name) => (this.opened.has(name) ? this.opened.get(name).elector : null);
      for (const { body, index } of this.ballots) {
        const name = this.names[index], own = elector(name), stands = !this.replaced.has(name);
        const before = this.opened.has(body.previous) ? elector(body.previous) : own;
        if (before !== own || (stands && standing.has(own))) this.report.add("elector-twice", "openings.jsonl", index);
        if (stands && own !== null) standing.add(own);
      }
    },

    recount() {
      const sums = this.motions.map(() => Object.fromEntries(NAMES.map((name) => [name, [0, 0]])));
      for (const [name, opening] of this.opened) {
        if (this.replaced.has(name)) continue;
        this.addUp(sums, this.asCounted(opening.choices), this.areas.get(opening.elector) || 0);
      }
      for (const [, choices] of this.marks) this.addUp(sums, this.asCounted(choices), 0);
      return sums;
    },

    /** What was marked in a secret vote is what the certificate's hash was made of. */
    async checkMarks() {
      this.marks = [];
      if (!this.secret) return;
      const rows = this.lines("secret.jsonl").map((text) => this.parsed(text, "secret.jsonl"));
      this.marks = rows.map((row) => [row.id, row.choices]).sort((one, other) => (canonical(one) < canonical(other) ? -1 : 1));
      const fits = (choices) => choices.length === this.motions.length && [...choices].every((mark) => mark in MARKS);
      const odd = !this.marks.every(([, choices]) => fits(choices));
      if (odd || (await sha256(canonical(this.marks))) !== this.result.marks) this.report.add("opening", "secret.jsonl");
    },

    async checkOpening(index, body, opening) {
      const said = { ...without(opening, "ballot"), log: this.log };
      if ((await sha256(canonical(said))) !== body.commitment) this.report.add("opening", "openings.jsonl", index);
      if (!this.areas.has(opening.elector)) this.report.add("opening", "openings.jsonl", index);
      const { choices } = opening;
      if (choices.length !== this.motions.length || [...choices].some((mark) => !(mark in MARKS))) {
        this.report.add("opening", "openings.jsonl", index);
      }
    },

    asCounted(choices) {
      const marked = this.group.filter((place) => choices[place - 1] === "F").length;
      if (marked <= this.seats) return choices;
      return [...choices].map((mark, place) => (this.group.includes(place + 1) ? "X" : mark)).join("");
    },

    addUp(sums, choices, area) {
      [...choices].slice(0, sums.length).forEach((mark, place) => {
        const total = sums[place][MARKS[mark]];
        total[0] += 1;
        total[1] += area;
      });
    },
  });

  // --- receipts ---

  const FIELDS = ["key", "leaf", "opening", "proof", "public_key", "signature", "type", "v"];

  function must(condition) {
    if (!condition) throw new TypeError("receipt");
  }

  const hasOnly = (value, names) => same(Object.keys(value).sort(), names);

  async function checkReceipt(text, report, pack) {
    try {
      const receipt = parse(text.endsWith("\n") ? text.slice(0, -1) : text);
      await checkAlone(receipt, report);
      if (pack) await checkIn(receipt, report, pack);
    } catch (error) {
      if (error instanceof Stop || error.name === "NotSupportedError") throw error;
      report.add("receipt", "receipt");
    }
  }

  async function checkAlone(receipt, report) {
    must(hasOnly(receipt, FIELDS) && receipt.type === "linyi-receipt" && receipt.v === 1);
    must((await keyId(receipt.public_key)) === receipt.key);
    const signed = canonical(without(receipt, "proof", "signature"));
    if (!(await isSigned(signed, receipt.signature, receipt.public_key))) report.stop("receipt", "receipt");
    const leaf = parse(receipt.leaf), { opening, proof } = receipt;
    if (opening !== null && leaf.verb === CAST) {
      const said = await sha256(canonical({ ...opening, log: leaf.log }));
      if (!hasOnly(opening, ["choices", "elector", "salt"]) || said !== leaf.commitment) report.stop("receipt", "receipt");
    }
    const digest = await leafHash(receipt.leaf);
    Object.assign(report.facts, { leaf_hash: hex(digest), leaf, receipt_key: receipt.key, opening });
    if (proof === null) return;
    must(hasOnly(proof, ["head", "index", "path", "size"]));
    const head = await checkHead(proof.head, report);
    const root = await rootByPath(digest, proof.index, proof.size, proof.path);
    if (!same([head.size, head.root, head.log], [proof.size, root, leaf.log])) report.stop("receipt-proof", "receipt");
    Object.assign(report.facts, { index: proof.index, size: proof.size, head_key: head.key });
  }

  async function checkHead(entry, report) {
    must(hasOnly(entry, ["body", "key", "public_key", "signature"]));
    const head = parse(entry.body);
    must(head.type === "tree-head" && head.key === entry.key && (await keyId(entry.public_key)) === entry.key);
    if (!(await isSigned(entry.body, entry.signature, entry.public_key))) report.stop("signature", "head");
    return head;
  }

  async function checkIn(receipt, report, pack) {
    if (report.facts.leaf.log !== pack.log) report.stop("receipt-other", "receipt");
    const key = pack.keys.get(receipt.key);
    if (!key || key.purpose !== "receipt" || key.public_key !== receipt.public_key) report.stop("receipt-key", "receipt");
    if (!pack.trusted.has(receipt.key)) report.stop("key-untrusted", "receipt");
    const name = report.facts.leaf_hash, index = pack.names.indexOf(name);
    if (index < 0) report.stop("receipt-missing", "leaves.jsonl");
    if (receipt.proof !== null) await checkProofIn(receipt.proof, index, report, pack);
    Object.assign(report.facts, { index, replaced: pack.replaced.has(name) });
  }

  async function checkProofIn(proof, index, report, pack) {
    const key = pack.keys.get(proof.head.key);
    if (!key || key.purpose !== "seal" || key.public_key !== proof.head.public_key) report.stop("receipt-key", "receipt");
    if (!pack.trusted.has(proof.head.key)) report.stop("key-untrusted", "receipt");
    if (proof.size > pack.names.length) report.stop("leaves-missing", "leaves.jsonl", pack.names.length);
    if (proof.index !== index) report.stop("receipt-place", "leaves.jsonl", index);
    const root = (await roots(pack.hashes, [proof.size])).get(proof.size);
    if (root !== parse(proof.head.body).root) report.stop("head-fork", "receipt", proof.size);
  }

  // --- an older head ---

  /** The heads in a file that left the machine; where a head comes without its public key, that of the pack is taken. */
  async function outsideHeads(text, report, trust, pack) {
    try {
      const found = JSON.parse(text), entries = found.heads || [found];
      const heads = entries.map((entry) => parse(entry.body));
      must(heads.every((head) => head.type === "tree-head") && new Set(heads.map((head) => head.log)).size === 1);
      for (const [place, head] of heads.entries()) {
        const entry = entries[place], known = pack.keys.get(head.key);
        const publicKey = entry.public_key || (known ? known.public_key : "");
        if (!publicKey || (await keyId(publicKey)) !== head.key) report.stop("key-unknown", "head");
        if (trust.length && !trust.includes(head.key)) report.add("key-untrusted", "head");
        if (!(await isSigned(entry.body, entry.signature, publicKey))) report.stop("signature", "head");
      }
      return heads.sort((one, other) => one.size - other.size);
    } catch (error) {
      if (error instanceof Stop || error.name === "NotSupportedError") throw error;
      return report.stop("malformed", "head");
    }
  }

  /** Whether the log of `pack` begins with what was signed before: a pack (bytes) or one head (text). */
  async function checkOlder(older, report, trust, pack) {
    let heads;
    if (typeof older === "string") {
      heads = await outsideHeads(older, report, trust, pack);
    } else {
      const opened = await Pack.open(older, report, trust);
      await opened.check();
      heads = opened.heads;
    }
    const last = heads[heads.length - 1];
    if (last.log !== pack.log) report.stop("other-log");
    if (last.size > pack.names.length) report.stop("leaves-missing");
    const found = await roots(pack.hashes, heads.map((head) => head.size));
    for (const head of heads) {
      if (found.get(head.size) !== head.root) report.stop("head-fork", "heads.json", head.size);
    }
  }

  // --- what a page asks ---

  /**
   * Check a pack (bytes), a receipt (text) in it, and that its log goes on from an older pack or head.
   * Without a pack the receipt is checked alone.
   */
  async function verify({ pack, receipt, older, trust = [] }) {
    const report = new Report();
    try {
      let opened = null;
      if (pack) {
        opened = await Pack.open(pack, report, trust);
        await opened.check();
      }
      if (older) await checkOlder(older, report, trust, opened);
      if (receipt !== undefined && receipt !== null) await checkReceipt(receipt, report, opened);
      if (!opened && trust.length && !trust.includes(report.facts.receipt_key)) report.add("key-untrusted", "receipt");
    } catch (error) {
      if (!(error instanceof Stop)) throw error;
    }
    return report.document();
  }

  Object.assign(window.LinyiEvidence, { verify });
})();
