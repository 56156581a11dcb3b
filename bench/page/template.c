/* template.c - see template.h. */
#include "bench/page/template.h"

#include <libxml/HTMLtree.h>
#include <libxml/parser.h>
#include <libxslt/documents.h>
#include <libxslt/transform.h>
#include <libxslt/xsltInternals.h>
#include <libxslt/xsltutils.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/page/encoded.h"

/* Each file of templates/ as bytes of the program. The Makefile knows that they belong to this one. */
#define TEMPLATE(name, file)                                                                                           \
    __asm__(".pushsection .rodata\n.global template_" #name "\n.global template_" #name "_end\ntemplate_" #name        \
            ":\n.incbin \"bench/page/templates/" file "\"\ntemplate_" #name "_end:\n.byte 0\n.popsection\n");          \
    extern const char template_##name[], template_##name##_end[];

TEMPLATE(page, "page.xsl")
TEMPLATE(parts, "parts.xsl")
TEMPLATE(figure, "figure.xsl")
TEMPLATE(table, "table.xsl")
TEMPLATE(style, "style.css")
TEMPLATE(comfort, "comfort.js")

static const struct file {
    const char *name, *begin, *end;
} files[] = {
    {"page.xsl", template_page, template_page_end},       {"parts.xsl", template_parts, template_parts_end},
    {"figure.xsl", template_figure, template_figure_end}, {"table.xsl", template_table, template_table_end},
    {"style.css", template_style, template_style_end},    {"comfort.js", template_comfort, template_comfort_end},
};
enum { FILES = sizeof files / sizeof *files };

static const struct file *file_of(const char *name)
{
    const char *slash = strrchr(name, '/');
    for (int i = 0; i < FILES; i++)
        if (!strcmp(files[i].name, slash ? slash + 1 : name))
            return &files[i];
    return NULL;
}

static xmlDoc *parse(const char *name, xmlDict *dictionary)
{
    const struct file *file = file_of(name);
    xmlParserCtxt *parser;
    xmlDoc *document;
    if (!file)
        return NULL;
    parser = must_memory(xmlNewParserCtxt());
    if (dictionary) { /* names are compared by where they lie */
        xmlDictFree(parser->dict);
        parser->dict = dictionary;
        xmlDictReference(dictionary);
    }
    document = xmlCtxtReadMemory(parser, file->begin, (int)(file->end - file->begin), file->name, NULL,
                                 XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_NOCDATA);
    xmlFreeParserCtxt(parser);
    return document;
}

/* What xsl:import asks for. */
static xmlDoc *load(const xmlChar *name, xmlDict *dictionary, int options, void *context, xsltLoadType type)
{
    (void)options, (void)context, (void)type;
    return parse((const char *)name, dictionary);
}

/* The first complaint, in a line. */
struct complaint {
    char *why;
    size_t size;
};

static void complain(void *context, const char *format, ...)
{
    struct complaint *complaint = context;
    size_t used = strlen(complaint->why);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(complaint->why + used, complaint->size - used, format, arguments);
    va_end(arguments);
    for (char *c = complaint->why; *c; c++)
        *c = *c == '\n' ? ' ' : *c;
}

/* The style sheet and the scripts stand in the page as they are. */
static void add_asset(xmlDoc *tree, const char *element, const char *name)
{
    const struct file *file = file_of(name);
    xmlNode *node = must_memory(xmlNewChild(xmlDocGetRootElement(tree), NULL, BAD_CAST element, NULL));
    xmlAddChild(node, must_memory(xmlNewDocTextLen(tree, BAD_CAST file->begin, (int)(file->end - file->begin))));
}

/* What a browser may do with the page: run comfort.js, and nothing else that got in; fetch nothing. */
static void add_policy(xmlDoc *tree)
{
    const struct file *script = file_of("comfort.js");
    char hash[ENCODED_HASH_SIZE], policy[256];
    snprintf(policy, sizeof policy,
             "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src %s; base-uri 'none'; "
             "form-action 'none'",
             encoded_hash(script->begin, (size_t)(script->end - script->begin), hash));
    must_memory(xmlNewTextChild(xmlDocGetRootElement(tree), NULL, BAD_CAST "policy", BAD_CAST policy));
}

static char *save(xsltStylesheet *style, xmlDoc *html, size_t *length)
{
    static const char head[] = "<!DOCTYPE html>\n";
    xmlChar *text = NULL;
    int size = 0;
    char *page;
    if (xsltSaveResultToString(&text, &size, html, style) || !text)
        return NULL;
    page = must_memory(malloc(strlen(head) + (size_t)size + 2));
    memcpy(page, head, strlen(head));
    memcpy(page + strlen(head), text, (size_t)size);
    *length = strlen(head) + (size_t)size;
    page[*length] = '\0';
    xmlFree(text);
    return page;
}

char *template_render(xmlDoc *tree, size_t *length, char *why, size_t size)
{
    struct complaint complaint = {why, size};
    xsltStylesheet *style;
    xmlDoc *source, *html = NULL;
    char *page = NULL;
    *why = '\0';
    xmlSetGenericErrorFunc(&complaint, complain);
    xsltSetGenericErrorFunc(&complaint, complain);
    xsltSetLoaderFunc(load);
    add_asset(tree, "style", "style.css");
    add_asset(tree, "script", "comfort.js");
    add_policy(tree);
    source = parse("page.xsl", NULL);
    style = source ? xsltParseStylesheetDoc(source) : NULL;
    if (style && !style->errors)
        html = xsltApplyStylesheet(style, tree, NULL);
    if (html)
        page = save(style, html, length);
    if (!page && !*why)
        snprintf(why, size, "the templates made no page");
    xmlFreeDoc(html);
    if (style)
        xsltFreeStylesheet(style); /* and its document */
    xsltSetLoaderFunc(NULL);
    xsltSetGenericErrorFunc(NULL, NULL);
    xmlSetGenericErrorFunc(NULL, NULL);
    return page;
}
