/* page_picture.c - what of a drawing comes into the page. */
#include "bench/page/picture.h"

#include <criterion/criterion.h>
#include <libxml/HTMLtree.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/page/picture_path.h"
#include "bench/page/tree.h"

static struct hues hues;
static xmlDoc *tree;

static void end(void)
{
    xmlFreeDoc(tree);
}

/* The drawing as text. */
static const char *placed(const char *svg)
{
    static char text[65536];
    struct picture_words words = {"f1", "A <b> question?", "what is to be seen"};
    xmlBuffer *buffer = xmlBufferCreate();
    hues = (struct hues){.count = 0};
    tree = tree_new("figure");
    cr_assert(picture_add(xmlDocGetRootElement(tree), svg, strlen(svg), &words, &hues) == 0);
    xmlNodeDump(buffer, tree, xmlDocGetRootElement(tree), 0, 0);
    snprintf(text, sizeof text, "%s", (const char *)xmlBufferContent(buffer));
    xmlBufferFree(buffer);
    return text;
}

#define SVG "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' viewBox='0 0 1200 675'>"

Test(page_picture, nothing_but_the_drawing_comes_in, .timeout = 10, .fini = end)
{
    static const char *const gone[] = {"script",        "alert", "onload", "style",   "image",   "http://evil",
                                       "foreignObject", "<a ",   "filter", "gnuplot", "animate", "javascript"};
    const char *text =
        placed(SVG "<title>Gnuplot</title><desc>by gnuplot</desc><script>alert(1)</script><style>x{}</style>"
                   "<g onload='alert(2)' style='background:url(http://evil)'><image href='http://evil/x'/>"
                   "<a href='javascript:alert(3)'><text>no</text></a><foreignObject><p/></foreignObject>"
                   "<use xlink:href='http://evil/x#y'/><rect x='1' y='1' width='2' height='2' fill='url(http://evil)'/>"
                   "<animate attributeName='href'/><path d='M1,1 L5,5' clip-path='url(http://evil)'/></g></svg>");
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        cr_assert(!strstr(text, gone[i]), "%s: %s", gone[i], text);
    cr_assert(strstr(text, "<path d=\"M1 1L5 5\""), "%s", text);
}

Test(page_picture, it_says_its_question_and_its_finding, .timeout = 10, .fini = end)
{
    const char *text = placed(SVG "<g><path d='M1,1 L5,5'/></g></svg>");
    cr_assert(strstr(text, "role=\"img\" aria-labelledby=\"f1-name f1-says\""), "%s", text);
    cr_assert(strstr(text, "<title id=\"f1-name\">A &lt;b&gt; question?</title>"), "%s", text);
    cr_assert(strstr(text, "<desc id=\"f1-says\">what is to be seen</desc>"), "%s", text);
}

/* Two drawings of one page have marks of the same names. */
Test(page_picture, ids_are_the_figures_own, .timeout = 10, .fini = end)
{
    const char *text = placed(SVG "<defs><circle id='gpPt5' r='1'/><circle id='gpPt6' r='2'/></defs>"
                                  "<g><use xlink:href='#gpPt5' transform='translate(10,20) scale(5)'/></g></svg>");
    cr_assert(strstr(text, "id=\"f1-gpPt5\"") && strstr(text, "href=\"#f1-gpPt5\""), "%s", text);
    cr_assert(!strstr(text, "gpPt6"), "a mark that nobody uses: %s", text);
}

Test(page_picture, colours_follow_the_page, .timeout = 10, .fini = end)
{
    const char *text =
        placed(SVG "<rect x='0' y='0' width='1200' height='675' fill='#ffffff'/>"
                   "<g stroke='rgb(  0, 114, 178)' fill='none'><path stroke='rgb(31, 41, 51)' d='M1,1 L5,5'/>"
                   "<path stroke='black' d='M1,1 L5,5'/></g></svg>");
    cr_assert(strstr(text, "stroke=\"var(--h0072b2)\"") && strstr(text, "stroke=\"var(--ink)\""), "%s", text);
    cr_assert(strstr(text, "fill=\"none\"") && !strstr(text, "rgb("), "%s", text);
}

Test(page_picture, empty_margins_go, .timeout = 10, .fini = end)
{
    const char *text = placed(SVG "<g><path d='M10,200 L50,400'/><text></text></g></svg>"),
               *box = strstr(text, "viewBox=");
    double x, y, width, height;
    cr_assert(box && sscanf(box, "viewBox=\"%lf %lf %lf %lf", &x, &y, &width, &height) == 4, "%s", text);
    cr_assert(x == 0 && width == 1200 && y > 150 && y <= 200 && y + height >= 400 && y + height < 450, "%s", box);
}

/* Areas have points, and no path; what is no number ends them. */
Test(page_picture, areas_are_not_cut_off, .timeout = 10, .fini = end)
{
    const char *text = placed(SVG "<g><path d='M10,200 L50,400'/><polygon points='1,150.5 9,90.25 5,500 '/>"
                                  "<polygon points='1,nan 2,3'/><polygon points='x'/></g></svg>"),
               *box = strstr(text, "viewBox=");
    double x, y, width, height;
    cr_assert(box && sscanf(box, "viewBox=\"%lf %lf %lf %lf", &x, &y, &width, &height) == 4, "%s", text);
    cr_assert(y > 60 && y <= 90 && y + height >= 500 && y + height < 550, "%s", box);
}

Test(page_picture, what_is_no_drawing_is_refused, .timeout = 10)
{
    struct picture_words words = {"f1", "", ""};
    xmlDoc *empty = tree_new("figure");
    static const char *const texts[] = {
        "", "no", "<svg", "<html/>",
        "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><b>&x;</b>"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        cr_assert(picture_add(xmlDocGetRootElement(empty), texts[i], strlen(texts[i]), &words, &hues) < 0, "%s",
                  texts[i]);
    cr_assert(!xmlDocGetRootElement(empty)->children);
    xmlFreeDoc(empty);
}

/* Lines. */

static const char *thinned(const char *d)
{
    static char out[4096];
    struct picture_extent extent = {INFINITY, -INFINITY};
    picture_path(d, out, &extent);
    return out;
}

Test(page_picture, lines_keep_the_points_that_can_be_seen, .timeout = 10)
{
    cr_assert_str_eq(thinned("M10.04,20.00 L30.06,40.00"), "M10 20L30.1 40");
    cr_assert_str_eq(thinned("M0,0 L0.2,0 L0.4,0 L10,0"), "M0 0L10 0");
    cr_assert_str_eq(thinned("M0,0 L10,0 L10.2,0.1 M5,5 L6,6"),
                     "M0 0L10 0L10.2 0.1M5 5L6 6"); /* it ends where it ended */
    cr_assert_str_eq(thinned("M0,0 L10,0 L10.2,0.1"), "M0 0L10 0L10.2 0.1");
    cr_assert_str_eq(thinned("M1,1 L9,9 z"), "M1 1L9 9z");
    cr_assert_str_eq(thinned("M1,1 h5"), "M1,1 h5"); /* another kind stays as it is */
    cr_assert_str_eq(thinned("M1,1 L"), "M1,1 L");
    cr_assert_str_eq(thinned(""), "");
}

Test(page_picture, lines_tell_how_far_they_reach, .timeout = 10)
{
    char out[64];
    struct picture_extent extent = {INFINITY, -INFINITY};
    picture_path("M1,7 L2,99 L3,4", out, &extent);
    cr_assert(extent.top == 4 && extent.bottom == 99);
}
