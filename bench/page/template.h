/* template.h - the templates of the page, which are in the program, and what is made with them.
 *
 * They are XSLT (templates/, page.xsl first), done by libxslt: of the engines that a C program
 * can link the one that escapes whatever it writes, and that refuses a template whose elements
 * do not close. They read nothing but each other: no file, no network. */
#ifndef PAGE_TEMPLATE_H
#define PAGE_TEMPLATE_H

#include <libxml/tree.h>
#include <stddef.h>

/* Makes HTML of a tree. Returns its text, *length bytes, which the caller owns (free); NULL,
 * and a line in `why`, where the templates are wrong. Ends the program when out of memory. */
char *template_render(xmlDoc *tree, size_t *length, char *why, size_t size);

#endif
