// Decides the colours before anything is painted; a page's own script would come too late.
(() => {
  let choice = null;
  try {
    choice = localStorage.getItem("theme");
  } catch {
    // Storage may be forbidden; then the system's wish is followed.
  }
  if (choice !== "dark" && choice !== "light") {
    choice = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
  }
  document.documentElement.dataset.theme = choice;
})();
