/* picture.c - see picture.h. */
#include "bench/page/picture.h"

#include <ctype.h>
#include <errno.h>
#include <libxml/parser.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/page/picture_path.h"
#include "bench/page/tree.h"

/* What a drawing is made of; everything else goes. */
static const char *const elements[] = {"svg",      "g",       "path", "rect",  "circle", "ellipse",  "line", "defs",
                                       "polyline", "polygon", "text", "tspan", "use",    "clipPath", NULL};
static const char *const attributes[] = {"x",
                                         "y",
                                         "x1",
                                         "y1",
                                         "x2",
                                         "y2",
                                         "cx",
                                         "cy",
                                         "r",
                                         "rx",
                                         "ry",
                                         "width",
                                         "height",
                                         "d",
                                         "points",
                                         "transform",
                                         "viewBox",
                                         "stroke-width",
                                         "stroke-linecap",
                                         "stroke-linejoin",
                                         "stroke-dasharray",
                                         "stroke-opacity",
                                         "fill-opacity",
                                         "opacity",
                                         "font-size",
                                         "font-weight",
                                         "font-style",
                                         "text-anchor",
                                         "clip-path",
                                         "fill-rule",
                                         "dominant-baseline",
                                         NULL};
static const char *const colours[] = {"fill", "stroke", "color", NULL};

struct cleaning {
    const char *id;
    struct hues *hues;
    struct picture_extent extent;
    bool defining; /* below defs */
};

static bool is_among(const xmlChar *name, const char *const *names)
{
    for (; *names; names++)
        if (!strcmp((const char *)name, *names))
            return true;
    return false;
}

