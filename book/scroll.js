// Tables and code that are wider than the page scroll inside it; with this, by keyboard too.
(() => {
    "use strict";
    const scrolling = document.querySelectorAll("main .table-wrapper, main pre > code");
    const update = () => {
        for (const element of scrolling) {
            if (element.scrollWidth > element.clientWidth) {
                element.tabIndex = 0;
            } else {
                element.removeAttribute("tabindex");
            }
        }
    };
    update();
    window.addEventListener("load", update);
    window.addEventListener("resize", update);
    // What is folded away has no width before it is opened.
    document.addEventListener("toggle", update, true);
})();
