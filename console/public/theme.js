// Before the first paint: the theme that was chosen, or the system's.
(function () {
  try {
    var chosen = localStorage.getItem('nullius-theme');
    if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen;
  } catch (unavailable) {
    // Without storage the system's preference holds.
  }
})();
