// Texts that go into the ledger: in Chinese, the language of the ledger, whatever language the phone is in.
const LONGEST = 1_900;

// What a visit found, in the words of the checklist and of the person.
export function textOf(site, items, { notes, text }) {
  const failed = items.map((item) => [item.text, notes[item.code]].filter(Boolean).join("："));
  return `${site.name}：${failed.join("；")}不合格。${text}`.slice(0, LONGEST);
}
