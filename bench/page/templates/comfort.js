/* comfort.js - comforts only: the page is whole without. */
