/* markdown.c - see markdown.h. */
#include "bench/show/markdown.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/json/utf8.h"
#include "bench/results/result.h"
#include "bench/show/verdicts.h"

/* Text. */

/* Words and numbers, which mean nothing to Markdown, nor to what servers make of its text afterwards:
 * mentions, links, ":emoji:". */
static bool is_plain(const char *text)
{
    if (strstr(text, "www."))
        return false;
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && !strchr(" .,;+-()=%/'", *text) &&
            !(*text == ':' && (text[1] == ' ' || !text[1])))
            return false;
    return true;
}

/* Letters beyond ASCII stay. A dot after a w would make a link of "www."; an address stays in pieces
 * by a comment. */
static void put_code(const char *text, FILE *out)
{
    char *copy = must_memory(strdup(text));
    fputs("<code>", out);
    for (const char *c = utf8_plain(copy, false); *c; c++) {
        bool dot = *c == '.' && c > copy && (c[-1] | ' ') == 'w';
        if (dot || strchr("&<>|*_~[]!\\`@#$^\":{}", *c))
            fprintf(out, "&#%d;%s", *c, *c == '@' ? "<!-- -->" : "");
        else
            fputc(*c, out);
    }
    fputs("</code>", out);
    free(copy);
}

static void put(const char *text, bool code, FILE *out)
{
    if (*text && (code || !is_plain(text)))
        put_code(text, out);
    else
        fputs(text, out);
}

void markdown_text(const char *text, FILE *out)
{
    put(text, false, out);
}

/* Tables. */

struct column {
    const char *key, *head, *align;
};

static const struct column all_columns[] = {
    {"name", "benchmark", "---"},
    {"base", "base", "--:"},
    {"new", "new", "--:"},
    {"change", "change", "--:"},
    {"interval", "95% interval", "--:"},
    {"verdict", "verdict", "---"},
    {"figure", "what, unit", "---"},
    {"better", "better is", "---"},
    {"rounds", "rounds", "--:"},
    {"noise", "noise", "---"},
};
enum { COLUMNS = sizeof all_columns / sizeof *all_columns, SHORT_COLUMNS = 6 };

/* As much as a comment still holds, of those columns that some row has something in. */
struct page {
    FILE *out;
    size_t written, left_out;
    bool used[COLUMNS];
};

static void find_used(const json_t *verdicts, struct page *page)
{
    json_t *row;
    size_t i;
    json_array_foreach (json_object_get(verdicts, "rows"), i, row)
        for (int c = 0; c < COLUMNS; c++)
            page->used[c] = page->used[c] || *result_string(row, all_columns[c].key);
}

static const char *head_of(const json_t *verdicts, const struct column *column)
{
    bool alone = !strcmp(result_string(verdicts, "of"), "run") && !strcmp(column->key, "new");
    return alone ? "measured" : column->head;
}

static void put_head(const struct page *page, const json_t *verdicts, int columns)
{
    FILE *out = page->out;
    fputs("\n|", out);
    for (int i = 0; i < columns; i++)
        if (page->used[i])
            fprintf(out, " %s |", head_of(verdicts, &all_columns[i]));
    fputs("\n|", out);
    for (int i = 0; i < columns; i++)
        if (page->used[i])
            fprintf(out, "%s|", all_columns[i].align);
    fputc('\n', out);
}

static void put_row(const bool *used, const json_t *row, int columns, FILE *out)
{
    const char *strong = verdicts_state(row) <= VERDICTS_FAILS ? "**" : "", *note = result_string(row, "note");
    fputc('|', out);
    for (int i = 0; i < columns; i++) {
        const char *key = all_columns[i].key, *text = result_string(row, key);
        bool verdict = !strcmp(key, "verdict");
        if (!used[i])
            continue;
        fprintf(out, " %s", verdict ? strong : "");
        put(text, !strcmp(key, "name"), out);
        fputs(verdict ? strong : "", out);
        if (verdict && *note) {
            fputs(": ", out);
            put(note, false, out);
        }
        fputs(" |", out);
    }
    fputc('\n', out);
}

static void add_row(struct page *page, const json_t *row, int columns)
{
    char *text = NULL;
    size_t length = 0;
    FILE *memory = must_memory(open_memstream(&text, &length));
    put_row(page->used, row, columns, memory);
    fclose(memory);
    must_memory(text);
    if (page->written + length <= MARKDOWN_MOST) {
        fwrite(text, 1, length, page->out);
        page->written += length;
    } else {
        page->left_out++;
    }
    free(text);
}

/* Those of some states, in their order. */
static void put_table(struct page *page, const json_t *verdicts, enum verdicts_state last, int columns)
{
    json_t *row;
    size_t i;
    put_head(page, verdicts, columns);
    for (int state = 0; state <= (int)last; state++)
        json_array_foreach (json_object_get(verdicts, "rows"), i, row)
            if ((int)verdicts_state(row) == state)
                add_row(page, row, columns);
    if (page->left_out)
        fprintf(page->out, "\n%zu more rows are in the result file: a comment holds no more.\n", page->left_out);
    page->left_out = 0;
}

static void put_facts(const json_t *facts, FILE *out)
{
    const char *name;
    json_t *text;
    fputc('\n', out);
    json_object_foreach ((json_t *)(uintptr_t)facts, name, text) {
        fprintf(out, "- %s: ", name);
        put(json_string_value(text), false, out);
        fputc('\n', out);
    }
}

/* "no regression" is said alone only where all is decided. */
static void put_verdict(const json_t *verdicts, FILE *out)
{
    size_t rows = json_array_size(json_object_get(verdicts, "rows"));
    int regressions = verdicts_count(verdicts, VERDICTS_REGRESSION), fail = verdicts_count(verdicts, VERDICTS_FAILS),
        undecided = verdicts_count(verdicts, VERDICTS_UNDECIDED);
    bool run = !strcmp(result_string(verdicts, "of"), "run");
    fprintf(out, "**poolbench %s: ", result_string(verdicts, "of"));
    if (regressions)
        fprintf(out, "%d %s%s", regressions, run ? "not good" : "regression", run || regressions == 1 ? "" : "s");
    else if (fail)
        fprintf(out, "%d fail%s, maybe by chance", fail, fail == 1 ? "s" : "");
    else if ((size_t)undecided == rows) /* of no row, too: nothing passes by being empty */
        fputs(run || !rows ? "nothing was measured" : "cannot tell", out);
    else if (undecided)
        fprintf(out, "%s, %d of %zu %s", run ? "nothing failed" : "no regression in what is decided", undecided, rows,
                run ? "not measured or undecided" : "undecided");
    else
        fputs(run ? "good" : "no regression", out);
    fputs("**: ", out);
    put(result_string(verdicts, "line"), false, out);
    fputc('\n', out);
}

void markdown_write(const json_t *verdicts, FILE *out)
{
    struct page page = {.out = out};
    size_t rows = json_array_size(json_object_get(verdicts, "rows"));
    find_used(verdicts, &page);
    put_verdict(verdicts, out);
    if (verdicts_count(verdicts, VERDICTS_REGRESSION) + verdicts_count(verdicts, VERDICTS_FAILS))
        put_table(&page, verdicts, VERDICTS_FAILS, SHORT_COLUMNS);
    fprintf(out, "\n<details><summary>%zu row%s: figures, units, which way is better, rounds, noise</summary>\n", rows,
            rows == 1 ? "" : "s");
    put_table(&page, verdicts, VERDICTS_SAME, COLUMNS);
    put_facts(json_object_get(verdicts, "facts"), out);
    fputs("\n</details>\n", out);
}
