// One of several: ordinal, single, boolean. Several of many: multiple. The inputs hold the state.

export function choice(node) {
  const inputs = [...node.querySelectorAll("input")];
  const chosen = () => inputs.find((input) => input.checked);
  return {
    ...common(node, inputs),
    isDone: true,
    value: () => read(node.dataset.kind, chosen()?.value),
    restore: (value) => tick(inputs, [value]),
    fault: ({ texts }) => (chosen() ? "" : texts.choose),
    press(key) {
      const input = byKey(inputs, key);
      if (!input) return false;
      input.checked = true;
      return told(input);
    },
  };
}

export function multiple(node) {
  const inputs = [...node.querySelectorAll("input")];
  const chosen = () => inputs.filter((input) => input.checked).map((input) => input.value);
  const least = Number(node.dataset.least ?? 1);
  const most = Number(node.dataset.most ?? inputs.length);
  return {
    ...common(node, inputs),
    value: () => (chosen().length ? chosen() : null),
    restore: (values) => tick(inputs, values),
    excess: ({ texts }) => (chosen().length > most ? texts.at_most.replace("{n}", most) : ""),
    fault({ texts }) {
      const n = chosen().length;
      if (!n) return texts.choose;
      if (n < least) return texts.at_least.replace("{n}", least);
      return n > most ? texts.at_most.replace("{n}", most) : "";
    },
    press(key) {
      const input = byKey(inputs, key);
      if (!input) return false;
      input.checked = !input.checked;
      return told(input);
    },
  };
}

function common(node, inputs) {
  return {
    takesTurn: true,
    focus: () => (inputs.find((input) => input.checked) ?? inputs[0])?.focus(),
    clear() {
      const had = inputs.some((input) => input.checked);
      tick(inputs, []);
      return had;
    },
  };
}

function byKey(inputs, key) {
  return inputs.find((input) => input.dataset.hotkey === key);
}

function tick(inputs, values) {
  const wanted = new Set(values.map(String));
  for (const input of inputs) input.checked = wanted.has(input.value);
}

function told(input) {
  input.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

function read(kind, value) {
  if (value === undefined) return null;
  if (kind === "ordinal") return Number(value);
  return kind === "boolean" ? value === "true" : value;
}
