/* tree.h - the page as a tree of elements, before the templates make HTML of it.
 *
 * What is put in is text, whatever it holds: only whoever writes the tree out (libxml2's
 * serializer) knows how markup looks, so that no name of a pool, a file or a host can
 * become any. Bytes that are no UTF-8 and characters that XML does not have become "?".
 *
 * Ends the program when out of memory. Threads: one. */
#ifndef PAGE_TREE_H
#define PAGE_TREE_H

#include <libxml/tree.h>

/* A document of one element. Owner: the caller (xmlFreeDoc). */
xmlDoc *tree_new(const char *name);

/* A new last element of `parent`, which owns it; `text`, or the formatted one, is in it. */
xmlNode *tree_add(xmlNode *parent, const char *name);
xmlNode *tree_add_text(xmlNode *parent, const char *name, const char *text);
__attribute__((format(printf, 3, 4))) xmlNode *tree_say(xmlNode *parent, const char *name, const char *format, ...);

/* An attribute, in the place of one of that name. */
void tree_set(xmlNode *node, const char *name, const char *text);
__attribute__((format(printf, 3, 4))) void tree_setf(xmlNode *node, const char *name, const char *format, ...);

/* An attribute's text; "" where it has none. Valid as long as it is not changed. */
const char *tree_get(const xmlNode *node, const char *name);

/* The first attribute `id` in or below `node` that begins so; NULL: none does. An id that is no longer comes
 * before one that is. */
const char *tree_find_id(const xmlNode *node, const char *begin);

#endif
