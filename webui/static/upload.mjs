// Says what is chosen and that sending goes on; the form works without this.

const form = document.getElementById("upload");
const progress = document.getElementById("progress");
const photos = document.getElementById("photos");

photos.addEventListener("change", () => {
  progress.textContent = `${form.dataset.chosen}: ${photos.files.length}`;
});

form.addEventListener("submit", (event) => {
  if (form.classList.contains("sending")) {
    event.preventDefault();
    return;
  }
  form.classList.add("sending");
  progress.textContent = form.dataset.sending;
});

// Coming back with the browser's back button, the page may be the one that was left.
addEventListener("pageshow", () => form.classList.remove("sending"));
