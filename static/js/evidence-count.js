// The second verifier: counting and deciding, from leaves and totals alone. See evidence-bytes.js.
(function () {
  "use strict";

  const { canonical, same, sha256 } = window.LinyiBytes;
  const MARKS = { F: "for", A: "against", N: "abstain", M: "follow", X: "invalid", "-": "invalid" };
  const NAMES = ["for", "against", "abstain", "follow", "invalid"];
  const TAKING_PART = NAMES.slice(0, 4);
  const STATUTES = {
    "civil-code-2021": { items: 9, special: [6, 7, 8], quorum: [2, 3], ofAll: false, two: [3, 4] },
    "property-law-2007": { items: 7, special: [5, 6], quorum: null, ofAll: true, two: [2, 3] },
  };

  // --- received, counted, not counted ---

  /** Why a ballot does not count once its elector's next one came `by` that way. */
  function whyReplaced(channel, by) {
    return channel === by || [channel, by].includes("mandate") ? "replaced-by-elector" : "replaced-by-precedence";
  }

  /**
   * What was received, counted and not, in all, by channel and by reason. `byHash` has the ballots, `replaced` the
   * channel of what took a ballot's place, `aside` what the leaves of those not counted say.
   */
  function figures(byHash, replaced, aside) {
    const channels = new Map(), reasons = new Map();
    const standing = [...byHash].filter(([name]) => !replaced.has(name)).map(([, body]) => body.channel);
    const leftOut = [...replaced]
      .filter(([name]) => byHash.has(name))
      .map(([name, by]) => [byHash.get(name).channel, whyReplaced(byHash.get(name).channel, by)])
      .concat(aside.map((one) => [one.channel, one.reason]));
    for (const channel of [...standing, ...leftOut.map(([channel]) => channel)]) {
      if (!channels.has(channel)) channels.set(channel, { received: 0, counted: 0 });
      channels.get(channel).received += 1;
    }
    for (const channel of standing) channels.get(channel).counted += 1;
    for (const pair of leftOut) {
      const name = canonical(pair);
      reasons.set(name, [...pair, (reasons.has(name) ? reasons.get(name)[2] : 0) + 1]);
    }
    return {
      received: standing.length + leftOut.length, counted: standing.length, not_counted: leftOut.length,
      channels: Object.fromEntries(channels),
      reasons: [...reasons.keys()].sort().map((name) => reasons.get(name)),
    };
  }

  /** In a secret vote, which is online only, whoever took part is counted. */
  function secretFigures(tookPart) {
    const all = { received: tookPart, counted: tookPart };
    return { ...all, not_counted: 0, channels: { online: all }, reasons: [] };
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

  /** The same for an opinion asked in secret: heads only, carried by more than half of those taking part. */
  function decideSecret(cast, row) {
    const [of] = takingPart(cast), [have] = cast.for, met = 2 * have > of;
    const test = { name: "approval-heads", dimension: "heads", have, of, need: "1/2", comparison: ">", met };
    return [
      ...NAMES.map((name) => ["totals", [cast[name][0], 0], cast[name]]),
      ...NAMES.map((name) => ["totals", cast[name], row[name]]),
      ["totals", [of, 0], row.participating],
      ["tests", [test], withoutArticles(row.tests)],
      ["silent", null, row.with_silent],
      ["verdict", met ? "passed" : "not-passed", row.verdict],
    ];
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

  window.LinyiCount = { MARKS, NAMES, figures, secretFigures, decide, decideSecret, award };
})();
