// Offers passkeys only where the browser has them and the address allows them (a name, not a number).

const isNumber = /^[\d.]+$|^\[/.test(location.hostname);
const isAble = window.isSecureContext && "PublicKeyCredential" in window && !isNumber;

for (const part of document.querySelectorAll("[data-passkey]")) part.hidden = !isAble;

document.addEventListener("allauth.error", (event) => {
  // Closing the browser's own dialogue is no error; the page says what else can be done.
  event.preventDefault();
  const problem = document.querySelector("[data-passkey-problem]");
  if (problem) problem.hidden = false;
});
