// Files dropped on a form are sent at once, with a bar. Without this module the form works as it is.
// <form data-upload> holds an input of files and <div data-upload-progress hidden> with a bar.

const bind = (form) => {
  const input = form.querySelector("input[type=file]");
  const drop = form.querySelector("[data-upload-drop]");
  const box = form.querySelector("[data-upload-progress]");
  const bar = box.querySelector("progress");
  const words = box.querySelector("[data-upload-words]");
  const problem = form.querySelector("[data-upload-problem]");
  let isBusy = false;

  const fail = () => {
    isBusy = false;
    box.hidden = true;
    problem.hidden = false;
  };

  const send = () => {
    if (isBusy || !input.files.length) return;
    isBusy = true;
    problem.hidden = true;
    box.hidden = false;
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.value = event.loaded / event.total;
      if (event.loaded === event.total) words.textContent = words.dataset.after;
    });
    request.addEventListener("load", () => {
      if (request.status === 200 && request.response) location.assign(request.response.next);
      else fail();
    });
    request.addEventListener("error", fail);
    request.send(new FormData(form));
  };

  input.addEventListener("change", send);
  form.addEventListener("submit", (event) => {
    if (!input.files.length) return;
    event.preventDefault();
    send();
  });
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("is-over");
    });
  }
  for (const name of ["dragleave", "drop"]) {
    drop.addEventListener(name, () => drop.classList.remove("is-over"));
  }
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    send();
  });
};

document.querySelectorAll("form[data-upload]").forEach(bind);
