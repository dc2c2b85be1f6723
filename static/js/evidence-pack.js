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
  const CAST = "votes.ballot.cast", UNCOUNTED = "votes.ballot.not-counted", SECRET = "votes.ballot.secret-cast";
  const MARKS = { F: "for", A: "against", N: "abstain", M: "follow", X: "invalid", "-": "invalid" };
  const NAMES = ["for", "against", "abstain", "follow", "invalid"];
  const TAKING_PART = NAMES.slice(0, 4);
  const STATUTES = {
    "civil-code-2021": { items: 9, special: [6, 7, 8], quorum: [2, 3], ofAll: false, two: [3, 4] },
    "property-law-2007": { items: 7, special: [5, 6], quorum: null, ofAll: true, two: [2, 3] },
  };

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

  // --- deciding, in whole numbers ---

  const plus = (one, other) => [one[0] + other[0], one[1] + other[1]];
  const exceeds = (one, other) => one[0] > other[0] && one[1] > other[1];
  const takingPart = (sides) => TAKING_PART.reduce((sum, name) => plus(sum, sides[name]), [0, 0]);

  function judge(statute, item, whole, sides) {
    const rule = STATUTES[statute];
    if (!(item >= 1 && item <= rule.items)) throw new TypeError("item");
    const part = takingPart(sides);
    const share = rule.special.includes(item) ? [...rule.two, ">="] : [1, 2, ">"];
    const wanted = [["approval", sides.for, rule.ofAll ? whole : part, share]];
    if (rule.quorum) wanted.unshift(["participation", part, whole, [...rule.quorum, ">="]]);
    const tests = [];
    for (const [name, have, of, [top, bottom, comparison]] of wanted) {
      for (const [dimension, place] of [["area", 1], ["heads", 0]]) {
        const left = BigInt(have[place]) * BigInt(bottom), right = BigInt(of[place]) * BigInt(top);
        const met = comparison === ">" ? left > right : left >= right;
        const need = top + "/" + bottom;
        tests.push({ name: name + "-" + dimension, dimension, have: have[place], of: of[place], need, comparison, met });
      }
    }
    if (tests.some((test) => test.name.startsWith("participation") && !test.met)) return ["quorum-not-met", tests];
    return [tests.every((test) => test.met) ? "passed" : "not-passed", tests];
  }

  const withoutArticles = (tests) => tests.map(({ article, ...test }) => test);

  /** [code, ours, theirs] for each figure of a motion. */
  function decide(statute, roll, cast, row) {
    const whole = [roll.heads, roll.area];
    const side = exceeds(cast.for, cast.against) ? "for" : exceeds(cast.against, cast.for) ? "against" : "";
    const counted = Object.fromEntries(NAMES.map((name) => [name, cast[name]]));
    if (side) Object.assign(counted, { [side]: plus(cast[side], cast.follow), follow: [0, 0] });
    let [verdict, tests] = judge(statute, row.item, whole, counted);
    const pairs = ["for", "against", "abstain"].map((name) => ["totals", counted[name], row[name]]);
    pairs.push(...["follow", "invalid"].map((name) => ["totals", cast[name], row[name]]));
    pairs.push(["totals", takingPart(counted), row.participating], ["tests", tests, withoutArticles(row.tests)]);
    if (row.with_silent !== null) {
      const said = row.with_silent, added = [said.added.heads, said.added.area];
      let withheld = side ? null : "no-majority";
      if (side && !exceeds(plus(cast[side], cast[side]), whole)) withheld = "not-half-of-all";
      const after = side ? { ...counted, [side]: plus(counted[side], added) } : counted;
      [verdict, tests] = judge(statute, row.item, whole, after);
      const figures = {};
      for (const name of ["for", "against", "abstain"]) figures[name] = { heads: after[name][0], area: after[name][1] };
      const silent = [0, 1].map((place) => NAMES.reduce((rest, name) => rest - cast[name][place], whole[place]));
      const fits = added[0] <= silent[0] && added[1] <= silent[1] && !(withheld && (added[0] || added[1]));
      pairs.push(["silent", withheld, said.withheld], ["silent", true, fits], ["silent", figures, said.figures]);
      pairs.push(["silent", verdict, said.verdict], ["silent", tests, withoutArticles(said.tests)]);
    }
    return [...pairs, ["verdict", verdict, row.verdict]];
  }

  /** Outcome, rank and lot of each candidate by number; `results` is a Map of numbers to rows of the result. */
  async function award(election, results) {
    const { seats } = election, last = seats + election.alternates;
    const gone = new Set(election.candidates.filter((one) => one.outcome === "withdrawn").map((one) => one.number));
    const found = new Map();
    for (const [number, row] of results) {
      const passed = row.verdict === "passed";
      const outcome = gone.has(number) ? "withdrawn" : "not-elected";
      found.set(number, { number, outcome, rank: null, for: row.for, passed, lot: "" });
    }
    const fit = [...found.values()].filter((one) => one.passed && !gone.has(one.number));
    fit.sort((one, other) => other.for[0] - one.for[0] || other.for[1] - one.for[1]);
    for (let place = 0; place < fit.length; ) {
      const equals = fit.filter((one) => same(one.for, fit[place].for)), first = place + 1;
      const drawn = equals.length > 1 && first + equals.length - 1 > seats && first <= last;
      for (const one of equals) {
        one.lot = drawn ? await sha256(canonical([election.seed, election.root, one.number])) : "";
      }
      equals.sort((one, other) => (one.lot < other.lot ? -1 : one.lot > other.lot ? 1 : one.number - other.number));
      equals.forEach((one, step) => {
        one.rank = drawn ? first + step : first;
        one.outcome = one.rank <= seats ? "elected" : one.rank <= last ? "alternate" : "not-elected";
      });
      place += equals.length;
    }
    return [...found.values()].sort((one, other) => one.number - other.number);
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

    logged(verb, text) {
      return this.bodies.some((body, index) => body.verb === verb && this.leaves[index].includes(JSON.stringify(text)));
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
      for (const [name, verb] of [["extensions", EXTENDED], ["roll_corrections", CORRECTED]]) {
        const logged = this.bodies.filter((body) => body.verb === verb).map((body) => body.payload);
        if (!same(ours[name], logged)) this.report.add("published", "assembly.json");
      }
    }

    async checkRoll() {
      const heads = new Set();
      let area = 0;
      for (const text of this.lines("roll.jsonl")) {
        const line = this.parsed(text, "roll.jsonl");
        if (this.areas.has(line.number) || heads.has(line.head)) this.report.stop("roll", "roll.jsonl");
        if (line.area !== line.units.reduce((sum, unit) => sum + unit[3], 0)) this.report.add("roll", "roll.jsonl");
        this.areas.set(line.number, line.area);
        heads.add(line.head);
        area += line.area;
      }
      const ours = (this.roll = { heads: heads.size, area, sha256: await sha256(this.files.get("roll.jsonl")) });
      const said = this.published.roll;
      const moved = Object.keys(ours).some((name) => ours[name] !== said[name]);
      if (moved && !this.logged(CORRECTED, ours.sha256)) this.report.add("roll", "roll.jsonl");
    }
  }

  window.LinyiEvidence = { Report, Pack, decide, award, CERTIFIED, CAST, UNCOUNTED, SECRET, MARKS, NAMES };
})();
