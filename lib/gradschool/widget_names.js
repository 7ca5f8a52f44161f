// Gives the sliders, fields and play buttons beside this invisible widget the names that screen readers say, and tells
// Python what stands in a field when Enter is pressed. ipywidgets draws a label beside a slider, but ties it to nothing
// that has a role.
const BUTTONS = ["Play or pause", "Stop, and go back to the beginning", "Repeat"];

function named(element, name) {
  if (name && element.getAttribute("aria-label") !== name) element.setAttribute("aria-label", name);
}

function nameAll(box) {
  for (const handle of box.querySelectorAll(".noUi-handle"))
    named(handle, handle.closest(".jupyter-widgets")?.querySelector(".widget-label")?.textContent.trim());
  for (const field of box.querySelectorAll("input")) {
    const widget = field.closest(".jupyter-widgets"); // one with a description has a label of its own
    const label = widget?.querySelector("label");
    if (!label?.textContent) named(field, field.title || label?.title); // where ipywidgets puts a tooltip
  }
  for (const play of box.querySelectorAll(".widget-play"))
    play.querySelectorAll("button").forEach((button, i) => named(button, BUTTONS[i]));
}

function render({ model, el }) {
  el.style.display = "none";
  let watching, waiting, listening;
  const enter = (event) => {
    // The text goes along: ipywidgets may still hold back the last letters of the field's value.
    if (event.key === "Enter" && event.target.matches("input[type=text]")) model.send({ entered: event.target.value });
  };
  const begin = () => {
    const box = el.closest(".widget-vbox");
    if (!box) return void (waiting = requestAnimationFrame(begin)); // not put into its box yet
    nameAll(box);
    listening = box;
    box.addEventListener("keydown", enter, true); // before the field itself, which lets no key through
    watching = new MutationObserver(() => nameAll(box)); // sliders come later, and are made anew
    watching.observe(box, { childList: true, subtree: true });
  };
  waiting = requestAnimationFrame(begin);
  return () => {
    cancelAnimationFrame(waiting);
    listening?.removeEventListener("keydown", enter, true);
    watching?.disconnect();
  };
}

export default { render };
