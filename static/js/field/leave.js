// On the sign-out page: what the field app had fetched for this person goes; what is unsent stays until they sign in again.
import { clear } from "./person.js";

const form = document.querySelector("form[data-leave]");
form?.addEventListener("submit", async (event) => {
  if (!("indexedDB" in window) || form.dataset.cleared) return;
  event.preventDefault();
  form.dataset.cleared = "yes";
  try {
    await clear();
  } finally {
    form.submit();
  }
});
