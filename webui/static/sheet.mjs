// The keyboard, the live sums and the zoom of a sheet's page; the form works without this.

import { difference, equation, holds, valueOf } from "./sums.mjs";

const form = document.getElementById("numbers");
const paper = document.getElementById("paper");
const zoomButton = document.getElementById("zoom");
let current = null;
let zoomed = false;

function show(name) {
  current = name;
  for (const place of paper?.querySelectorAll(".place") ?? []) {
    place.classList.toggle("current", place.dataset.field === name);
  }
  frame();
}

/** Whole page, or so much of it that the current field and its surroundings fill the pane. */
function frame() {
  if (!paper) return;
  const [x, y, w, h] = paper.dataset.whole.split(" ").map(Number);
  const place = paper.querySelector(".place.current");
  if (!zoomed || !place) {
    paper.setAttribute("viewBox", `${x} ${y} ${w} ${h}`);
    return;
  }
  const box = place.getBBox();
  const share = Math.min(1, Math.max((3 * box.width) / w, (3 * box.height) / h));
  const [vw, vh] = [w * share, h * share];
  const left = Math.min(Math.max(box.x + box.width / 2 - vw / 2, x), x + w - vw);
  const top = Math.min(Math.max(box.y + box.height / 2 - vh / 2, y), y + h - vh);
  paper.setAttribute("viewBox", `${left} ${top} ${vw} ${vh}`);
}

function zoom() {
  zoomed = !zoomed;
  zoomButton?.setAttribute("aria-pressed", String(zoomed));
  frame();
}

if (zoomButton) {
  zoomButton.hidden = false;
  zoomButton.addEventListener("click", zoom);
}
document.getElementById("error")?.focus();

if (form) {
  const inputs = [...form.querySelectorAll("input.number")];
  const doubtful = inputs.filter((input) => "doubtful" in input.dataset);
  const rules = [...form.querySelectorAll("[data-rule]")];
  const paperWrong = document.getElementById("paper-wrong");
  const checkbox = document.getElementById("paper_wrong");
  const send = document.getElementById("send");
  const say = document.getElementById("say");

  const field = (input) => input.closest(".field");
  const valid = (input) => valueOf(input.value, Number(input.dataset.boxes)) !== null;
  const go = (input) => {
    input?.focus();
    input?.select?.();
  };

  function judge(input) {
    const problem = field(input).querySelector(".problem");
    const fine = valid(input);
    problem.textContent = fine ? "" : form.dataset.invalid;
    input.toggleAttribute("aria-invalid", !fine);
    if (!fine) input.setAttribute("aria-invalid", "true");
    field(input).classList.toggle("wrong", !fine);
    return fine;
  }

  /** Only what changed: screen readers say every change aloud. */
  function tell(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function addUp() {
    const values = new Map(
      inputs.map((input) => [
        field(input).dataset.field,
        valueOf(input.value, Number(input.dataset.boxes)),
      ]),
    );
    let failing = false;
    for (const item of rules) {
      const rule = JSON.parse(item.dataset.rule);
      const off = difference(rule, values);
      const state = { true: "holds", false: "fails", null: "unknown" }[String(holds(rule, off))];
      const sign = off > 0 ? "+" : "−";
      item.classList.remove("holds", "fails", "unknown");
      item.classList.add(state);
      tell(item.querySelector(".sum"), equation(rule, values));
      tell(
        item.querySelector("b"),
        state === "fails" ? `${form.dataset.fails} ${sign}${Math.abs(off)}` : form.dataset[state],
      );
      failing ||= state === "fails";
    }
    paperWrong.hidden = !failing;
    if (!failing) checkbox.checked = false;
    return failing;
  }

  /** The doubtful field that nobody has looked at yet, else what is left to do. */
  function following(input) {
    const after = inputs.slice(inputs.indexOf(input) + 1);
    const unseen = (one) => !field(one).classList.contains("seen");
    return (
      after.find((one) => "doubtful" in one.dataset && unseen(one)) ??
      doubtful.find(unseen) ??
      (paperWrong.hidden || checkbox.checked ? whoOrSend() : checkbox)
    );
  }

  function whoOrSend() {
    const who = document.getElementById("who");
    return who.value.trim() === "" ? who : send;
  }

  function accept(input) {
    if (!judge(input)) return;
    field(input).classList.add("seen");
    addUp();
    go(following(input));
  }

  for (const input of inputs) {
    input.addEventListener("focus", () => show(field(input).dataset.field));
    input.addEventListener("input", () => {
      field(input).classList.remove("seen");
      field(input).classList.toggle("edited", input.value !== input.defaultValue);
      if (field(input).classList.contains("wrong")) judge(input);
      addUp();
    });
    input.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === "Enter") accept(input);
      else if (step) go(inputs[inputs.indexOf(input) + step]);
      else if (event.key.toLowerCase() === "z") zoom();
      else return;
      event.preventDefault();
    });
  }

  for (const place of paper?.querySelectorAll(".place") ?? []) {
    place.addEventListener("click", () => go(document.getElementById(`f-${place.dataset.field}`)));
  }

  checkbox.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    // Saying that the paper is wrong takes its own key: Enter pressed once too often must not.
    if (checkbox.checked) go(whoOrSend());
    else say.textContent = form.dataset.tick;
  });

  form.addEventListener("submit", (event) => {
    const wrong = inputs.filter((input) => !judge(input));
    const unseen = doubtful.filter((input) => !field(input).classList.contains("seen"));
    const first = wrong[0] ?? unseen[0];
    if (first === undefined && !form.classList.contains("sending")) {
      form.classList.add("sending");
      return;
    }
    event.preventDefault();
    if (first === undefined) return;
    say.textContent = wrong.length ? form.dataset.invalid : form.dataset.unseen;
    go(first);
  });

  // Coming back with the browser's back button, the page may be the one that was left.
  addEventListener("pageshow", () => form.classList.remove("sending"));

  addUp();
  if (!document.getElementById("error")) go(doubtful[0] ?? inputs[0]);
  else show(field(inputs.find((input) => !valid(input)) ?? inputs[0]).dataset.field);
}
