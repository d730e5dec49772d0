// What typed numbers mean and whether the form's rules hold for them.
// The same as pipeline/records/numbers.py and pipeline/forms/rules.py; a test compares them.

/** The number that is typed for so many boxes, or null when it cannot be. */
export function valueOf(typed, boxes) {
  const text = typed.trim().toLowerCase().replaceAll("×", "x").replaceAll(" ", "_");
  if (/^[0-9]+$/.test(text)) return text.length > boxes ? null : Number(text);
  if (!/^[0-9x_-]+$/.test(text) || text.length !== boxes) return null;
  const digits = text.replace(/^[x_-]+/, "").replace(/_+$/, "");
  if (digits === "") return 0;
  return digits.includes("_") ? null : Number(digits.replaceAll(/[x-]/g, "0"));
}

/** Left side minus right side of a rule, or null where a value is missing. */
export function difference(rule, values) {
  let total = rule.constant;
  for (const [sign, terms] of [[1, rule.left], [-1, rule.right]]) {
    for (const [factor, name] of terms) {
      const value = values.get(name) ?? null;
      if (value === null) return null;
      total += sign * factor * value;
    }
  }
  return total;
}

/** Whether that difference satisfies the rule; null where it is unknown. */
export function holds(rule, off) {
  if (off === null) return null;
  return (rule.relation === "=" ? Math.abs(off) : off) <= rule.tolerance;
}

/** The rule with numbers in place of names, "?" where one is missing. */
export function equation(rule, values) {
  const sides = [rule.left, rule.right].map((terms) =>
    terms.map(([factor, name]) => (factor === 1 ? "" : `${factor} × `) + (values.get(name) ?? "?")),
  );
  if (rule.constant) sides[rule.constant > 0 ? 0 : 1].push(Math.abs(rule.constant));
  const words = sides.map((side) => side.join(" + ") || "0").join(rule.relation === "=" ? " = " : " ≤ ");
  return rule.tolerance ? `${words} (± ${rule.tolerance})` : words;
}
