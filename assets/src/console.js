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

  // A button that would do nothing without scripts: it stands hidden (x-cloak) until this file is there.
  Alpine.data("printing", () => ({
    print() {
      window.print();
    },
  }));
});
