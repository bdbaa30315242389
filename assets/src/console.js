// Behaviour that plain HTML has not. Pages work without it: menus open, forms are sent, links lead.
document.addEventListener("alpine:init", () => {
  const { Alpine } = window;

  // <details> as a menu: closes on Escape, on a click elsewhere and when the focus leaves it.
  Alpine.data("menu", () => ({
    close() {
      this.$root.open = false;
    },
    escape() {
      if (!this.$root.open) return;
      this.close();
      this.$root.querySelector("summary").focus();
    },
    leave(event) {
      if (event.relatedTarget && !this.$root.contains(event.relatedTarget)) this.close();
    },
  }));

  // A form of choices that shows the result as soon as one is made; typing into a field waits for Enter.
  Alpine.data("filters", () => ({
    send(event) {
      if (event.target.matches("select, [type=checkbox], [type=radio]")) this.$root.requestSubmit();
    },
  }));

  // A button that would do nothing without scripts: it stands hidden (x-cloak) until this file is there.
  Alpine.data("printing", () => ({
    print() {
      window.print();
    },
  }));

  // A text that is copied by a button; without scripts it is selected and copied by hand.
  Alpine.data("copying", () => ({
    fresh: true,
    copied: false,
    select() {
      this.$refs.text.select();
    },
    async copy() {
      this.$refs.text.select();
      // Over plain HTTP from another machine there is no clipboard; the old command does then.
      if (navigator.clipboard) await navigator.clipboard.writeText(this.$refs.text.value);
      else document.execCommand("copy");
      this.fresh = false;
      this.copied = true;
    },
  }));

  // A long form that is drawn anew on the server while one goes on with it. What a button asked for stands in
  // the field `late` until it is done: a choice made meanwhile takes its place on the way and brings it along.
  // Before the page is left with anything unsaved the browser asks; sending the form is no leaving.
  Alpine.data("longform", () => ({
    init() {
      this.$root.addEventListener("change", () => this.hold());
      this.$root.addEventListener("click", (event) => {
        const button = event.target.closest("button[name=do][hx-post]");
        if (!button) return;
        this.hold();
        const late = this.$root.querySelector("input[name=late]");
        late.value = late.value ? `${late.value};${button.value}` : button.value;
      });
      this.$root.addEventListener("submit", () => window.removeEventListener("beforeunload", this.ask));
    },
    hold() {
      window.addEventListener("beforeunload", this.ask);
    },
    ask(event) {
      event.preventDefault();
    },
  }));

  // The time zone this browser lives in, put where nobody has said another yet.
  Alpine.data("zone", () => ({
    init() {
      const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
      const options = [...document.querySelectorAll("#zones option")];
      const found = options.find((option) => option.dataset.zone === timeZone);
      if (found) this.$root.querySelector("input").value = found.value;
    },
  }));
});
