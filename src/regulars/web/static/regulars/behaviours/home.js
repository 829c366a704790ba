// Chooses the browser's own time zone and country where nothing is chosen yet.
// <select data-home="timezone"> and <select data-home="country">.

const guesses = {
  timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  country: new Intl.Locale(navigator.language).region,
};

for (const select of document.querySelectorAll("select[data-home]")) {
  const guess = guesses[select.dataset.home];
  const isThere = [...select.options].some((option) => option.value === guess);
  if (!select.value && isThere) select.value = guess;
}
