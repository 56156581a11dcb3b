/* page_tree.c - whatever text a page gets, in whatever place, it is text. */
#include "bench/page/tree.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <libxml/HTMLparser.h>
#include <stdlib.h>
#include <string.h>

#include "bench/page/isolated.h"
#include "bench/page/template.h"

/* Markup, quotes, an entity, a new line, a right-to-left mark and an override, a control character. */
static const char hostile[] =
    "<script>alert(1)</script><img src=x onerror=alert(2)>&lt;\"'`\nx\xe2\x80\xae\xe2\x80\x8f]]>\x01";
/* As it has to come out: control characters are none that a page may hold. */
static const char shown[] =
    "<script>alert(1)</script><img src=x onerror=alert(2)>&lt;\"'`\nx\xe2\x80\xae\xe2\x80\x8f]]>?";

static xmlNode *add(xmlNode *parent, const char *name)
{
    return tree_add_text(parent, name, hostile);
}

/* A page that has the text in each place there is. */
static xmlDoc *everywhere(void)
{
    xmlDoc *tree = tree_new("page");
    xmlNode *page = xmlDocGetRootElement(tree), *node, *part, *row;
    tree_set(page, "generator", hostile);
    add(page, "title");
    add(page, "lead");
    node = add(page, "answer");
    tree_set(node, "state", hostile);
    tree_set(node, "to", hostile);
    add(page, "notice");
    node = tree_add(tree_add(page, "finder"), "group");
    tree_set(node, "name", hostile);
    tree_set(add(node, "link"), "to", hostile);
    part = tree_add(page, "part");
    tree_set(part, "id", hostile);
    tree_set(part, "title", hostile);
    add(part, "text");
    tree_set(add(part, "lines"), "label", hostile);
    tree_set(add(part, "command"), "what", hostile);
    tree_set(add(tree_add(part, "facts"), "fact"), "name", hostile);
    node = add(tree_add(part, "downloads"), "download");
    tree_set(node, "name", hostile);
    tree_set(node, "href", hostile);
    node = tree_add(part, "table");
    tree_set(node, "caption", hostile);
    tree_set(node, "note", hostile);
    tree_set(add(node, "column"), "under", hostile);
    tree_set(add(node, "column"), "side", hostile);
    row = tree_add(node, "row");
    tree_set(row, "state", hostile);
    add(row, "cell");
    tree_set(add(row, "cell"), "span", hostile);
    node = tree_add(part, "figure");
    tree_set(node, "id", hostile);
    tree_set(node, "title", hostile);
    tree_set(node, "finding", hostile);
    tree_set(node, "dim", hostile);
    add(node, "missing");
    add(node, "untold");
    add(node, "command");
    return tree;
}

/* How often an element or an attribute of that name is in it. */
static int count(const xmlNode *node, const char *name)
{
    int found = 0;
    if (node->type != XML_ELEMENT_NODE)
        return 0;
    found += !strcmp((const char *)node->name, name) || xmlHasProp(node, (const xmlChar *)name);
    for (const xmlNode *child = node->children; child; child = child->next)
        found += count(child, name);
    return found;
}

static xmlDoc *rendered(xmlDoc *tree)
{
    char why[1024];
    size_t length;
    char *text = template_render(tree, &length, why, sizeof why);
    xmlDoc *html;
    cr_assert(text, "%s", why);
    html =
        htmlReadMemory(text, (int)length, NULL, "UTF-8", HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET);
    cr_assert(html && xmlDocGetRootElement(html));
    free(text);
    return html;
}

Test(page_tree, text_is_text_in_every_place, .timeout = 30)
{
    xmlDoc *tree = everywhere(), *html = rendered(tree);
    const xmlNode *root = xmlDocGetRootElement(html);
    xmlChar *all = xmlNodeGetContent(root);
    const char *at = (const char *)all;
    int seen = 0;
    cr_assert(count(root, "script") == 1, "%d scripts", count(root, "script"));
    cr_assert(count(root, "img") == 0 && count(root, "onerror") == 0);
    while ((at = strstr(at, shown)))
        at += strlen(shown), seen++;
    cr_assert(seen >= 16, "%d times as text", seen);
    cr_assert(!strchr((const char *)all, 1));
    xmlFree(all);
    xmlFreeDoc(html);
    xmlFreeDoc(tree);
}

/* What is no UTF-8, and what XML has no character for. */
Test(page_tree, bytes_that_are_no_text_become_question_marks, .timeout = 10)
{
    xmlDoc *tree = tree_new("page");
    xmlNode *node = tree_add_text(xmlDocGetRootElement(tree), "title",
                                  "a\xff"
                                  "b\xef\xbf\xbe"
                                  "c\x1b[1m\td\n");
    cr_assert_str_eq((const char *)node->children->content, "a?b???c?[1m\td\n");
    tree_set(node, "id", "x\xc3");
    cr_assert_str_eq(tree_get(node, "id"), "x?");
    xmlFreeDoc(tree);
}

/* What a link needs: an id that begins so, the shortest first. */
Test(page_tree, ids_are_found_by_their_beginning, .timeout = 10)
{
    xmlDoc *tree = tree_new("page");
    xmlNode *page = xmlDocGetRootElement(tree);
    tree_set(tree_add(page, "part"), "id", "figure-forks-tree-fib");
    tree_set(tree_add(tree_add(page, "part"), "figure"), "id", "figure-forks");
    cr_assert_str_eq(tree_find_id(page, "figure-forks"), "figure-forks");
    cr_assert_str_eq(tree_find_id(page, "figure-forks-"), "figure-forks-tree-fib");
    cr_assert(!tree_find_id(page, "w-"));
    xmlFreeDoc(tree);
}

/* No template writes markup out of data. */
Test(page_tree, nothing_is_written_unescaped, .timeout = 10)
{
    cr_assert(system("! grep -rq 'disable-output-escaping=' bench/page/templates") == 0);
}

/* A name that turns the direction of writing turns nothing but itself. */
Test(page_tree, names_in_sentences_are_isolated_where_they_turn_it, .timeout = 10)
{
    char text[64];
    cr_assert_str_eq(isolated("ring/cpu:size=1us/t2", text, sizeof text), "ring/cpu:size=1us/t2");
    cr_assert_str_eq(isolated("a\xe2\x80\xae"
                              "b",
                              text, sizeof text),
                     "\xe2\x81\xa8"
                     "a\xe2\x80\xae"
                     "b\xe2\x81\xa9");
    cr_assert_str_eq(isolated("\xd7\x90", text, sizeof text), "\xe2\x81\xa8\xd7\x90\xe2\x81\xa9");
    cr_assert_str_eq(isolated("\xc3\xa9\xe2\x82\xac", text, sizeof text), "\xc3\xa9\xe2\x82\xac");
}
