// Photos of a report or a visit on its page: those taken, the camera, the album.
import { h, hour, icon, live, words } from "./dom.js";
import { MAX_PHOTOS, addPhotos } from "./drafts.js";

// ``begun``: before the first photo is read; ``changed``: after photos came or went; ``refuse``: says why not all of them came.
export function camera(draft, { begun = () => {}, changed, refuse }) {
  return live((again) => {
    const take = async (input, options) => {
      const room = MAX_PHOTOS - draft.photos.length;
      begun();
      await addPhotos(draft, [...input.files], options);
      refuse(input.files.length > room ? words(gettext("照片最多 %s 张。"), [MAX_PHOTOS]) : "");
      again();
      await changed();
    };
    const remove = async (photo) => {
      draft.photos.splice(draft.photos.indexOf(photo), 1);
      again();
      await changed();
    };
    return [
      h("ul.m-photos", {}, draft.photos.map((photo) => thumbnail(photo, remove)), h("li.m-shoot", {}, icon("camera"), h("span", {}, gettext("拍照")), chooser(gettext("拍照"), { capture: "environment" }, take))),
      h("label.m-pick", {}, h("span", {}, icon("photo"), gettext("从相册选")), chooser(gettext("从相册选"), { multiple: true }, (input) => take(input, { fromAlbum: true }))),
    ];
  });
}

function chooser(label, how, take) {
  const input = h("input", { type: "file", accept: "image/*", "aria-label": label, ...how });
  input.addEventListener("change", () => take(input));
  return input;
}

function thumbnail(photo, remove) {
  const image = h("img", { alt: gettext("照片"), src: URL.createObjectURL(photo.blob) });
  image.addEventListener("load", () => URL.revokeObjectURL(image.src));
  return h("li", {}, image, h("small", {}, photo.from_album ? gettext("相册") : hour(photo.at)), h("button", { type: "button", "aria-label": gettext("删除这张照片"), onclick: () => remove(photo) }, "×"));
}
