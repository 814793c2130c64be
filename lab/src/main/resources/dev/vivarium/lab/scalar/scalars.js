(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const select = document.getElementById("component");
  const texts = Array.from(document.querySelectorAll(".tokens"), text => Array.from(text.querySelectorAll(".t")));

  // the same rule as in the page as it was written
  function level(value, strong) {
    const level = strong > 0 ? Math.min(5, Math.round(5 * Math.abs(value) / strong)) : 0;
    return level === 0 ? "z" : (value > 0 ? "p" : "n") + level;
  }

  function show(component) {
    texts.forEach((tokens, answer) => tokens.forEach((token, t) => {
      const value = data.values[answer][t][component];
      token.className = "t " + level(value, data.strong[component]);
      token.querySelector("i").textContent = (value < 0 ? "−" : "+") + Math.abs(value).toFixed(1);
    }));
  }

  select.parentElement.hidden = false;
  select.addEventListener("change", () => show(Number(select.value)));
})();