/* Only what stands here, with the figure's own prefix: "#gpPt6", "url(#clip)". */
static void set_reference(xmlNode *node, const char *name, const char *value, const struct cleaning *cleaning)
{
    const char *begin = strchr(value, '#');
    size_t length = begin ? strspn(begin + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") : 0;
    bool url = !strncmp(value, "url(#", 5);
    if (length && (url || begin == value))
        tree_setf(node, name, "%s#%s-%.*s%s", url ? "url(" : "", cleaning->id, (int)length, begin + 1, url ? ")" : "");
}

/* "translate(102.00,560.00)": how far down that is. */
static void widen(struct cleaning *cleaning, const char *transform, double size)
{
    double x, y;
    if (cleaning->defining || sscanf(transform, "translate( %lf , %lf", &x, &y) != 2 || !isfinite(y))
        return;
    cleaning->extent.top = fmin(cleaning->extent.top, y - size);
    cleaning->extent.bottom = fmax(cleaning->extent.bottom, y + size / 2);
    if (strstr(transform, "rotate") && isfinite(x)) /* it stands upright, left of its line */
        cleaning->extent.left = fmin(cleaning->extent.left, x - size);
}

static void set_path(xmlNode *node, const char *value, struct cleaning *cleaning)
{
    char *path;
    if (cleaning->defining) { /* marks, drawn as many times as large */
        tree_set(node, "d", value);
        return;
    }
    path = must_memory(malloc(2 * strlen(value) + 64));
    picture_path(value, path, &cleaning->extent);
    tree_set(node, "d", path);
    free(path);
}

/* "399.15,563.81 602.86,563.81": an area reaches as far as its points. */
static void widen_to_points(struct cleaning *cleaning, const char *points)
{
    for (char *end = NULL; !cleaning->defining; points = end) {
        double y;
        strtod(points, &end);
        if (end == points || *end != ',')
            return;
        y = strtod(end + 1, &end);
        if (!isfinite(y))
            return;
        cleaning->extent.top = fmin(cleaning->extent.top, y);
        cleaning->extent.bottom = fmax(cleaning->extent.bottom, y);
    }
}

static void set_plain(xmlNode *node, const char *name, const char *value, struct cleaning *cleaning)
{
    tree_set(node, name, value);
    if (!strcmp(name, "points"))
        widen_to_points(cleaning, value);
}

/* What is so without being said. */
static bool is_usual(const char *name, const char *value)
{
    return (!strcmp(name, "stroke-linecap") && !strcmp(value, "butt")) ||
           (!strcmp(name, "stroke-linejoin") && !strcmp(value, "miter"));
}

/* One attribute of `from` on `to`, if a drawing needs it. */
static void keep_attribute(xmlNode *to, const xmlAttr *from, bool text, struct cleaning *cleaning)
{
    xmlChar *value = xmlNodeListGetString(from->doc, from->children, 1);
    const char *name = (const char *)from->name, *is = value ? (const char *)value : "";
    char colour[64];
    if (is_usual(name, is))
        ;
    else if (!strcmp(name, "id") && cleaning->defining)
        tree_setf(to, "id", "%s-%.60s", cleaning->id, is);
    else if (!strcmp(name, "href") || !strcmp(name, "clip-path"))
        set_reference(to, name, is, cleaning);
    else if (is_among(from->name, colours))
        tree_set(to, name,
                 hues_variable(cleaning->hues, is,
                               text                    ? HUES_TEXT
                               : !strcmp(name, "fill") ? HUES_AREA
                                                       : HUES_MARK,
                               colour, sizeof colour));
    else if (!strcmp(name, "d"))
        set_path(to, is, cleaning);
    else if (!from->ns && is_among(from->name, attributes) && !strchr(is, '('))
        set_plain(to, name, is, cleaning);
    else if (!strcmp(name, "transform"))
        tree_set(to, name, is);
    xmlFree(value);
}

/* Whether something is left of it that can be seen. */
static bool is_empty(const xmlNode *node)
{
    static const char *const holders[] = {"g", "text", "tspan", NULL};
    return is_among(node->name, holders) && !node->children;
}

static void keep_children(xmlNode *to, const xmlNode *from, struct cleaning *cleaning);

static void keep(xmlNode *parent, const xmlNode *from, struct cleaning *cleaning)
{
    bool text = xmlHasProp(from, BAD_CAST "font-size") || !strcmp((const char *)from->name, "tspan"),
         defs = !strcmp((const char *)from->name, "defs");
    xmlNode *node = must_memory(xmlNewChild(parent, parent->ns, from->name, NULL));
    for (const xmlAttr *attribute = from->properties; attribute; attribute = attribute->next)
        keep_attribute(node, attribute, text, cleaning);
    cleaning->defining = cleaning->defining || defs;
    keep_children(node, from, cleaning);
    cleaning->defining = cleaning->defining && !defs;
    if (is_empty(node)) {
        xmlUnlinkNode(node);
        xmlFreeNode(node);
    } else if (*tree_get(node, "transform")) {
        widen(cleaning, tree_get(node, "transform"), text ? atof(tree_get(node, "font-size")) : 8);
    }
}

/* A text between elements is but blanks. */
static void keep_children(xmlNode *to, const xmlNode *from, struct cleaning *cleaning)
{
    bool words = !strcmp((const char *)from->name, "text") || !strcmp((const char *)from->name, "tspan");
    for (const xmlNode *child = from->children; child; child = child->next) {
        if (child->type == XML_ELEMENT_NODE && is_among(child->name, elements))
            keep(to, child, cleaning);
        else if (words && child->type == XML_TEXT_NODE)
            xmlAddChild(to, must_memory(xmlNewDocText(to->doc, child->content)));
    }
}

/* Whether something below `node` uses the mark of that id. */
static bool is_used(const xmlNode *node, const char *id)
{
    const char *reference = tree_get(node, "href");
    if (*reference && !strcmp(reference + 1, id))
        return true;
    for (const xmlNode *child = node->children; child; child = child->next)
        if (child->type == XML_ELEMENT_NODE && is_used(child, id))
            return true;
    return false;
}

/* Marks are there for all cases; those that use others come after them. */
static void drop_unused(xmlNode *svg, xmlNode *node)
{
    for (xmlNode *child = node->last, *before; child; child = before) {
        before = child->prev;
        if (child->type != XML_ELEMENT_NODE)
            continue;
        if (strcmp((const char *)node->name, "defs") || is_used(svg, tree_get(child, "id"))) {
            drop_unused(svg, child);
            continue;
        }
        xmlUnlinkNode(child);
        xmlFreeNode(child);
    }
}

/* The page has its paper already. */
static void drop_background(xmlNode *svg)
{
    for (xmlNode *g = svg->children; g; g = g->next)
        for (xmlNode *child = g->children; child; child = child->next)
            if (!strcmp((const char *)child->name, "rect") && !strcmp(tree_get(child, "fill"), "var(--paper)")) {
                xmlUnlinkNode(child);
                xmlFreeNode(child);
                return;
            }
}

static void set_words(xmlNode *svg, const struct picture_words *words)
{
    xmlNode *title = tree_add_text(svg, "title", words->title),
            *description = tree_add_text(svg, "desc", words->finding);
    tree_setf(title, "id", "%s-name", words->id);
    tree_setf(description, "id", "%s-says", words->id);
    tree_set(svg, "role", "img");
    tree_setf(svg, "aria-labelledby", "%s-name %s-says", words->id, words->id);
}

/* The box of what was drawn, and a little more. */
static void set_box(xmlNode *svg, const xmlNode *from, const struct picture_extent *extent)
{
    enum { MARGIN = 12 };
    xmlChar *box = xmlGetProp(from, BAD_CAST "viewBox");
    double x, y, width, height, top, bottom, left = fmax(floor(fmin(extent->left, 0)), -100);
    if (box && sscanf((const char *)box, "%lf %lf %lf %lf", &x, &y, &width, &height) == 4 && width > 0) {
        top = fmax(y, floor(extent->top - MARGIN));
        bottom = fmin(y + height, ceil(extent->bottom + MARGIN));
        if (bottom > top)
            tree_setf(svg, "viewBox", "%g %g %g %g", x + left, top, width - left, bottom - top);
    }
    xmlFree(box);
}

int picture_add(xmlNode *parent, const char *svg, size_t length, const struct picture_words *words, struct hues *hues)
{
    struct cleaning cleaning = {.id = words->id, .hues = hues, .extent = {INFINITY, -INFINITY}};
    xmlDoc *drawing =
        xmlReadMemory(svg, (int)length, "drawing.svg", NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    const xmlNode *root = drawing ? xmlDocGetRootElement(drawing) : NULL;
    xmlNode *picture, *node;
    if (!root || strcmp((const char *)root->name, "svg")) {
        xmlFreeDoc(drawing);
        return -EINVAL;
    }
    picture = tree_add(parent, "picture");
    node = tree_add(picture, "svg");
    xmlSetNs(node, must_memory(xmlNewNs(node, BAD_CAST "http://www.w3.org/2000/svg", NULL)));
    set_words(node, words);
    keep_children(node, root, &cleaning);
    drop_background(node);
    drop_unused(node, node);
    set_box(node, root, &cleaning.extent);
    xmlFreeDoc(drawing);
    return 0;
}
