/* tree.c - see tree.h. */
#include "bench/page/tree.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/json/utf8.h"

/* XML has no control characters but these three, and not U+FFFE and U+FFFF. */
static bool is_character(const unsigned char *c)
{
    if (*c < ' ')
        return *c == '\t' || *c == '\n' || *c == '\r';
    return !(c[0] == 0xef && c[1] == 0xbf && (c[2] == 0xbe || c[2] == 0xbf));
}

/* Owner: the caller (free). */
static char *clean(const char *text)
{
    char *copy = utf8_repair(must_memory(strdup(text)));
    for (char *c = copy; *c; c++) {
        size_t length = is_character((unsigned char *)c) ? 0 : utf8_length(c);
        memset(c, '?', length);
    }
    return copy;
}

xmlDoc *tree_new(const char *name)
{
    xmlDoc *document = must_memory(xmlNewDoc(BAD_CAST "1.0"));
    xmlDocSetRootElement(document, must_memory(xmlNewDocNode(document, NULL, BAD_CAST name, NULL)));
    return document;
}

xmlNode *tree_add(xmlNode *parent, const char *name)
{
    return must_memory(xmlNewChild(parent, NULL, BAD_CAST name, NULL));
}

xmlNode *tree_add_text(xmlNode *parent, const char *name, const char *text)
{
    xmlNode *node = tree_add(parent, name);
    char *copy = clean(text);
    xmlAddChild(node, must_memory(xmlNewDocText(parent->doc, BAD_CAST copy)));
    free(copy);
    return node;
}

xmlNode *tree_say(xmlNode *parent, const char *name, const char *format, ...)
{
    va_list arguments;
    xmlNode *node;
    char *text;
    va_start(arguments, format);
    must_memory(vasprintf(&text, format, arguments) < 0 ? NULL : text);
    va_end(arguments);
    node = tree_add_text(parent, name, text);
    free(text);
    return node;
}

void tree_set(xmlNode *node, const char *name, const char *text)
{
    char *copy = clean(text);
    must_memory(xmlSetProp(node, BAD_CAST name, BAD_CAST copy));
    free(copy);
}

void tree_setf(xmlNode *node, const char *name, const char *format, ...)
{
    va_list arguments;
    char *text;
    va_start(arguments, format);
    must_memory(vasprintf(&text, format, arguments) < 0 ? NULL : text);
    va_end(arguments);
    tree_set(node, name, text);
    free(text);
}

const char *tree_get(const xmlNode *node, const char *name)
{
    const xmlAttr *attribute = xmlHasProp(node, BAD_CAST name);
    const xmlNode *text = attribute ? attribute->children : NULL;
    return text && text->content ? (const char *)text->content : "";
}

static const char *find(const xmlNode *node, const char *begin, size_t length, bool whole)
{
    const char *id = tree_get(node, "id"), *found = NULL;
    if (!strncmp(id, begin, length) && (!whole || !id[length]))
        return id;
    for (const xmlNode *child = node->children; child && !found; child = child->next)
        if (child->type == XML_ELEMENT_NODE)
            found = find(child, begin, length, whole);
    return found;
}

const char *tree_find_id(const xmlNode *node, const char *begin)
{
    const char *whole = find(node, begin, strlen(begin), true);
    return whole ? whole : find(node, begin, strlen(begin), false);
}
