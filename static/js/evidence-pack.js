// The second verifier, second half: what a pack and a receipt must satisfy. See evidence-bytes.js.
(function () {
  "use strict";

  const {
    Stop, canonical, same, parse, decode, hex, sha256, leafHash, roots, rootByPath, isSigned, keyId, readZip,
  } = window.LinyiBytes;
  const KIND = {};
  for (const [kind, codes] of Object.entries(window.LinyiProblems)) for (const code in codes) KIND[code] = kind;
  const EXIT = { ok: 0, tampered: 2, fork: 3, incomplete: 4, "unknown-key": 5 };
  const WORST_FIRST = ["fork", "tampered", "unknown-key", "incomplete"];
  const ALWAYS = [
    "README.txt", "assembly.json", "cover.html", "cover.txt", "heads.json", "keys.json", "leaves.jsonl", "leaves.sha256",
    "notice.txt", "result.json", "roll.jsonl", "topics.txt", "totals.json", "verifier.py",
  ];
  const ONLY_FULL = ["mandates.jsonl", "openings.jsonl", "papers.jsonl", "uncounted.jsonl"];
  const SOMETIMES = ["election.json", "secret.jsonl"];
  const PUBLISHED = "votes.assembly.published", CERTIFIED = "votes.assembly.certified";
  const EXTENDED = "votes.assembly.extended", CORRECTED = "votes.roll.corrected";
  const CAST = "votes.ballot.cast", UNCOUNTED = "votes.ballot.not-counted", TOOK_PART = "votes.ballot.took-part";

  class Report {
    constructor() {
      this.problems = [];
      this.facts = {};
    }

    add(code, file = "", leaf = null) {
      const kind = KIND[code];
      let where = file ? "（" + file + "）" : "";
      if (Array.isArray(leaf)) where += "，第 " + leaf[0] + " 至 " + leaf[1] + " 片叶之间";
      else if (leaf !== null) where += "，第 " + leaf + " 片叶";
      this.problems.push({ kind, code, file, leaf, message: window.LinyiProblems[kind][code] + where + "。" });
    }

    stop(code, file, leaf) {
      this.add(code, file, leaf);
      throw new Stop(code);
    }

    get verdict() {
      return WORST_FIRST.find((kind) => this.problems.some((one) => one.kind === kind)) || "ok";
    }

    document() {
      const verdict = this.verdict;
      const first = this.problems.find((one) => one.kind === verdict) || null;
      return { verdict, exit: EXIT[verdict], first, problems: this.problems.slice(0, 100), facts: this.facts };
    }
  }

  // --- the pack ---

  class Pack {
    constructor(files, report, trust) {
      Object.assign(this, { files, report, trust, keys: new Map(), leaves: [], bodies: [], hashes: [], heads: [] });
      Object.assign(this, { areas: new Map(), group: [], seats: 0 });
    }

    static async open(data, report, trust) {
      return new Pack(await readZip(data, report), report, trust || []);
    }

    async check() {
      try {
        await this.checkManifest();
        await this.checkKeys();
        await this.checkSigner();
        await this.checkLeaves();
        await this.checkHeads();
        await this.checkPublication();
        await this.checkRoll();
        await this.checkCertificate();
        this.checkCounts();
        this.checkDecisions();
        await this.checkElection();
        if (this.manifest.level === "full") await this.checkOpenings();
      } catch (error) {
        if (error instanceof Stop || error.name === "NotSupportedError") throw error;
        this.report.add("malformed");
      }
    }

    text(name) {
      if (!this.files.has(name)) this.report.stop("file-missing", name);
      try {
        return decode(this.files.get(name));
      } catch {
        return this.report.stop("not-canonical", name);
      }
    }

    parsed(text, file, leaf) {
      try {
        return parse(text);
      } catch {
        return this.report.stop("not-canonical", file, leaf);
      }
    }

    json(name) {
      return this.parsed(this.text(name), name);
    }

    lines(name) {
      const text = this.text(name);
      if (text && !text.endsWith("\n")) this.report.stop("file-cut", name);
      return text.split("\n").slice(0, -1);
    }

    async checkManifest() {
      for (const name of ["manifest.json", "manifest.sig"]) {
        if (!this.files.has(name)) this.report.stop("file-missing", name);
      }
      const manifest = (this.manifest = this.json("manifest.json"));
      if (manifest.type !== "linyi-evidence-pack" || manifest.v !== 1) this.report.stop("version", "manifest.json");
      const listed = new Map(manifest.files.map((one) => [one.name, one])), names = [...listed.keys()];
      if (!same(names, [...names].sort()) || names.length !== manifest.files.length) {
        this.report.add("malformed", "manifest.json");
      }
      const wanted = new Set(manifest.level === "full" ? [...ALWAYS, ...ONLY_FULL] : ALWAYS);
      const present = [...this.files.keys()].filter((name) => !name.startsWith("manifest.")).sort();
      const missing = [...new Set([...wanted, ...names])].filter((name) => !present.includes(name)).sort();
      for (const name of missing) this.report.add("file-missing", name);
      if (missing.some((name) => wanted.has(name))) throw new Stop("file-missing");
      for (const name of present) {
        const body = this.files.get(name), one = listed.get(name);
        if (!one || !(wanted.has(name) || SOMETIMES.includes(name))) this.report.add("file-added", name);
        else if (!same(one, { name, sha256: await sha256(body), size: body.length })) this.report.add("file-changed", name);
      }
      this.log = manifest.log;
      for (const name of ["level", "assembly", "log", "created_at"]) this.report.facts[name] = manifest[name];
    }

    async checkKeys() {
      for (const key of this.json("keys.json").keys) {
        const id = await keyId(key.public_key).catch(() => "");
        if (id !== key.id || this.keys.has(key.id)) this.report.stop("key-id", "keys.json");
        this.keys.set(key.id, key);
      }
      for (const key of this.keys.values()) {
        if (!key.statement) continue;
        const own = await isSigned(key.statement, key.signature, key.public_key);
        if (!own || !key.statement.includes(key.id)) this.report.add("key-statement", "keys.json");
      }
      this.trusted = new Set(this.trust.length ? this.trust : this.keys.keys());
      for (let grown = true; grown; ) {
        grown = false;
        for (const key of this.keys.values()) {
          if (this.trusted.has(key.id) || !(await this.follows(key))) continue;
          this.trusted.add(key.id);
          grown = true;
        }
      }
      this.report.facts.keys = [...this.keys.values()].map(({ id, purpose }) => ({ id, purpose }));
    }

    async follows(key) {
      const before = this.keys.get(key.predecessor || "");
      if (!before || !this.trusted.has(before.id) || !key.statement) return false;
      return isSigned(key.statement, key.predecessor_signature, before.public_key);
    }

    async checkSignature(body, signature, id, purposes, file) {
      const key = this.keys.get(id);
      if (!key || !purposes.includes(key.purpose)) {
        this.report.add("key-unknown", file);
        return false;
      }
      if (!this.trusted.has(id)) this.report.add("key-untrusted", file);
      const good = await isSigned(body, signature, key.public_key);
      if (!good) this.report.add("signature", file);
      return good;
    }

    async checkSigner() {
      const mark = this.json("manifest.sig");
      if (mark.key !== this.manifest.key || !same(Object.keys(mark).sort(), ["key", "signature"])) {
        this.report.stop("signature", "manifest.sig");
      }
      await this.checkSignature(this.text("manifest.json"), mark.signature, mark.key, ["seal", "receipt"], "manifest.sig");
    }

    async checkLeaves() {
      this.leaves = this.lines("leaves.jsonl");
      const listed = this.lines("leaves.sha256");
      this.hashes = await Promise.all(this.leaves.map(leafHash));
      this.names = this.hashes.map(hex);
      this.leaves.forEach((text, index) => {
        if (index < listed.length && listed[index] !== this.names[index]) {
          this.report.stop("leaf-changed", "leaves.jsonl", index);
        }
        const body = this.parsed(text, "leaves.jsonl", index);
        if (body.v !== 1 || body.log !== this.log) this.report.stop("leaf-foreign", "leaves.jsonl", index);
        this.bodies.push(body);
      });
      if (listed.length !== this.leaves.length) {
        const code = listed.length > this.leaves.length ? "leaves-missing" : "leaf-added";
        this.report.stop(code, "leaves.jsonl", Math.min(listed.length, this.leaves.length));
      }
      const seen = new Set();
      this.names.forEach((name, index) => {
        if (seen.has(name)) this.report.stop("leaf-twice", "leaves.jsonl", index);
        seen.add(name);
      });
      this.report.facts.leaves = this.leaves.length;
    }

    async checkHeads() {
      const { heads } = this.json("heads.json");
      if (!heads.length) this.report.stop("head-missing", "heads.json");
      for (const entry of heads) {
        const head = this.parsed(entry.body, "heads.json");
        if (head.type !== "tree-head" || head.v !== 1 || head.log !== this.log) this.report.stop("head-foreign", "heads.json");
        if (head.key !== entry.key) this.report.stop("head-key", "heads.json");
        if (!(await this.checkSignature(entry.body, entry.signature, entry.key, ["seal"], "heads.json"))) {
          throw new Stop("signature");
        }
        this.heads.push(head);
      }
      const found = await roots(this.hashes, this.heads.map((head) => head.size));
      this.heads.forEach((head, place) => this.checkPlace(head, this.heads[place - 1] || null, found));
      const last = this.heads[this.heads.length - 1];
      if (!same(this.manifest.head, { size: last.size, root: last.root })) {
        this.report.add("head-missing", "manifest.json", last.size);
      }
      if (last.size < this.leaves.length) this.report.stop("leaf-unsealed", "leaves.jsonl", last.size);
      this.report.facts.head = { size: last.size, root: last.root, at: last.at, key: last.key };
    }

    checkPlace(head, before, found) {
      const { size } = head, since = before ? before.size : 0;
      if (before && size === since && head.root !== before.root) this.report.stop("head-fork", "heads.json", size);
      if (size <= since) this.report.stop("head-order", "heads.json", size);
      if (size > this.leaves.length) this.report.stop("leaves-missing", "leaves.jsonl", this.leaves.length);
      if (found.get(size) !== head.root) this.report.stop("head-root", "leaves.jsonl", [since, size]);
      const named = head.previous;
      if (named && before && named.size === since && named.root !== before.root) {
        this.report.stop("head-fork", "heads.json", size);
      }
      if (!same(named, before && { size: since, root: before.root })) this.report.stop("head-missing", "heads.json", size);
    }

    only(verb) {
      const found = this.bodies.flatMap((body, index) => (body.verb === verb ? [index] : []));
      if (!found.length) this.report.stop("leaf-missing", "leaves.jsonl");
      if (found.length > 1) this.report.stop("leaf-repeated", "leaves.jsonl", found[1]);
      return [found[0], this.bodies[found[0]].payload];
    }

    /** The events of this kind as they happened: leaves that were sealed at once lie in another order. */
    inTime(verb) {
      const found = this.bodies.filter((body) => body.verb === verb);
      return found.sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
    }

    async checkPublication() {
      const [index, said] = this.only(PUBLISHED);
      const ours = (this.assembly = this.json("assembly.json"));
      this.published = said;
      this.motions = ours.motions;
      const stated = {
        estate: ours.estate, title: ours.title, kind: ours.kind, convener: ours.convener, window: ours.window,
        rules: ours.rules, statute: ours.statute, developer_electors: ours.developer_electors,
        notice: await sha256(this.files.get("notice.txt")), topics: await sha256(this.files.get("topics.txt")),
        motions: await sha256(canonical(this.motions)), slots: this.motions.length,
      };
      for (const name of Object.keys(stated)) {
        if (name === "developer_electors" && ours.roll_corrections.length) continue;
        if (stated[name] === undefined) throw new TypeError(name);
        if (name in said && !same(stated[name], said[name])) this.report.add("published", "assembly.json", index);
      }
      this.scope = ours.scope ?? null;
      if (!same(this.scope, said.scope ?? null)) this.report.add("published", "assembly.json", index);
      for (const [name, verb] of [["extensions", EXTENDED], ["roll_corrections", CORRECTED]]) {
        const logged = this.bodies.filter((body) => body.verb === verb).map((body) => body.payload);
        if (!same(ours[name], logged)) this.report.add("published", "assembly.json");
      }
    }

    /** Whether a home lies in the part that decides: a building, or one staircase of it. */
    isInScope(building, staircase) {
      return this.scope === null || (this.scope[0] === building && ["", staircase].includes(this.scope[1]));
    }

    async checkRoll() {
      const heads = new Set();
      let area = 0;
      for (const text of this.lines("roll.jsonl")) {
        const line = this.parsed(text, "roll.jsonl");
        if (this.areas.has(line.number) || heads.has(line.head)) this.report.stop("roll", "roll.jsonl");
        const inside = line.units.every((unit) => this.isInScope(unit[0], unit[1]));
        if (!inside || line.area !== line.units.reduce((sum, unit) => sum + unit[3], 0)) {
          this.report.add("roll", "roll.jsonl");
        }
        this.areas.set(line.number, line.area);
        heads.add(line.head);
        area += line.area;
      }
      const ours = (this.roll = { heads: heads.size, area, sha256: await sha256(this.files.get("roll.jsonl")) });
      let said = this.published.roll, follows = true;
      for (const { at, payload } of this.inTime(CORRECTED)) {
        follows = follows && at < this.published.window[0] && payload.before === said.sha256;
        said = payload.roll;
      }
      if (!same(ours, said) || !follows) this.report.add("roll", "roll.jsonl");
    }
  }

  window.LinyiEvidence = { Report, Pack, CERTIFIED, EXTENDED, CAST, UNCOUNTED, TOOK_PART };
})();
